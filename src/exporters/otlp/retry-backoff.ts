/**
 * When to try a destination again, shared by all requests in flight to it: exponential with jitter, or
 * what the destination asked for. Overlapping failures count once: they are one outage.
 *
 * The figures are the Collector's: first 5 s, growing by half, half of it jitter either way, at most 30 s.
 */
import type { Clock } from '../../model/clock.ts';

export interface BackoffFigures {
  readonly firstMs: number;
  readonly factor: number;
  /** Part of the delay that chance adds or takes. */
  readonly jitter: number;
  readonly maxMs: number;
}

export const BACKOFF: BackoffFigures = { firstMs: 5000, factor: 1.5, jitter: 0.5, maxMs: 30_000 };

/** A destination that asks for more is asked again after this long. */
export const ASKED_DELAY_MS_MAX: number = 3_600_000;

export class RetryBackoff {
  readonly #clock: Clock;
  readonly #figures: BackoffFigures;
  readonly #random: () => number;
  #failures = 0;
  #untilMs = Number.NEGATIVE_INFINITY;

  /** `random` gives numbers in [0, 1). */
  constructor(clock: Clock, figures: BackoffFigures = BACKOFF, random: () => number = Math.random) {
    this.#clock = clock;
    this.#figures = figures;
    this.#random = random;
  }

  /** Milliseconds until the next try is due; 0 where it may go at once. */
  get waitMs(): number {
    return Math.max(0, this.#untilMs - this.#clock.monotonicMs());
  }

  failed(askedMs = 0): void {
    const now = this.#clock.monotonicMs();
    const asked = now + Math.min(askedMs, ASKED_DELAY_MS_MAX);
    if (now < this.#untilMs) {
      this.#untilMs = Math.max(this.#untilMs, asked);
      return;
    }
    const { firstMs, factor, jitter, maxMs } = this.#figures;
    const plain = Math.min(firstMs * factor ** Math.min(this.#failures++, 64), maxMs);
    const jittered = Math.min(plain * (1 + jitter * (2 * this.#random() - 1)), maxMs);
    this.#untilMs = askedMs > 0 ? asked : now + jittered;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#untilMs = Number.NEGATIVE_INFINITY;
  }

  /** Resolves when a try is due, or the signal aborts. */
  async ready(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { waitMs } = this;
      if (waitMs === 0) return;
      await pause(this.#clock, waitMs, signal);
    }
  }
}

/** Resolves after the delay or when the signal aborts, whichever is first. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.schedule(delayMs, done);
    signal.addEventListener('abort', done);
  });
}
