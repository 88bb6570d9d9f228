/** Time as the rest of Synton sees it, so that tests can turn it by hand (test/support). */
export interface Clock {
  /** Wall time, nanoseconds since the Unix epoch. */
  unixNano(): bigint;
  /** Monotonic milliseconds; its zero means nothing. */
  monotonicMs(): number;
  /** Runs `task` once after `delayMs`; never keeps the process alive. Returns its cancellation. */
  schedule(delayMs: number, task: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  unixNano: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n,
  monotonicMs: () => performance.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
