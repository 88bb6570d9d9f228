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
  /** The same memory as `bytes`. */
  #view: DataView;

  constructor(capacity = 1024) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
    this.#view = viewOf(this.bytes);
  }

  /** Starts over in the same buffer. */
  reset(): void {
    this.offset = 0;
  }

  /** A copy of what was written, owned by the caller. */
  finish(): Uint8Array {
    const copy = new Uint8Array(this.offset);
    copy.set(this.bytes.subarray(0, this.offset));
    return copy;
  }

  /** What was written, without a copy. The writer starts over in a new buffer. */
  take(): Uint8Array {
    const { buffer, byteOffset } = this.bytes;
    const written = new Uint8Array(buffer, byteOffset, this.offset);
    this.bytes = Buffer.alloc(0);
    this.#view = viewOf(this.bytes);
    this.offset = 0;
    return written;
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
    if (value < 0x80) {
      bytes[at] = value;
      this.offset = at + 1;
      return;
    }
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
    this.#view.setInt32(this.offset, value, true);
    this.offset += 4;
  }

  fixed64(field: number, value: bigint): void {
    this.fixed64Words(field, Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn));
  }

  fixed64Words(field: number, low: number, high: number): void {
    this.tag(field, WIRE.fixed64);
    this.reserve(8);
    this.#view.setInt32(this.offset, low, true);
    this.#view.setInt32(this.offset + 4, high, true);
    this.offset += 8;
  }

  /**
   * Exactly `seconds` × 10⁹ + `nanos` without a bigint, both whole and not negative, `seconds` below 2^39
   * and `nanos` below 2^52. Seconds are split at 16 bits, so that no product passes 2^53.
   */
  fixed64Nanos(field: number, seconds: number, nanos: number): void {
    const upper = Math.floor(seconds / 0x10000) * 1e9;
    const high = Math.floor(upper / 0x10000);
    // The remainder of a division of doubles is a call, and a slow one.
    const rest = (upper - high * 0x10000) * 0x10000 + (seconds & 0xffff) * 1e9 + nanos;
    this.fixed64Words(field, rest >>> 0, (high + Math.floor(rest / 0x100000000)) >>> 0);
  }

  double(field: number, value: number): void {
    this.tag(field, WIRE.fixed64);
    this.reserve(8);
    this.#view.setFloat64(this.offset, value, true);
    this.offset += 8;
  }

  view(field: number, value: Uint8Array): void {
    this.tag(field, WIRE.bytes);
    this.varint(value.length);
    this.raw(value);
  }

  /** The bytes of `source` at [start, end). */
  copy(field: number, source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.tag(field, WIRE.bytes);
    this.varint(length);
    if (length > SHORT_STRING) {
      this.raw(source.subarray(start, end));
      return;
    }
    this.reserve(length);
    const { bytes, offset } = this;
    for (let i = 0; i < length; i++) bytes[offset + i] = source[start + i]!;
    this.offset = offset + length;
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
    this.reserve(length + 1);
    const { bytes, offset } = this;
    if (!writeAscii(bytes, offset + 1, text)) {
      this.#utf8Long(text);
      return;
    }
    bytes[offset] = length;
    this.offset = offset + 1 + length;
  }

  /**
   * Writes `field: { 1: key, 2: { 1: text } }`, the commonest thing there is on OTLP's wire, where it is
   * short ASCII; else writes nothing and returns false.
   */
  shortPair(field: number, key: string, text: string): boolean {
    const keyLength = key.length;
    const textLength = text.length;
    if (keyLength + textLength > 2 * SHORT_STRING || field > 15) return false;
    this.reserve(keyLength + textLength + 8);
    const { bytes, offset } = this;
    const valueAt = offset + 4 + keyLength;
    if (!writeAscii(bytes, offset + 4, key) || !writeAscii(bytes, valueAt + 4, text)) return false;
    bytes[offset] = (field << 3) | WIRE.bytes;
    bytes[offset + 1] = keyLength + textLength + 6;
    bytes[offset + 2] = 10;
    bytes[offset + 3] = keyLength;
    bytes[valueAt] = 18;
    bytes[valueAt + 1] = textLength + 2;
    bytes[valueAt + 2] = 10;
    bytes[valueAt + 3] = textLength;
    this.offset = valueAt + 4 + textLength;
    return true;
  }

  /** Writes `2: { 1: text }`, a value, where the text is short ASCII; else nothing, and returns false. */
  shortText(text: string): boolean {
    const { length } = text;
    if (length > 2 * SHORT_STRING) return false;
    this.reserve(length + 4);
    const { bytes, offset } = this;
    if (!writeAscii(bytes, offset + 4, text)) return false;
    this.#view.setInt32(offset, 0x12000a00 | ((length + 2) << 16) | length);
    this.offset = offset + 4 + length;
    return true;
  }

  /** Bytes that are protobuf already. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.offset);
    this.offset += value.length;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.offset++] = value;
  }

  /** Four bytes, the highest first. */
  bigWord(value: number): void {
    this.reserve(4);
    this.#view.setInt32(this.offset, value);
    this.offset += 4;
  }

  /** Four bytes that were written, the highest first. */
  bigWordAt(at: number): number {
    return this.#view.getUint32(at);
  }

  /** The same, the lowest first. */
  littleWordAt(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** The `length` bytes of `source` at byte `at`, which is a multiple of four: for pieces of a hundred bytes or so. */
  words(source: Int32Array, at: number, length: number): void {
    const end = this.offset + length;
    // Whole words: up to three bytes more, which what follows overwrites.
    this.reserve(length + 4);
    const view = this.#view;
    for (let from = at >> 2, to = this.offset; to < end; from++, to += 4)
      view.setInt32(to, source[from]!, true);
    this.offset = end;
  }

  /** Opens a nested message. Give the mark to `end`; marks close in reverse order. */
  begin(field: number): number {
    this.tag(field, WIRE.bytes);
    this.reserve(1);
    return ++this.offset;
  }

  end(mark: number): void {
    const length = this.offset - mark;
    if (length < 128) this.bytes[mark - 1] = length;
    else this.endSized(mark, 0);
  }

  /** Like `begin` for a message of about `length` bytes; give the same length to `endSized`. */
  beginSized(field: number, length: number): number {
    this.tag(field, WIRE.bytes);
    const size = varintSize(length);
    this.reserve(size);
    this.offset += size;
    return this.offset;
  }

  endSized(mark: number, guess: number): void {
    const length = this.offset - mark;
    const reserved = varintSize(guess);
    const size = varintSize(length);
    if (size !== reserved) {
      this.reserve(size);
      this.bytes.copyWithin(mark + size - reserved, mark, this.offset);
    }
    this.offset = mark - reserved;
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
    this.#view = viewOf(larger);
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** False where the text is not ASCII; then what was written there means nothing. */
function writeAscii(bytes: Uint8Array, at: number, text: string): boolean {
  const length = text.length;
  let all = 0;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    bytes[at + i] = unit;
    all |= unit;
  }
  return all < 128;
}

/** Bytes that a varint of `value` (below 2^32) takes. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}
