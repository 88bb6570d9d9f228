/** A growing run of bytes, with the numbers of the meta chunk: varints of up to 53 bits, least group first. */
import { grownBytes } from './growing.ts';

export class ByteWriter {
  #bytes: Uint8Array = new Uint8Array(4_096);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** A view, valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#bytes = grownBytes(this.#bytes, 0);
    this.#bytes[this.length++] = value;
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** Any integer of up to 52 bits and a sign. */
  signed(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  raw(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (needed > this.#bytes.length) this.#bytes = grownBytes(this.#bytes, needed);
    this.#bytes.set(bytes, this.length);
    this.length = needed;
  }

  /** With its length before it. */
  counted(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }
}
