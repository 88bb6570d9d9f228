/**
 * `synton run -- COMMAND`: runs a program so that what it does can be seen, and ends as it ended. The program's streams are its own; what
 * we say goes to stderr, after it has ended. A fault of ours never changes what becomes of the program once it runs.
 */
import { randomBytes } from 'node:crypto';
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

export interface RunInput extends CollectorInput {
  /** The executable and its arguments. */
  readonly command: readonly string[];
  readonly quiet: boolean;
}

interface RunIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** Ends the process. @throws Error where there is no collector; nothing has run then */
export async function run(input: RunInput): Promise<void> {
  idleExitMs(input.idleExit);
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
    await sendRunSpan({
      destination: destinationOf(collector),
      serviceName: env['OTEL_SERVICE_NAME'] ?? told.serviceName,
      name: told.name,
      attributes: { ...attributesOf(told), ...endAttributes(end) },
      ...(failureOf(end) !== undefined && { failure: failureOf(end)! }),
      ids,
      parent,
      startMs,
      endMs,
    });
    if (!input.quiet) await say(await endText(collector, ids));
  } catch (error) {
    if (!input.quiet) await say(`synton: ${printable((error as Error).message)}\n`);
  }
  await endAs(end);
}

async function endText(
  { endpoint, api, started }: Collector,
  { traceId }: RunIds,
): Promise<string> {
  const link = async (): Promise<string> => {
    if (api !== undefined) return `${api}/api/v1/instr/export/${traceId}?format=text`;
    if (await isListening(endpoint))
      return `spans went to ${endpoint}; ask there for trace ${traceId}`;
    return `nobody listens at ${endpoint}: the spans are lost`;
  };
  const lines = [
    ...(started === undefined
      ? []
      : [`a collector was started (pid ${started.pid}, ${started.logPath})`]),
    await link(),
  ];
  return lines.map((line) => `synton: ${printable(line)}\n`).join('');
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
