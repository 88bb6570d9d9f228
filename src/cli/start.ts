/**
 * `synton start`: runs the service until a signal, and ends the process.
 *
 * SIGTERM and SIGINT drain within ten seconds and exit with 0; a second one exits at once. After an error
 * that nobody caught the process stops receiving and exits with 1: it never goes on. What it owns is the
 * life of the process; what the service is made of is service.ts's business.
 */
import { type LoadedConfig, loadConfig } from '../config/config.ts';
import type { RunningService } from '../service.ts';
import { collectStartGarbage } from '../telemetry/collect-start-garbage.ts';
import type { Logger } from '../telemetry/logger.ts';
import { packageVersion } from '../telemetry/package-version.ts';
import { createPinoLogger } from '../telemetry/pino-logger.ts';
import { announcementAsJson, announcementAsText } from './announcement.ts';
import { collectGarbageSeldom } from './collect-garbage-seldom.ts';
import type { CommandInput } from './command-input.ts';
import { reportError } from './report-error.ts';
import { StopRequest } from './stop-request.ts';

const SHUTDOWN_DEADLINE_MS = 10_000;
/** After a fault only what is under way is finished. */
const FAULT_DEADLINE_MS = 2000;
/** How long a shutdown may overrun its own deadline before the process ends without it. */
const OVERRUN_MS = 2000;

export async function start(input: CommandInput & { readonly json: boolean }): Promise<void> {
  const stop = new StopRequest();
  const loaded = loadConfig(input);
  const log = await createPinoLogger(loaded.config.log);
  const service = await startOrExit(loaded, log, stop);
  collectGarbageSeldom();
  collectStartGarbage();
  if (stop.reason === undefined) announce(input.json, loaded, service);
  void service.failed.then((error) => stop.fail(error));

  const reason = await stop.requested;
  if (reason.kind === 'fault') log.error({ error: reason.error }, 'stopping after an error');
  else log.info({ signal: reason.signal }, 'stopping');
  const deadlineMs = reason.kind === 'fault' ? FAULT_DEADLINE_MS : SHUTDOWN_DEADLINE_MS;
  const clean = await shutDown(service, deadlineMs, log);
  process.exit(clean && reason.kind === 'signal' ? 0 : 1);
}

async function startOrExit(
  { config }: LoadedConfig,
  log: Logger,
  stop: StopRequest,
): Promise<RunningService> {
  try {
    const { startService } = await import('../service.ts');
    const fault = stop.requested.then((reason) =>
      // A signal during start is honoured once there is something to shut down.
      reason.kind === 'fault' ? Promise.reject(reason.error) : new Promise<never>(() => {}),
    );
    return await Promise.race([startService(config, { log }), fault]);
  } catch (error) {
    process.exit(reportError(error));
  }
}

function announce(json: boolean, loaded: LoadedConfig, service: RunningService): void {
  const announced = {
    config: loaded.config,
    endpoints: service.endpoints,
    dataPath: service.dataPath,
    file: loaded.file,
    version: packageVersion(),
    pid: process.pid,
  };
  process.stdout.write(json ? announcementAsJson(announced) : announcementAsText(announced));
}

/** @returns whether everything was drained */
async function shutDown(
  service: RunningService,
  deadlineMs: number,
  log: Logger,
): Promise<boolean> {
  const overrun = new Promise<'overrun'>((resolve) => {
    setTimeout(() => resolve('overrun'), deadlineMs + OVERRUN_MS);
  });
  try {
    if ((await Promise.race([service.shutdown(deadlineMs), overrun])) !== 'overrun') return true;
    log.error({ deadlineMs }, 'shutdown overran its deadline');
  } catch (error) {
    log.error({ error }, 'shutdown failed');
  }
  return false;
}
