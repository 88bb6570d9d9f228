/**
 * Which traces were promoted, so that their late spans are kept too.
 *
 * A first-in first-out set of trace ids as words of one typed array. Every id has a rising number; a
 * chain of numbers per hash bucket finds it, and a number below the oldest one ends a chain, so that
 * nothing is ever unlinked. Bound: `capacity` ids; the oldest goes.
 */
const WORDS = 4;
export const PROMOTED_MAX = 65_536;

export class PromotedTraces {
  readonly #capacity: number;
  readonly #ids: Uint32Array;
  /** Numbers plus one: 0 is none, so that memory nobody uses is not touched. */
  readonly #previous: Float64Array;
  readonly #heads: Float64Array;
  #next = 0;

  constructor(capacity: number = PROMOTED_MAX) {
    this.#capacity = capacity;
    this.#ids = new Uint32Array(capacity * WORDS);
    this.#previous = new Float64Array(capacity);
    this.#heads = new Float64Array(2 ** Math.ceil(Math.log2(capacity + 1)));
  }

  get size(): number {
    return Math.min(this.#next, this.#capacity);
  }

  /** The trace id is the four words from `at`. */
  has(words: Uint32Array, at: number): boolean {
    if (this.#next === 0) return false;
    const oldest = this.#next - this.size;
    let number = this.#heads[this.#bucket(words, at)]! - 1;
    while (number >= oldest) {
      const slot = number % this.#capacity;
      if (equalIds(this.#ids, slot * WORDS, words, at)) return true;
      number = this.#previous[slot]! - 1;
    }
    return false;
  }

  /** False where it was there already. */
  add(words: Uint32Array, at: number): boolean {
    if (this.has(words, at)) return false;
    const number = this.#next++;
    const slot = number % this.#capacity;
    for (let i = 0; i < WORDS; i++) this.#ids[slot * WORDS + i] = words[at + i]!;
    const bucket = this.#bucket(words, at);
    this.#previous[slot] = this.#heads[bucket]!;
    this.#heads[bucket] = number + 1;
    return true;
  }

  /** All ids, oldest first, four words each: a copy for `refill`. */
  snapshot(): Uint32Array {
    const { size } = this;
    const words = new Uint32Array(size * WORDS);
    for (let i = 0; i < size; i++) {
      const slot = (this.#next - size + i) % this.#capacity;
      words.set(this.#ids.subarray(slot * WORDS, (slot + 1) * WORDS), i * WORDS);
    }
    return words;
  }

  /** Adds ids in the order given; of more than `capacity` the last ones stay. */
  refill(words: Uint32Array): void {
    for (let at = 0; at + WORDS <= words.length; at += WORDS) this.add(words, at);
  }

  #bucket(words: Uint32Array, at: number): number {
    return (words[at + 2]! ^ Math.imul(words[at + 3]!, 0x9e3779b1)) & (this.#heads.length - 1);
  }
}

function equalIds(a: Uint32Array, at: number, b: Uint32Array, bt: number): boolean {
  return (
    a[at + 3] === b[bt + 3] && a[at + 2] === b[bt + 2] && a[at + 1] === b[bt + 1] && a[at] === b[bt]
  );
}
