/** Programs that do not come to their end, run with the instrumentation against a real collector, and what it knows of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { eventually } from './eventually.ts';
import type { RunScene } from './synton-run.ts';

const REGISTER = join(import.meta.dirname, '../../src/register/index.ts');

/** As the REST API tells it. */
export interface KnownSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: string;
  readonly stale?: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

export interface ProgramRun {
  readonly child: ChildProcess;
  readonly traceId: string;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
  /** Resolves when stdout matches. */
  wrote(pattern: RegExp): Promise<void>;
  /** The fourth stream, which a program writes at once. */
  readonly ledger: Readable;
  /** Empty where the trace is unknown. */
  spans(): Promise<KnownSpan[]>;
  /** Resolves with the spans once they are as wanted. */
  until(what: string, isSo: (spans: readonly KnownSpan[]) => boolean): Promise<KnownSpan[]>;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** @default watched by the instrumentation */
  readonly isPlain?: boolean;
  /** Instead of a trace of its own. */
  readonly traceId?: string;
}

export function runProgram(
  scene: RunScene,
  args: readonly string[],
  { env = {}, isPlain = false, traceId = randomBytes(16).toString('hex') }: ProgramOptions = {},
): ProgramRun {
  const { PATH = '' } = process.env;
  const register = isPlain ? ['--import', 'data:text/javascript,'] : ['--import', REGISTER];
  const [file = '', ...rest] = args;
  const child = spawn(process.execPath, [...register, join(scene.folder, file), ...rest], {
    cwd: scene.folder,
    env: {
      PATH,
      SYNTON_ENDPOINT: `${scene.endpoint}/v1/traces`,
      SYNTON_CACHE: join(scene.folder, '.cache'),
      TRACEPARENT: `00-${traceId}-${'b'.repeat(16)}-01`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk) => {
    stdout += chunk;
    child.emit('wrote');
  });
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended: ProgramRun['ended'] = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const spans = () => spansOf(scene, traceId);
  return {
    child,
    traceId,
    ended,
    wrote: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => pattern.test(stdout) && resolve();
        child.on('wrote', look);
        child.on('close', () => reject(new Error(`ended before ${pattern}: ${stdout}${stderr}`)));
        look();
      }),
    ledger: child.stdio[3] as Readable,
    spans,
    until: async (what, isSo) => {
      let known: KnownSpan[] = [];
      const look = async () => {
        known = await spans();
        return isSo(known);
      };
      await eventually(look, what);
      return known;
    },
  };
}

export async function spansOf(scene: RunScene, traceId: string): Promise<KnownSpan[]> {
  const answer = await fetch(`${scene.api}/api/v1/instr/export/${traceId}?format=json`);
  if (!answer.ok) return [];
  // biome-ignore lint/suspicious/noExplicitAny: as the API writes it
  const { spans } = (await answer.json()) as { spans: any[] };
  return spans.map((span) => ({
    ...span,
    warnings: span.metadata.warnings,
    attributes: Object.fromEntries(
      span.attributes.map((one: { key: string; value: { value: unknown } }) => [
        one.key,
        one.value.value,
      ]),
    ),
  }));
}

export function named(spans: readonly KnownSpan[], name: string): KnownSpan | undefined {
  return spans.find((span) => span.name === name);
}
