/**
 * How long the event loop was held: looks once a millisecond and records how much later than that it came
 * to look. Costs about half a percent of a core, so costs are measured without it.
 */
export class BlockHistogram {
  /** Upper ends of the buckets in ms; the last has none. */
  static readonly ENDS: readonly number[] = [1, 2, 5, 10, 20];

  readonly counts: number[] = Array<number>(BlockHistogram.ENDS.length + 1).fill(0);
  maxMs = 0;
  readonly #timer: NodeJS.Timeout;
  #last: number = performance.now();

  constructor() {
    this.#timer = setInterval(() => this.#look(), 1);
  }

  /** Of those seen, how many were over `ms`, one of ENDS. */
  over(ms: number): number {
    const from = BlockHistogram.ENDS.indexOf(ms) + 1;
    return this.counts.slice(from).reduce((sum, count) => sum + count, 0);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const heldMs = now - this.#last - 1;
    this.#last = now;
    this.maxMs = Math.max(this.maxMs, heldMs);
    const bucket = BlockHistogram.ENDS.findIndex((end) => heldMs <= end);
    this.counts[bucket < 0 ? this.counts.length - 1 : bucket]!++;
  }
}
