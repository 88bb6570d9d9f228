/** Ids of a block as small numbers in the order in which they appear. Cleared between blocks. */
import { grownWords } from './growing.ts';
import { slotOfId } from './id-slots.ts';

const SLOTS_MIN = 1 << 10;

export class TraceTable {
  /** Four words each. */
  words: Uint32Array = new Uint32Array(1 << 10);
  count = 0;
  #slots = new Int32Array(SLOTS_MIN);
  #last = 0;

  clear(): void {
    this.count = 0;
    this.#slots.fill(0);
  }

  ordinal(rows: Uint32Array, at: number): number {
    if (this.count > 0 && this.#is(this.#last, rows, at)) return this.#last;
    const mask = this.#slots.length - 1;
    let slot = slotOf(rows, at) & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const known = this.#slots[slot]! - 1;
      if (!this.#is(known, rows, at)) continue;
      this.#last = known;
      return known;
    }
    const trace = this.count++;
    if (trace * 4 === this.words.length) this.words = grownWords(this.words);
    for (let i = 0; i < 4; i++) this.words[trace * 4 + i] = rows[at + i]!;
    this.#slots[slot] = trace + 1;
    if (this.count * 2 > this.#slots.length) this.#rehash();
    this.#last = trace;
    return trace;
  }

  #is(trace: number, rows: Uint32Array, at: number): boolean {
    const { words } = this;
    const own = trace * 4;
    return (
      words[own + 3] === rows[at + 3] &&
      words[own + 2] === rows[at + 2] &&
      words[own + 1] === rows[at + 1] &&
      words[own] === rows[at]
    );
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let trace = 0; trace < this.count; trace++) {
      let slot = slotOf(this.words, trace * 4) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = trace + 1;
    }
    this.#slots = slots;
  }
}

function slotOf(words: Uint32Array, at: number): number {
  return slotOfId(slotOfId(words[at]!, words[at + 1]!) ^ words[at + 2]!, words[at + 3]!);
}
