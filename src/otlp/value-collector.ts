/**
 * The hashes of the attribute values of a request, gathered while a scanner passes them. Most values come again and again: those
 * seen a moment ago are left out, so that some two or three a span remain. Bound: as many as there are attributes.
 */
import { boolHash, doubleHash, intHash, keyHash, stringHash } from './attribute-hash.ts';

const SEEN = 1_024;

export class ValueCollector {
  #view: DataView = new DataView(new ArrayBuffer(0));
  #hashes = new Uint32Array(1_024);
  #count = 0;
  /** Something passed whose value was not read: the list does not say everything. */
  #isComplete = true;
  /** Hashes of this request that were listed, by their low bits; `#seenIn`: of which request. */
  readonly #seen = new Uint32Array(SEEN);
  readonly #seenIn = new Uint32Array(SEEN);
  #request = 0;

  begin(bytes: Uint8Array): void {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#count = 0;
    this.#isComplete = true;
    this.#request = (this.#request + 1) >>> 0;
  }

  /** A view of what was gathered; undefined where it does not say everything. */
  get values(): Uint32Array | undefined {
    return this.#isComplete ? this.#hashes.subarray(0, this.#count) : undefined;
  }

  /** An attribute of the usual form (scan-span.ts, plainValue): key at `key`, AnyValue at [value, end). */
  plain(bytes: Uint8Array, key: number, keyLength: number, value: number, end: number): void {
    const seed = keyHash(this.#view, key, keyLength);
    const at = value + 1;
    switch (bytes[value]) {
      case 10: {
        // The length has been checked; it takes as many bytes as are under way.
        let start = at + 1;
        while (bytes[start - 1]! >= 0x80) start++;
        this.#add(stringHash(seed, this.#view, start, end - start));
        return;
      }
      case 16:
        this.#add(boolHash(seed, !isZero(bytes, at, end)));
        return;
      case 24:
        this.#add(hashOfVarint(seed, bytes, at, end));
        return;
      default:
        this.#add(
          doubleHash(seed, this.#view.getInt32(at, true), this.#view.getInt32(at + 4, true)),
        );
    }
  }

  string(key: number, keyLength: number, value: number, length: number): void {
    this.#add(stringHash(keyHash(this.#view, key, keyLength), this.#view, value, length));
  }

  /** A value that was not read passed by. */
  miss(): void {
    this.#isComplete = false;
  }

  #add(hash: number): void {
    const slot = hash & (SEEN - 1);
    if (this.#seen[slot] === hash && this.#seenIn[slot] === this.#request) return;
    this.#seen[slot] = hash;
    this.#seenIn[slot] = this.#request;
    if (this.#count === this.#hashes.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[this.#count++] = hash;
  }
}

function isZero(bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) if ((bytes[i]! & 0x7f) !== 0) return false;
  return true;
}

/** Bits beyond the 64th are dropped, as decoders do. */
function hashOfVarint(seed: number, bytes: Uint8Array, at: number, end: number): number {
  let low = 0;
  let high = 0;
  for (let i = at, shift = 0; i < end && shift < 64; i++, shift += 7) {
    const bits = bytes[i]! & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high |= bits >>> 4;
    } else high |= bits << (shift - 32);
  }
  return intHash(seed, low, high);
}
