/**
 * Tells other threads that the log has grown: one number in shared memory that rises with every commit.
 * Waiting costs no polling; a wait ends with the next rise, the time-out or the signal, whichever is first.
 *
 * Beside it stands whether statistics on disk are behind the commits, and until when somebody looks at them: for so long the
 * writer commits them with every block, and whoever asks need not wait for it.
 */
const COMMITS = 0;
const BEHIND = 1;
const WATCHED_UNTIL = 2;
const WORDS = 3;
const WATCH_SECONDS = 10;

export class CommitSignal {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(WORDS * 4)) {
    this.#words = new Int32Array(memory);
  }

  get memory(): SharedArrayBuffer {
    return this.#words.buffer as SharedArrayBuffer;
  }

  /** Read it before looking at the log; then wait for it to change. */
  get value(): number {
    return Atomics.load(this.#words, COMMITS);
  }

  raise(): void {
    Atomics.add(this.#words, COMMITS, 1);
    Atomics.notify(this.#words, COMMITS);
  }

  /** Whether something was acknowledged that statistics on disk do not have. */
  get areStatisticsBehind(): boolean {
    return Atomics.load(this.#words, BEHIND) === 1;
  }

  set areStatisticsBehind(are: boolean) {
    Atomics.store(this.#words, BEHIND, are ? 1 : 0);
  }

  watchStatistics(): void {
    Atomics.store(this.#words, WATCHED_UNTIL, seconds() + WATCH_SECONDS);
  }

  get areStatisticsWatched(): boolean {
    return Atomics.load(this.#words, WATCHED_UNTIL) - seconds() > 0;
  }

  /** Resolves when the value is no longer `seen`, or after `timeoutMs`, or when the signal aborts. */
  async changed(seen: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const result = Atomics.waitAsync(this.#words, COMMITS, seen, timeoutMs);
    if (!result.async) return;
    if (signal === undefined) {
      await result.value;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    signal.addEventListener('abort', wake, { once: true });
    result.value.then(wake);
    await promise;
    signal.removeEventListener('abort', wake);
  }
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000) | 0;
}
