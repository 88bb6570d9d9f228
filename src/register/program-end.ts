/**
 * Spans at the end of a program. One that runs dry waits for them by itself (the processor's `beforeExit`). One that calls
 * `process.exit`, or dies of an error nobody caught, cannot wait: what ended within the last KEPT_MS is then sent by the thread that
 * reports on the program, again where it was sent already; equal spans are kept once.
 *
 * Bound: SPANS_MAX spans kept.
 */
import type { SyntonSpanProcessor } from '../sdk/span-processor.ts';
import { realNow } from '../telemetry/real-now.ts';

type ProcessedSpan = Parameters<SyntonSpanProcessor['onEnd']>[0];

const SPANS_MAX = 8_192;
const KEPT_MS = 2_000;

export class ProgramEnd {
  /** Where spans are sent. */
  readonly endpoint: string;
  /** In order of their end. */
  #last: { readonly span: ProcessedSpan; readonly atMs: number }[] = [];
  /** Since when the end is being waited for, and nothing becomes too old. */
  #heldMs: number | undefined;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  add(span: ProcessedSpan): void {
    const atMs = realNow();
    this.#last.push({ span, atMs });
    if (this.#last.length < SPANS_MAX * 2) return;
    this.#last = this.#last.slice(-SPANS_MAX);
  }

  /** What is kept now is kept until it has arrived, however long that takes. */
  hold(): void {
    this.#heldMs ??= realNow();
  }

  /** Everything that ended so far has arrived. */
  settle(): void {
    this.#last = [];
    this.#heldMs = undefined;
  }

  /** What may not have arrived. */
  take(): ProcessedSpan[] {
    const fromMs = (this.#heldMs ?? realNow()) - KEPT_MS;
    const late = this.#last.filter(({ atMs }) => atMs >= fromMs).slice(-SPANS_MAX);
    this.#last = [];
    return late.map(({ span }) => span);
  }
}
