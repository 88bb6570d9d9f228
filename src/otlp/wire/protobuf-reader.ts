/**
 * A cursor over one protobuf message. It owns bounds and nothing else: it knows no message and no
 * field. A nested message is a second cursor over the same bytes, which cannot leave its own length.
 *
 * It reads what protobuf allows and somebody might send: non-minimal varints (up to ten bytes), groups
 * (skipped), any order. Nesting is bounded by DEPTH_MAX, as in protobuf's own libraries. For everything
 * outside the hot path; the scanner of trace requests has a loop of its own.
 */
import { isUtf8 } from 'node:buffer';
import { MalformedProtobuf } from './malformed-protobuf.ts';

/** The default recursion limit of protobuf's C++, Java and JavaScript libraries; a request itself is 0 deep. */
export const DEPTH_MAX = 100;

export const WIRE = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const;

/** What a whole tree of readers found out together. */
export interface ReadFindings {
  invalidUtf8: boolean;
}

export class ProtobufReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly depth: number;
  readonly findings: ReadFindings;
  offset: number;
  /** Of the field at hand. */
  field = 0;
  wireType = 0;
  /** Where the tag of the field at hand begins. */
  fieldOffset = 0;

  constructor(
    bytes: Uint8Array,
    offset = 0,
    end: number = bytes.length,
    depth = 0,
    findings: ReadFindings = { invalidUtf8: false },
  ) {
    if (depth > DEPTH_MAX) throw new MalformedProtobuf('messages nested too deep', offset);
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
    this.depth = depth;
    this.findings = findings;
  }

  /** Steps to the next field; false at the end of the message. Its value must then be read or skipped. */
  next(): boolean {
    if (this.offset >= this.end) return false;
    this.fieldOffset = this.offset;
    this.#tag();
    return true;
  }

  /** True where the field at hand has this number and wire type: a wrong type is an unknown field. */
  is(field: number, wireType: number): boolean {
    return this.field === field && this.wireType === wireType;
  }

  /** Passes over the value of the field at hand. */
  skip(): void {
    const groups: number[] = [];
    do {
      if (this.depth + groups.length > DEPTH_MAX && this.wireType !== WIRE.groupEnd) {
        throw this.#malformed('groups nested too deep');
      }
      switch (this.wireType) {
        case WIRE.varint:
          while (this.#byte() >= 128);
          break;
        case WIRE.fixed64:
          this.#advance(8);
          break;
        case WIRE.bytes:
          this.#advance(this.#length());
          break;
        case WIRE.fixed32:
          this.#advance(4);
          break;
        case WIRE.groupStart:
          groups.push(this.field);
          break;
        case WIRE.groupEnd:
          if (groups.pop() !== this.field) throw this.#malformed('a group ends that did not begin');
          break;
        default:
          throw this.#malformed(`wire type ${this.wireType}`);
      }
      if (groups.length > 0) this.#tag();
    } while (groups.length > 0);
  }

  /** A varint, its low 32 bits: uint32. */
  uint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 32) value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw this.#malformed('a varint of more than ten bytes');
  }

  /** A varint, its low 32 bits as a signed number: int32 and enums. */
  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    return this.uint64() !== 0n;
  }

  uint64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw this.#malformed('a varint of more than ten bytes');
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  fixed32(): number {
    const at = this.#advance(4);
    const { bytes } = this;
    const low =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    return low >>> 0;
  }

  fixed64(): bigint {
    const low = this.fixed32();
    return (BigInt(this.fixed32()) << 32n) | BigInt(low);
  }

  double(): number {
    const at = this.#advance(8);
    const { buffer, byteOffset } = this.bytes;
    return new DataView(buffer, byteOffset + at, 8).getFloat64(0, true);
  }

  /** Passes over a length-delimited value and returns its length: it ends at `offset`. */
  pass(): number {
    const length = this.#length();
    this.#advance(length);
    return length;
  }

  /** A length-delimited value: a view of the bytes. */
  view(): Uint8Array {
    const length = this.pass();
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  /** Invalid UTF-8 becomes U+FFFD and is noted in `findings`. */
  string(): string {
    const view = this.view();
    const text = Buffer.from(view.buffer, view.byteOffset, view.length).toString('utf8');
    if (text.includes('\ufffd') && !isUtf8(view)) this.findings.invalidUtf8 = true;
    return text;
  }

  /** A reader of the nested message at hand; this reader goes on behind it. */
  message(): ProtobufReader {
    const length = this.#length();
    const at = this.#advance(length);
    return new ProtobufReader(this.bytes, at, at + length, this.depth + 1, this.findings);
  }

  #tag(): void {
    let tag = this.#byte();
    if (tag >= 128) {
      tag &= 127;
      let shift = 7;
      for (; shift < 35; shift += 7) {
        const byte = this.#byte();
        // The fifth byte ends the tag and has room for four bits.
        if (shift === 28 && byte > 15) throw this.#malformed('a tag beyond 32 bits');
        tag |= (byte & 127) << shift;
        if (byte < 128) break;
      }
      tag >>>= 0;
    }
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    if (this.field === 0) throw this.#malformed('field number zero');
  }

  #length(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      if (shift === 28 && byte > 7) break;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw this.#malformed('a length beyond 31 bits');
  }

  #byte(): number {
    if (this.offset >= this.end) throw this.#malformed('the message ends within a field');
    return this.bytes[this.offset++]!;
  }

  #advance(count: number): number {
    const at = this.offset;
    if (count > this.end - at) throw this.#malformed('a field reaches beyond its message');
    this.offset = at + count;
    return at;
  }

  #malformed(problem: string): MalformedProtobuf {
    return new MalformedProtobuf(problem, this.offset);
  }
}
