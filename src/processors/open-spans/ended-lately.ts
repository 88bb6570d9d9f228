/**
 * Span ids of ends that were received lately, so that a start which its end overtook opens nothing: two of each 65,536 slots'
 * words, the latest of a slot. 512 KiB. Two ids that differ are never taken for one.
 */
const SLOTS = 1 << 16;

export class EndedLately {
  readonly #words = new Uint32Array(SLOTS * 2);

  add(high: number, low: number, kind: number): void {
    const at = slotOf(high, low);
    this.#words[at] = high;
    this.#words[at + 1] = low ^ (kind << 24);
  }

  has(high: number, low: number, kind: number): boolean {
    const at = slotOf(high, low);
    return this.#words[at] === high && this.#words[at + 1] === (low ^ (kind << 24)) >>> 0;
  }
}

function slotOf(high: number, low: number): number {
  return (Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b) >>> 16) * 2;
}
