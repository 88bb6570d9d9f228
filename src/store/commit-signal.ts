/**
 * Tells other threads that the log has grown: one number in shared memory that rises with every commit.
 * Waiting costs no polling; a wait ends with the next rise, the time-out or the signal, whichever is first.
 */
export class CommitSignal {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#words = new Int32Array(memory);
  }

  get memory(): SharedArrayBuffer {
    return this.#words.buffer as SharedArrayBuffer;
  }

  /** Read it before looking at the log; then wait for it to change. */
  get value(): number {
    return Atomics.load(this.#words, 0);
  }

  raise(): void {
    Atomics.add(this.#words, 0, 1);
    Atomics.notify(this.#words, 0);
  }

  /** Resolves when the value is no longer `seen`, or after `timeoutMs`, or when the signal aborts. */
  async changed(seen: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const result = Atomics.waitAsync(this.#words, 0, seen, timeoutMs);
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
