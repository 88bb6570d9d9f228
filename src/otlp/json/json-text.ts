/** JSON text under construction, as UTF-8 in one buffer that grows. It escapes; it knows no schema. */
import { isUtf8 } from 'node:buffer';
import { CHAR } from './json-cursor.ts';

const HEX = new TextEncoder().encode('0123456789abcdef');

export class JsonText {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 4096) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** One character of punctuation. */
  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  /** Names, numbers, words: ASCII that needs no escape. */
  ascii(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    const at = this.#length;
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
    this.#length = at + text.length;
  }

  /** The same in quotes. */
  quoted(text: string): void {
    this.byte(CHAR.quote);
    this.ascii(text);
    this.byte(CHAR.quote);
  }

  /** The UTF-8 of `source` at [start, end) as a string; invalid UTF-8 becomes U+FFFD. */
  string(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = CHAR.quote;
    let wide = 0;
    for (let i = start; i < end; i++) {
      const byte = source[i]!;
      if (byte < 0x20 || byte === CHAR.quote || byte === CHAR.backslash) {
        this.#escaped(source.subarray(start, end));
        return;
      }
      wide |= byte;
      bytes[at++] = byte;
    }
    if (wide > 127 && !isUtf8(source.subarray(start, end))) {
      this.#escaped(source.subarray(start, end));
      return;
    }
    bytes[at++] = CHAR.quote;
    this.#length = at;
  }

  hex(value: Uint8Array): void {
    this.#reserve(value.length * 2 + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = CHAR.quote;
    for (const byte of value) {
      bytes[at++] = HEX[byte >> 4]!;
      bytes[at++] = HEX[byte & 15]!;
    }
    bytes[at++] = CHAR.quote;
    this.#length = at;
  }

  base64(value: Uint8Array): void {
    this.quoted(asBuffer(value).toString('base64'));
  }

  /** What was written, without a copy; valid until the next write. */
  view(from = 0): Uint8Array {
    const { buffer, byteOffset } = this.#bytes;
    return new Uint8Array(buffer, byteOffset + from, this.#length - from);
  }

  /** Takes back everything from `length` on. */
  truncate(length: number): void {
    this.#length = length;
  }

  #escaped(utf8: Uint8Array): void {
    const text = JSON.stringify(asBuffer(utf8).toString('utf8'));
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
