/** Reads what a ByteWriter wrote. @throws DamagedBlock where it ends too early or says what cannot be */
import { DamagedBlock } from './damaged-block.ts';

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) throw new DamagedBlock('a column block ends too early');
    return this.#bytes[this.#at++]!;
  }

  /** At most `max`, which is at most 2^53 − 1. */
  varint(max: number = Number.MAX_SAFE_INTEGER): number {
    // Nearly all are of one byte.
    const first = this.#bytes[this.#at];
    if (first !== undefined && first < 128 && first <= max) {
      this.#at++;
      return first;
    }
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > max) throw new DamagedBlock(`a number above ${max} in a column block`);
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  raw(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at)
      throw new DamagedBlock('a column block ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  counted(): Uint8Array {
    return this.raw(this.varint(this.#bytes.length));
  }

  end(): void {
    if (this.#at !== this.#bytes.length)
      throw new DamagedBlock('a column block has too many bytes');
  }
}
