/**
 * The demo as a service offers it: one at a time, of DURATION_MS, ended with the service. Its process is loaded and started when it is
 * first asked for.
 */
import type { Clock } from '../model/clock.ts';
import type { DemoState } from '../model/demo-state.ts';
import type { DemoProcess } from './demo-process.ts';

const DURATION_MS = 300_000;
const RATE = 2;
const NOTHING_SENT = { traces: 0, spans: 0, failed: 0 };

export class DemoRuns {
  readonly #endpoint: () => string | undefined;
  readonly #clock: Clock;
  #process: DemoProcess | undefined;
  #starting: Promise<DemoProcess | undefined> | undefined;
  #state: DemoState = { run: 0, status: 'none', ...NOTHING_SENT };
  #isClosed = false;

  /** @param endpoint of the OTLP/gRPC receiver, undefined while there is none */
  constructor(endpoint: () => string | undefined, clock: Clock) {
    this.#endpoint = endpoint;
    this.#clock = clock;
  }

  get state(): DemoState {
    return this.#process === undefined ? this.#state : { ...this.#state, ...sentBy(this.#process) };
  }

  async start({ isBig }: { readonly isBig: boolean }): Promise<DemoState | undefined> {
    const isJoined = this.#starting !== undefined;
    this.#starting ??= this.#begin(isBig);
    const process = await this.#starting;
    if (process === undefined) return undefined;
    if (isBig && isJoined) process.sendBig();
    return this.state;
  }

  async stop(): Promise<DemoState> {
    const process = await this.#starting;
    await process?.stop();
    return this.state;
  }

  /** None begins any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.stop();
  }

  async #begin(isBig: boolean): Promise<DemoProcess | undefined> {
    const { DemoProcess } = await import('./demo-process.ts');
    const endpoint = this.#endpoint();
    if (endpoint === undefined || this.#isClosed) {
      this.#starting = undefined;
      return undefined;
    }
    const seed = Math.floor(Math.random() * 0xffff_ffff);
    const process = new DemoProcess({ endpoint, seed, rate: RATE, durationMs: DURATION_MS, isBig });
    const startedUnixNano = this.#clock.unixNano();
    this.#process = process;
    this.#state = {
      run: this.#state.run + 1,
      status: 'running',
      startedUnixNano,
      endsUnixNano: startedUnixNano + BigInt(DURATION_MS) * 1_000_000n,
      ...NOTHING_SENT,
    };
    void process.ended.then((fault) => this.#ended(process, fault));
    return process;
  }

  #ended(process: DemoProcess, fault: string | undefined): void {
    const { endsUnixNano: _, ...state } = this.#state;
    this.#state = {
      ...state,
      ...sentBy(process),
      status: fault === undefined ? 'ended' : 'failed',
      finishedUnixNano: this.#clock.unixNano(),
      ...(fault !== undefined && { detail: fault }),
    };
    this.#process = undefined;
    this.#starting = undefined;
  }
}

function sentBy({
  progress,
}: DemoProcess): Pick<DemoState, 'traces' | 'spans' | 'failed' | 'detail'> {
  const { traces, spans, failed, detail } = progress;
  return { traces, spans, failed, ...(detail !== undefined && { detail }) };
}
