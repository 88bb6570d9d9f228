/**
 * `synton run -- COMMAND`: runs a program so that what it does can be seen, and ends as it ended. The program's streams are its own; what
 * we say goes to stderr, after it has ended. A fault of ours never changes what becomes of the program once it runs.
 */
import { randomBytes } from 'node:crypto';
import { CAPTURE_FORM, captureSettings } from '../register/settings.ts';
import { parseTraceParent } from '../register/trace-parent.ts';
import { printable } from '../telemetry/printable.ts';
import { idleExitMs } from './idle-exit.ts';
import { type ChildEnd, endAs, runChild } from './run-child.ts';
import {
  type Collector,
  type CollectorInput,
  findCollector,
  isListening,
} from './run-collector.ts';
import { type ToldCommand, toldCommand } from './run-command.ts';
import { runEnvironment, syntonEndpoint } from './run-environment.ts';
import { summaryOf } from './run-summary.ts';
import { type RunHead, runSummaryText, type Screen } from './run-summary-text.ts';
import { traceOfRun } from './run-trace.ts';

export interface RunInput extends CollectorInput {
  /** The executable and its arguments. */
  readonly command: readonly string[];
  /** Of calls, beside that they were: as SYNTON_CAPTURE has it. */
  readonly capture?: string;
  readonly quiet: boolean;
}

/** Of what is no terminal. */
const COLUMNS = 100;
const SAMPLED = 1;

interface RunIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

interface EndedRun extends RunIds {
  readonly isPart: boolean;
  /** Why nothing can be asked for, where that is known. */
  readonly lost: string | undefined;
  /** Its span was not taken in time. */
  readonly isLate: boolean;
}

/** Ends the process. @throws Error where there is no collector; nothing has run then */
export async function run(input: RunInput): Promise<void> {
  idleExitMs(input.idleExit);
  const { capture } = input;
  if (capture !== undefined && captureSettings(capture) === undefined)
    throw new Error(`--capture: expected ${CAPTURE_FORM}`);
  const collector = await findCollector(input, process.env);
  const told = toldCommand(input.command);
  const parent = parseTraceParent(process.env['TRACEPARENT']);
  const ids: RunIds = {
    traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    traceFlags: parent?.traceFlags ?? 1,
  };
  const flags = ids.traceFlags.toString(16).padStart(2, '0');
  const env = runEnvironment(process.env, {
    collector,
    isNamed: input.endpoint !== undefined,
    traceParent: `00-${ids.traceId}-${ids.spanId}-${flags}`,
    serviceName: told.serviceName,
    capture,
  });
  const startMs = performance.now();
  const end = await runChild(input.command, env);
  if (end.kind === 'not started') {
    await say(
      `synton: cannot run ${printable(input.command[0] ?? '')}: ${printable(end.reason)}\n`,
    );
    process.exit(end.code);
  }
  const endMs = performance.now();
  try {
    const { sendRunSpan } = await import('../register/run-span.ts');
    const sent = await sendRunSpan({
      destination: destinationOf(collector),
      serviceName: env['OTEL_SERVICE_NAME'] ?? told.serviceName,
      name: told.name,
      attributes: { ...attributesOf(told), ...endAttributes(end) },
      ...(failureOf(end) !== undefined && { failure: failureOf(end)! }),
      ...(end.kind === 'killed' && { killedPid: end.pid }),
      ids,
      parent,
      startMs,
      endMs,
    });
    if (!input.quiet) {
      const head = {
        name: told.name,
        failure: failureOf(end),
        durationNano: (endMs - startMs) * 1e6,
      };
      const lost = lossOf(env, ids, sent === 'refused' ? collector.endpoint : undefined);
      const run = { ...ids, isPart: parent !== undefined, lost, isLate: sent === 'late' };
      await say(await endText(collector, run, head));
    }
  } catch (error) {
    if (!input.quiet) await say(`synton: ${printable((error as Error).message)}\n`);
  }
  await endAs(end);
}

async function endText(
  { endpoint, api, started }: Collector,
  run: EndedRun,
  head: RunHead,
): Promise<string> {
  const { traceId, lost } = run;
  const lines: string[] = [];
  const tell = (line: string): void => void lines.push(`synton: ${printable(line)}`);
  if (started !== undefined)
    tell(`a collector was started (pid ${started.pid}, ${started.logPath})`);
  if (lost !== undefined) tell(lost);
  else if (api !== undefined) {
    const trace = await traceOfRun({ api, ...run });
    if (trace === undefined)
      tell(run.isLate ? notTaken(endpoint) : 'the span of the run has not arrived yet: ask later');
    else lines.push(...runSummaryText(head, summaryOf(trace, run.spanId), screen()));
    tell(`${api}/trace/${traceId}`);
  } else if (await isListening(endpoint)) {
    tell(`spans went to ${endpoint}; ask there for trace ${traceId}`);
  } else tell(`nobody listens at ${endpoint}: the spans are lost`);
  return `${lines.join('\n')}\n`;
}

function notTaken(endpoint: string): string {
  return `${endpoint} did not take the span of the run; is a collector running there?`;
}

/** @param refusedBy the endpoint, where it did */
function lossOf(
  env: NodeJS.ProcessEnv,
  { traceFlags }: RunIds,
  refusedBy: string | undefined,
): string | undefined {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true')
    return 'OTEL_SDK_DISABLED is set: nothing was recorded';
  if ((traceFlags & SAMPLED) === 0)
    return 'TRACEPARENT leaves this trace out of the sample: nothing of it was sent';
  return refusedBy && `${refusedBy} refused the spans; is it the endpoint of a collector?`;
}

function screen(): Screen {
  const { isTTY, columns } = process.stderr;
  const hasColours = isTTY && !process.env['NO_COLOR'];
  return { columns: columns || COLUMNS, hasColours, cwd: process.cwd() };
}

function destinationOf(collector: Collector): { endpoint: string; format: 'otlp' | 'otlp-http' } {
  const format = collector.protocol === 'grpc' ? 'otlp' : 'otlp-http';
  return { endpoint: syntonEndpoint(collector), format };
}

function attributesOf({ executable, script }: ToldCommand): Record<string, string | string[]> {
  return {
    'process.executable.name': executable,
    'process.command_args': script === undefined ? [executable] : [executable, script],
  };
}

function endAttributes(end: ChildEnd): Record<string, string | number> {
  if (end.kind === 'killed') return { 'process.exit.signal': end.signal };
  return { 'process.exit.code': end.code };
}

function failureOf(end: ChildEnd): string | undefined {
  if (end.kind === 'killed') return `ended by ${end.signal}`;
  return end.code === 0 ? undefined : `exit code ${end.code}`;
}

function say(text: string): Promise<void> {
  return new Promise((resolve) => process.stderr.write(text, () => resolve()));
}
