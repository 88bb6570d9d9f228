/**
 * The calls that ended last, as numbers, and the sums over those before them. A call is written without
 * making an object; when the ring is full it is folded into the sums of its functions.
 *
 * Bounds: CALLS_MAX calls; a row of sums for each known function.
 */

/** Times in milliseconds; of calls that were watched to their end. */
export interface CallSums {
  readonly ended: number;
  readonly failed: number;
  readonly totalMs: number;
  readonly maxMs: number;
}

export const CALLS_MAX = 4_096;
export const CALL_FLAG = { failed: 1, span: 2 } as const;
const SUMS = 4;

export class CallRing {
  readonly #row = new Int32Array(CALLS_MAX);
  readonly #parentRow = new Int32Array(CALLS_MAX);
  readonly #startMs = new Float64Array(CALLS_MAX);
  readonly #durationMs = new Float64Array(CALLS_MAX);
  readonly #flags = new Uint8Array(CALLS_MAX);
  #sums = new Float64Array(256 * SUMS);
  #next = 0;
  #unfolded = 0;

  /** @param parentRow −1 for none */
  add(row: number, parentRow: number, startMs: number, durationMs: number, flags: number): void {
    if (this.#unfolded === CALLS_MAX) this.#fold();
    const at = this.#next;
    this.#row[at] = row;
    this.#parentRow[at] = parentRow;
    this.#startMs[at] = startMs;
    this.#durationMs[at] = durationMs;
    this.#flags[at] = flags;
    this.#next = at + 1 === CALLS_MAX ? 0 : at + 1;
    this.#unfolded++;
  }

  sumsOf(row: number): CallSums {
    this.#fold();
    const at = row * SUMS;
    const of = (offset: number) => this.#sums[at + offset] ?? 0;
    return { ended: of(0), failed: of(1), totalMs: of(2), maxMs: of(3) };
  }

  #fold(): void {
    for (; this.#unfolded > 0; this.#unfolded--) {
      const at = (this.#next - this.#unfolded + CALLS_MAX) % CALLS_MAX;
      const sum = this.#row[at]! * SUMS;
      while (sum >= this.#sums.length) {
        const larger = new Float64Array(this.#sums.length * 2);
        larger.set(this.#sums);
        this.#sums = larger;
      }
      const sums = this.#sums;
      const durationMs = this.#durationMs[at]!;
      sums[sum] = sums[sum]! + 1;
      if ((this.#flags[at]! & CALL_FLAG.failed) !== 0) sums[sum + 1] = sums[sum + 1]! + 1;
      sums[sum + 2] = sums[sum + 2]! + durationMs;
      if (durationMs > sums[sum + 3]!) sums[sum + 3] = durationMs;
    }
  }
}
