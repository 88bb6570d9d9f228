/** A server under measurement: a child process that says one line of JSON when it is ready. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnNode } from './children.ts';
import type { LoopFigures } from './loop-probe.ts';

export interface ProcessOptions {
  /** Look at its event loop as well. */
  readonly probe: boolean;
  readonly lifeMs: number;
}

const STOP_WITHIN_MS = 15_000;
const READY_WITHIN_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000;
const PROBE = new URL('./loop-probe.ts', import.meta.url).href;

export class MeasuredProcess {
  readonly pid: number;
  /** Its first line on stdout, parsed. */
  readonly announcement: unknown;
  readonly #child: ChildProcess;
  readonly #hasProbe: boolean;

  private constructor(child: ChildProcess, announcement: unknown, hasProbe: boolean) {
    this.pid = child.pid!;
    this.announcement = announcement;
    this.#child = child;
    this.#hasProbe = hasProbe;
  }

  static async start(args: readonly string[], options: ProcessOptions): Promise<MeasuredProcess> {
    const { probe, lifeMs } = options;
    const child = spawnNode([...(probe ? ['--import', PROBE] : []), ...args], lifeMs, {
      ipc: probe,
    });
    const lines = createInterface({ input: child.stdout! });
    const given = new AbortController();
    const signal = AbortSignal.any([given.signal, AbortSignal.timeout(READY_WITHIN_MS)]);
    try {
      const line = await Promise.race([
        once(lines, 'line', { signal }).then(([text]) => String(text)),
        once(child, 'exit', { signal }).then(() => undefined),
      ]);
      if (line === undefined) throw new Error(`${args[0]} ended at once`);
      return new MeasuredProcess(child, JSON.parse(line), probe);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    } finally {
      given.abort();
    }
  }

  /** Since it was asked before; undefined without a probe. */
  async loop(): Promise<LoopFigures | undefined> {
    if (!this.#hasProbe) return undefined;
    const answered = once(this.#child, 'message', {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    this.#child.send('loop');
    const [figures] = await answered;
    return figures as LoopFigures;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const overdue = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(overdue);
  }

  /** As when the power goes. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

export function scriptPath(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
