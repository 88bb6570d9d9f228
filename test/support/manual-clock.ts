/** A clock that moves only when a test says so. Monotonic and wall time move together. */
import type { Clock } from '../../src/model/clock.ts';

interface Task {
  readonly atMs: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #startUnixNano: bigint;
  readonly #tasks = new Set<Task>();

  constructor(startUnixNano = 1_700_000_000_000_000_000n) {
    this.#startUnixNano = startUnixNano;
  }

  unixNano(): bigint {
    return this.#startUnixNano + BigInt(Math.round(this.#nowMs * 1e6));
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const task = { atMs: this.#nowMs + delayMs, run };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  /** Tasks that wait for their time. */
  get pending(): number {
    return this.#tasks.size;
  }

  /** Runs what falls due, in order of time, letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let task = this.#nextBy(untilMs); task !== undefined; task = this.#nextBy(untilMs)) {
      this.#tasks.delete(task);
      this.#nowMs = Math.max(this.#nowMs, task.atMs);
      task.run();
      await settle();
    }
    this.#nowMs = untilMs;
    await settle();
  }

  #nextBy(untilMs: number): Task | undefined {
    let next: Task | undefined;
    for (const task of this.#tasks)
      if (task.atMs <= untilMs && (next === undefined || task.atMs < next.atMs)) next = task;
    return next;
  }
}

/** Lets everything that is ready to go on do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
