/** JSON text under construction, as UTF-8 in one buffer that grows. It escapes; it knows no schema. */
import { isUtf8 } from 'node:buffer';

export class JsonText {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 4096) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Punctuation, names, numbers: ASCII that needs no escape. */
  ascii(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  /** Bytes that are JSON already. */
  raw(json: Uint8Array): void {
    this.#reserve(json.length);
    this.#bytes.set(json, this.#length);
    this.#length += json.length;
  }

  /** A string given as UTF-8, in quotes; invalid UTF-8 becomes U+FFFD. */
  string(utf8: Uint8Array): void {
    this.#reserve(utf8.length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = 0x22;
    let wide = 0;
    for (let i = 0; i < utf8.length; i++) {
      const byte = utf8[i]!;
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) {
        this.#escaped(utf8);
        return;
      }
      wide |= byte;
      bytes[at++] = byte;
    }
    if (wide > 127 && !isUtf8(utf8)) {
      this.#escaped(utf8);
      return;
    }
    bytes[at++] = 0x22;
    this.#length = at;
  }

  hex(bytes: Uint8Array): void {
    this.ascii(`"${asBuffer(bytes).toString('hex')}"`);
  }

  base64(bytes: Uint8Array): void {
    this.ascii(`"${asBuffer(bytes).toString('base64')}"`);
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
