/** Says of most span ids that are not in a set that they are not, in a few nanoseconds. 256 KiB. */
const SLOTS = 1 << 18;
/** A slot that was ever this full stays so. */
const FULL = 255;

export class SpanIdFilter {
  /** Members a slot. */
  readonly #counts = new Uint8Array(SLOTS);

  add(high: number, low: number): void {
    const at = slotOf(high, low);
    if (this.#counts[at]! < FULL) this.#counts[at] = this.#counts[at]! + 1;
  }

  /** Of a member. */
  remove(high: number, low: number): void {
    const at = slotOf(high, low);
    if (this.#counts[at]! < FULL) this.#counts[at] = this.#counts[at]! - 1;
  }

  mayHave(high: number, low: number): boolean {
    return this.#counts[slotOf(high, low)] !== 0;
  }
}

function slotOf(high: number, low: number): number {
  return Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b) >>> 14;
}
