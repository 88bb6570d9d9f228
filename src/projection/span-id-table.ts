/**
 * Finds spans by their id, and by a small number beside it where that tells spans apart. Open addressing over
 * typed arrays: no string and no object a span. Its hash is seeded, so that no sender can choose ids that
 * collide. Room for `capacity` keys, 12 to 24 bytes each.
 */
import { randomBytes } from 'node:crypto';

const SEED = randomBytes(4).readUInt32LE();
const EMPTY = -1;

export class SpanIdTable {
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** By index: high word, low word, the number beside them. */
  readonly #keys: Uint32Array;

  /** Indexes are from 0 to `capacity` − 1, each put once. */
  constructor(capacity: number) {
    let size = 16;
    while (size < capacity * 2) size *= 2;
    this.#slots = new Int32Array(size).fill(EMPTY);
    this.#mask = size - 1;
    this.#keys = new Uint32Array(capacity * 3);
  }

  /** The key now leads to `index`; returns where it led before, or −1. */
  put(index: number, high: number, low: number, beside = 0): number {
    const keys = this.#keys;
    keys[index * 3] = high;
    keys[index * 3 + 1] = low;
    keys[index * 3 + 2] = beside;
    const slot = this.#slotOf(high, low, beside);
    const before = this.#slots[slot]!;
    this.#slots[slot] = index;
    return before;
  }

  /** −1 where there is none. */
  find(high: number, low: number, beside = 0): number {
    return this.#slots[this.#slotOf(high, low, beside)]!;
  }

  /** The slot of the key, or the empty one where it would stand. */
  #slotOf(high: number, low: number, beside: number): number {
    const keys = this.#keys;
    let slot = hashOf(high, low, beside) & this.#mask;
    for (;;) {
      const index = this.#slots[slot]!;
      if (index === EMPTY) return slot;
      const at = index * 3;
      if (keys[at] === high && keys[at + 1] === low && keys[at + 2] === beside) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}

/** MurmurHash3's mixing of three words. */
function hashOf(high: number, low: number, beside: number): number {
  let hash = mixed(mixed(mixed(SEED, high), low), beside);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed(hash: number, word: number): number {
  let key = Math.imul(word, 0xcc9e2d51);
  key = Math.imul((key << 15) | (key >>> 17), 0x1b873593);
  const next = hash ^ key;
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}
