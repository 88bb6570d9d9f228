/**
 * Writes protobuf from its end to its beginning, so that the length of a message is known when it is written.
 * Grows by doubling up to BYTES_MAX.
 */
import { DamagedBlock } from './damaged-block.ts';

/** Twice what a block may hold. */
const BYTES_MAX = 0x10000000;
/** Asked for before anything of a fixed length is written. */
const ROOM = 64;

export class BackWriter {
  bytes: Uint8Array;
  /** Where what was written begins; it ends with `bytes`. */
  at: number;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.at = size;
  }

  clear(): void {
    this.at = this.bytes.length;
  }

  /** What was written, a view. */
  get written(): Uint8Array {
    return this.bytes.subarray(this.at);
  }

  /** How much was written; a message's end is remembered as this. */
  get length(): number {
    return this.bytes.length - this.at;
  }

  /** Makes room for `length` bytes and ROOM more. @throws DamagedBlock beyond the bound */
  reserve(length: number): void {
    if (this.at < length + ROOM) this.#grow(length + ROOM);
  }

  /** Without a check: after `reserve`. */
  byte(value: number): void {
    this.bytes[--this.at] = value;
  }

  /** Likewise. */
  raw(source: Uint8Array, start: number, length: number): void {
    this.at -= length;
    const { bytes, at } = this;
    if (length > 48) bytes.set(source.subarray(start, start + length), at);
    else for (let i = 0; i < length; i++) bytes[at + i] = source[start + i]!;
  }

  /** Likewise. Up to 53 bits. */
  varint(value: number): void {
    if (value < 128) {
      this.bytes[--this.at] = value;
      return;
    }
    let size = 1;
    for (let limit = 128; value >= limit; limit *= 128) size++;
    this.at -= size;
    let rest = value;
    for (let i = 0; i < size - 1; i++) {
      const high = Math.floor(rest / 128);
      this.bytes[this.at + i] = rest - high * 128 + 128;
      rest = high;
    }
    this.bytes[this.at + size - 1] = rest;
  }

  /** Likewise; big-endian. */
  word(value: number): void {
    this.at -= 4;
    const { bytes, at } = this;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  /** Likewise; little-endian. */
  wordLittle(value: number): void {
    this.at -= 4;
    const { bytes, at } = this;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
  }

  #grow(needed: number): void {
    const { length } = this;
    const size = Math.max(this.bytes.length * 2, length + needed);
    if (size > BYTES_MAX) throw new DamagedBlock('a column block holds more than it may');
    const larger = new Uint8Array(size);
    larger.set(this.written, size - length);
    this.bytes = larger;
    this.at = size - length;
  }
}
