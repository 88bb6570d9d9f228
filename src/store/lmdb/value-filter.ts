/**
 * A Bloom filter over the attribute values of a block (otlp/attribute-hash.ts): tells for a value that it is not there, and
 * is wrong in some two of a hundred cases about one that is not. Eight bits a distinct value, four looked at.
 */
const BITS_A_VALUE = 8;
const PROBES = 4;
/** Of one block's filter; above that it is denser and says less. */
const BYTES_MAX = 64 * 1024;
const STEP = 0x85ebca6b;

/** Made once, filled block after block. */
export class ValueFilterBuilder {
  /** Open addressing, emptied by counting blocks; at most half full. */
  #slots = new Uint32Array(8_192);
  #usedIn = new Uint32Array(8_192);
  #block = 0;
  readonly #distinct: number[] = [];

  /** `values` may hold one several times. */
  build(values: Uint32Array): Uint8Array {
    this.#gather(values);
    const bytes = Math.min(
      BYTES_MAX,
      Math.max(1, Math.ceil((this.#distinct.length * BITS_A_VALUE) / 8)),
    );
    const filter = new Uint8Array(bytes);
    for (const hash of this.#distinct)
      for (let probe = 0; probe < PROBES; probe++) {
        const bit = bitOf(hash, probe, bytes);
        filter[bit >>> 3]! |= 1 << (bit & 7);
      }
    return filter;
  }

  #gather(values: Uint32Array): void {
    if (values.length * 2 > this.#slots.length) {
      const size = 2 ** Math.ceil(Math.log2(values.length * 2));
      this.#slots = new Uint32Array(size);
      this.#usedIn = new Uint32Array(size);
      this.#block = 0;
    }
    this.#block = (this.#block + 1) >>> 0;
    this.#distinct.length = 0;
    const mask = this.#slots.length - 1;
    for (let i = 0; i < values.length; i++) {
      const hash = values[i]!;
      let slot = hash & mask;
      while (this.#usedIn[slot] === this.#block && this.#slots[slot] !== hash)
        slot = (slot + 1) & mask;
      if (this.#usedIn[slot] === this.#block) continue;
      this.#usedIn[slot] = this.#block;
      this.#slots[slot] = hash;
      this.#distinct.push(hash);
    }
  }
}

/** Whether a block may hold a value with one of these hashes. */
export function mayHoldValue(filter: Uint8Array, hashes: readonly number[]): boolean {
  return hashes.some((hash) => {
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = bitOf(hash, probe, filter.length);
      if ((filter[bit >>> 3]! & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  });
}

function bitOf(hash: number, probe: number, bytes: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), STEP) | 1;
  const spread = (hash + Math.imul(probe, mixed)) >>> 0;
  return Math.floor((spread / 0x100000000) * bytes * 8);
}
