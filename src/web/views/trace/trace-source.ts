/**
 * The outline of a trace, and a new one whenever the collector says that something of it has changed. One question at a time; a large trace that
 * changes all the time is asked for no more often than it can be read.
 */
import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { ApiError } from '../../data/api-error.ts';
import { lives } from '../../data/connection.ts';
import { askOutline, type Outline } from '../../data/outline.ts';
import { openTail } from '../../data/tail.ts';

/** Between two questions at least this much, and this many times what the last one took. */
const PAUSE_MS = 250;
const PAUSE_SHARE = 3;

export class TraceSource {
  readonly traceId: string;
  readonly #outline: Signal<Outline | undefined> = signal(undefined);
  readonly #error: Signal<Error | undefined> = signal(undefined);
  readonly #arrivedAt = signal(0);
  #asking: AbortController | undefined;
  #isAskedAgain = false;
  #timer: number | undefined;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  /** The newest there is. */
  get outline(): ReadonlySignal<Outline | undefined> {
    return this.#outline;
  }

  /** Why the newest asking failed. */
  get error(): ReadonlySignal<Error | undefined> {
    return this.#error;
  }

  /** By performance.now(). */
  get arrivedAt(): ReadonlySignal<number> {
    return this.#arrivedAt;
  }

  /** Ends with the function that is returned. */
  follow(): () => void {
    const stop = effect(() => {
      // A collector that is back may know more, or less.
      void lives.value;
      const again = (): void => this.ask();
      again();
      return openTail({ trace_id: this.traceId }, { onChanged: again, onGap: again });
    });
    return () => {
      stop();
      window.clearTimeout(this.#timer);
      this.#asking?.abort();
    };
  }

  /** Now, or when what is asked already is answered. */
  ask(): void {
    if (this.#asking !== undefined || this.#timer !== undefined) {
      this.#isAskedAgain = true;
      return;
    }
    void this.#askNow();
  }

  async #askNow(): Promise<void> {
    const given = new AbortController();
    this.#asking = given;
    const began = performance.now();
    try {
      const known = this.#outline.peek()?.revision;
      const outline = await askOutline(this.traceId, {
        signal: given.signal,
        ...(known !== undefined && { revision: known }),
      });
      if (outline !== undefined) {
        this.#arrivedAt.value = performance.now();
        this.#outline.value = outline;
      }
      this.#error.value = undefined;
    } catch (error) {
      if (given.signal.aborted) return;
      this.#error.value = error instanceof Error ? error : ApiError.malformed(String(error), 0);
    }
    this.#asking = undefined;
    const took = performance.now() - began;
    this.#timer = window.setTimeout(
      () => {
        this.#timer = undefined;
        if (!this.#isAskedAgain) return;
        this.#isAskedAgain = false;
        void this.#askNow();
      },
      Math.max(PAUSE_MS, took * PAUSE_SHARE),
    );
  }
}
