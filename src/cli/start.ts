/**
 * `synton start`: runs the service until a signal, and ends the process.
 *
 * SIGTERM, SIGINT and, where asked for, idleness drain within ten seconds and exit with 0; a second signal exits at once. After an error
 * that nobody caught the process stops receiving and exits with 1: it never goes on. What it owns is the
 * life of the process; what the service is made of is service.ts's business.
 */
import { type LoadedConfig, loadConfig } from '../config/config.ts';
import type { RunningService, ServiceOptions } from '../service.ts';
import { collectStartGarbage } from '../telemetry/collect-start-garbage.ts';
import { Counters } from '../telemetry/counters.ts';
import type { Logger } from '../telemetry/logger.ts';
import { packageVersion } from '../telemetry/package-version.ts';
import { createPinoLogger } from '../telemetry/pino-logger.ts';
import { announcementAsJson, announcementAsText } from './announcement.ts';
import { collectGarbageSeldom } from './collect-garbage-seldom.ts';
import type { CommandInput } from './command-input.ts';
import { idleExitMs, whenIdle } from './idle-exit.ts';
import { reportError } from './report-error.ts';
import { StopRequest } from './stop-request.ts';

const SHUTDOWN_DEADLINE_MS = 10_000;
/** After a fault only what is under way is finished. */
const FAULT_DEADLINE_MS = 2000;
/** How long a shutdown may overrun its own deadline before the process ends without it. */
const OVERRUN_MS = 2000;

export interface StartInput extends CommandInput {
  readonly json: boolean;
  /** A duration: ends after so long without a request. @default never */
  readonly idleExit?: string;
}

export async function start(input: StartInput): Promise<void> {
  const stop = new StopRequest();
  const loaded = loadConfig(input);
  const idleMs = input.idleExit === undefined ? undefined : idleExitMs(input.idleExit);
  const log = await createPinoLogger(loaded.config.log);
  const counters = new Counters();
  const service = await startOrExit(loaded, { log, counters }, stop);
  collectGarbageSeldom();
  collectStartGarbage();
  if (stop.reason === undefined) announce(input.json, loaded, service);
  void service.failed.then((error) => stop.fail(error));
  if (idleMs !== undefined) void whenIdle(counters, idleMs).then(() => stop.idle());

  const reason = await stop.requested;
  if (reason.kind === 'fault') log.error({ error: reason.error }, 'stopping after an error');
  else if (reason.kind === 'idle') log.info({ idleMs }, 'stopping, as nobody asked for anything');
  else log.info({ signal: reason.signal }, 'stopping');
  const deadlineMs = reason.kind === 'fault' ? FAULT_DEADLINE_MS : SHUTDOWN_DEADLINE_MS;
  const clean = await shutDown(service, deadlineMs, log);
  process.exit(clean && reason.kind !== 'fault' ? 0 : 1);
}

async function startOrExit(
  { config }: LoadedConfig,
  options: ServiceOptions,
  stop: StopRequest,
): Promise<RunningService> {
  try {
    const { startService } = await import('../service.ts');
    const fault = stop.requested.then((reason) =>
      // A signal during start is honoured once there is something to shut down.
      reason.kind === 'fault' ? Promise.reject(reason.error) : new Promise<never>(() => {}),
    );
    return await Promise.race([startService(config, options), fault]);
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
