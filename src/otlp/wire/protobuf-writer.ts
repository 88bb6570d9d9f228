/**
 * Writes protobuf into one buffer that grows. It owns the bytes until `finish` copies them out, and
 * knows no message. Nested messages are opened and closed; their length is patched in afterwards.
 *
 * Strings are UTF-8; a lone surrogate becomes U+FFFD. One message is bounded by what a length can say,
 * 2 GiB; callers bound what they write long before.
 */
import { WIRE } from './protobuf-reader.ts';

/** Up to here a loop over characters beats a call into native code. */
const SHORT_STRING = 48;

export class ProtobufWriter {
  bytes: Buffer;
  offset = 0;

  constructor(capacity = 1024) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Starts over in the same buffer. */
  reset(): void {
    this.offset = 0;
  }

  /** A copy of what was written, owned by the caller. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.bytes, 0, this.offset);
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.offset + count > this.bytes.length) this.#grow(count);
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** A bare varint of a whole number from 0 to 2^53 − 1. */
  varint(value: number): void {
    this.reserve(10);
    const { bytes } = this;
    let at = this.offset;
    while (value > 0x7fffffff) {
      bytes[at++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    while (value > 127) {
      bytes[at++] = (value & 127) | 128;
      value >>>= 7;
    }
    bytes[at++] = value;
    this.offset = at;
  }

  /** uint32, or an enum that is not negative. */
  uint32(field: number, value: number): void {
    this.tag(field, WIRE.varint);
    this.varint(value >>> 0);
  }

  /** int64 and uint64; a negative number takes ten bytes. */
  int64(field: number, value: bigint): void {
    this.tag(field, WIRE.varint);
    this.reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.bytes[this.offset++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.bytes[this.offset++] = Number(rest);
  }

  /** int64 from a whole number of JavaScript, at most 2^53 − 1 either way. */
  int64Number(field: number, value: number): void {
    if (value < 0) {
      this.int64(field, BigInt(value));
      return;
    }
    this.tag(field, WIRE.varint);
    this.varint(value);
  }

  bool(field: number, value: boolean): void {
    this.tag(field, WIRE.varint);
    this.varint(value ? 1 : 0);
  }

  fixed32(field: number, value: number): void {
    this.tag(field, WIRE.fixed32);
    this.reserve(4);
    this.offset = this.bytes.writeUInt32LE(value >>> 0, this.offset);
  }

  fixed64(field: number, value: bigint): void {
    this.fixed64Words(field, Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn));
  }

  fixed64Words(field: number, low: number, high: number): void {
    this.tag(field, WIRE.fixed64);
    this.reserve(8);
    this.offset = this.bytes.writeUInt32LE(low, this.offset);
    this.offset = this.bytes.writeUInt32LE(high, this.offset);
  }

  double(field: number, value: number): void {
    this.tag(field, WIRE.fixed64);
    this.reserve(8);
    this.offset = this.bytes.writeDoubleLE(value, this.offset);
  }

  view(field: number, value: Uint8Array): void {
    this.tag(field, WIRE.bytes);
    this.varint(value.length);
    this.raw(value);
  }

  string(field: number, text: string): void {
    this.tag(field, WIRE.bytes);
    this.utf8(text);
  }

  /** Length and bytes of a string, without a tag. */
  utf8(text: string): void {
    const length = text.length;
    if (length > SHORT_STRING) {
      this.#utf8Long(text);
      return;
    }
    this.reserve(length * 3 + 2);
    const { bytes } = this;
    const start = this.offset + 1;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) {
        this.#utf8Long(text);
        return;
      }
      bytes[start + i] = unit;
    }
    bytes[start - 1] = length;
    this.offset = start + length;
  }

  /** Bytes that are protobuf already. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.offset);
    this.offset += value.length;
  }

  /** Opens a nested message. Give the mark to `end`; marks close in reverse order. */
  begin(field: number): number {
    this.tag(field, WIRE.bytes);
    this.reserve(1);
    return ++this.offset;
  }

  end(mark: number): void {
    const length = this.offset - mark;
    if (length < 128) {
      this.bytes[mark - 1] = length;
      return;
    }
    const extra = varintSize(length) - 1;
    this.reserve(extra);
    this.bytes.copyWithin(mark + extra, mark, this.offset);
    this.offset = mark - 1;
    this.varint(length);
    this.offset += length;
  }

  #utf8Long(text: string): void {
    const length = Buffer.byteLength(text);
    this.varint(length);
    this.reserve(length);
    this.bytes.write(text, this.offset, length, 'utf8');
    this.offset += length;
  }

  #grow(count: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.offset + count));
    this.bytes.copy(larger, 0, 0, this.offset);
    this.bytes = larger;
  }
}

/** Bytes that a varint of `value` (below 2^32) takes. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}
