/**
 * Finds the shape of one span and where its values lie. Hot: one call a span, nothing is allocated.
 *
 * Only what is written as every encoder writes it has a shape: minimal varints, known fields with their
 * wire types, ids of full length, at most one of each single field, an attribute as key, then value. For
 * anything else, and beyond SHAPE_OPS_MAX pieces, `walk` answers RAW_SHAPE. The bytes have been accepted
 * by the scanner, so that lengths need no check against the end of the request.
 */
import { BITS } from '../../otlp/span-columns.ts';
import { attributeCode, OP, opCode, PLACE, VALUE } from './shape-ops.ts';
import {
  NONE,
  RAW_SHAPE,
  SHAPE_OPS_MAX,
  SHAPE_OPS_ROOM,
  type ShapeTrie,
  START,
} from './shape-trie.ts';

const ROOM = SHAPE_OPS_MAX + SHAPE_OPS_ROOM;
const INT_BYTES_MAX = 7;

const TRACE_ID = opCode(OP.traceId, 0);
const SPAN_ID = opCode(OP.spanId, 0);
const CLOSE = opCode(OP.close, 0);

export class SpanWalker {
  readonly #trie: ShapeTrie;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** Of each piece: its op, where its value lies, and the value itself where it is a number. */
  readonly ops: Int32Array = new Int32Array(ROOM);
  readonly offsets: Int32Array = new Int32Array(ROOM);
  readonly lengths: Int32Array = new Int32Array(ROOM);
  readonly numbers: Float64Array = new Float64Array(ROOM);
  count = 0;
  #state = START;
  /** After the varint that was read last. */
  #next = 0;

  constructor(trie: ShapeTrie) {
    this.#trie = trie;
  }

  /** The request that spans are in. */
  enter(bytes: Uint8Array, view: DataView): void {
    this.#bytes = bytes;
    this.#view = view;
  }

  /** @param bits COLUMN.bits of the row */
  walk(start: number, end: number, bits: number): number {
    this.count = 0;
    this.#state = START;
    if (!this.#fields(start, end, bits)) return RAW_SHAPE;
    const kind = (bits & BITS.kindMask) >>> BITS.kindShift;
    // The kind may come from an attribute's value, so that spans of equal pieces differ in it.
    const last = this.#trie.step(this.#state, opCode(OP.shapeEnd, kind), this.#view, 0, 0);
    if (last === NONE) return RAW_SHAPE;
    const otelKind = bits & BITS.otelKindMask;
    const status = (bits & BITS.statusMask) >>> BITS.statusShift;
    const state = this.#trie.target[last]!;
    const shape = this.#trie.shape(state, this.ops, this.count, otelKind, status, kind);
    return shape === NONE ? RAW_SHAPE : shape;
  }

  #fields(start: number, end: number, bits: number): boolean {
    const bytes = this.#bytes;
    let pos = start;
    let seen = 0;
    while (pos < end) {
      if (this.count >= SHAPE_OPS_MAX) return false;
      const tag = bytes[pos++]!;
      if (tag === 74) {
        let length = bytes[pos]!;
        if (length < 128) pos++;
        else {
          length = this.#length(pos, end);
          if (length < 0) return false;
          pos = this.#next;
        }
        if (!this.#attribute(PLACE.span, pos, pos + length)) return false;
        pos += length;
        continue;
      }
      switch (tag) {
        case 10:
          if ((seen & 1) !== 0 || bytes[pos] !== 16 || !this.#mark(TRACE_ID)) return false;
          seen |= 1;
          pos += 17;
          break;
        case 18:
          if ((seen & 2) !== 0 || bytes[pos] !== 8 || !this.#mark(SPAN_ID)) return false;
          seen |= 2;
          pos += 9;
          break;
        case 34: {
          const length = bytes[pos]!;
          if ((seen & 4) !== 0 || (length !== 8 && length !== 0)) return false;
          if (!this.#mark(opCode(length === 0 ? OP.noParent : OP.parent, 0))) return false;
          seen |= 4;
          pos += 1 + length;
          break;
        }
        case 26:
        case 42: {
          const bit = tag === 26 ? 8 : 16;
          const length = this.#length(pos, end);
          if ((seen & bit) !== 0 || length < 0) return false;
          const code =
            tag === 26
              ? opCode(OP.traceState, 0)
              : opCode(OP.name, Math.min(bits & BITS.otelKindMask, 6));
          if (!this.#bytesOp(code, this.#next, length)) return false;
          seen |= bit;
          pos = this.#next + length;
          break;
        }
        case 48:
          if ((seen & 32) !== 0 || bytes[pos]! > 127) return false;
          if (!this.#mark(opCode(OP.kind, bytes[pos]!))) return false;
          seen |= 32;
          pos++;
          break;
        case 57:
        case 65: {
          const bit = tag === 57 ? 64 : 128;
          if ((seen & bit) !== 0) return false;
          if (!this.#mark(opCode(tag === 57 ? OP.start : OP.end, 0))) return false;
          seen |= bit;
          pos += 8;
          break;
        }
        case 80:
        case 96:
        case 112:
          if (!this.#int(opCode(OP.dropped, tag), pos, end)) return false;
          pos = this.#next;
          break;
        case 90:
        case 106:
        case 122: {
          const length = this.#length(pos, end);
          if (length < 0) return false;
          const inside = this.#next;
          pos = inside + length;
          if (tag === 90 && !this.#event(inside, pos)) return false;
          if (tag === 106 && !this.#link(inside, pos)) return false;
          if (tag === 122 && !this.#status(inside, pos)) return false;
          break;
        }
        case 0x85:
          if ((seen & 256) !== 0 || bytes[pos] !== 1) return false;
          if (!this.#number(opCode(OP.flags, 0), this.#view.getUint32(pos + 1, true))) return false;
          seen |= 256;
          pos += 5;
          break;
        default:
          return false;
      }
    }
    return true;
  }

  #event(start: number, end: number): boolean {
    if (!this.#mark(opCode(OP.openEvent, 0))) return false;
    let pos = start;
    while (pos < end) {
      if (this.count >= SHAPE_OPS_MAX) return false;
      const tag = this.#bytes[pos++]!;
      if (tag === 9) {
        if (!this.#bytesOp(opCode(OP.eventTime, 0), pos, 8)) return false;
        pos += 8;
      } else if (tag === 32) {
        if (!this.#int(opCode(OP.eventDropped, 0), pos, end)) return false;
        pos = this.#next;
      } else if (tag === 18 || tag === 26) {
        const length = this.#length(pos, end);
        if (length < 0) return false;
        const inside = this.#next;
        pos = inside + length;
        if (tag === 18 && !this.#bytesOp(opCode(OP.eventName, 0), inside, length)) return false;
        if (tag === 26 && !this.#attribute(PLACE.event, inside, pos)) return false;
      } else return false;
    }
    return this.#mark(CLOSE);
  }

  #link(start: number, end: number): boolean {
    if (!this.#mark(opCode(OP.openLink, 0))) return false;
    const bytes = this.#bytes;
    let pos = start;
    while (pos < end) {
      if (this.count >= SHAPE_OPS_MAX) return false;
      const tag = bytes[pos++]!;
      if (tag === 10) {
        if (bytes[pos] !== 16 || !this.#bytesOp(opCode(OP.linkTraceId, 0), pos + 1, 16))
          return false;
        pos += 17;
      } else if (tag === 18) {
        if (bytes[pos] !== 8 || !this.#bytesOp(opCode(OP.linkSpanId, 0), pos + 1, 8)) return false;
        pos += 9;
      } else if (tag === 26 || tag === 34) {
        const length = this.#length(pos, end);
        if (length < 0) return false;
        const inside = this.#next;
        pos = inside + length;
        if (tag === 26 && !this.#bytesOp(opCode(OP.linkTraceState, 0), inside, length))
          return false;
        if (tag === 34 && !this.#attribute(PLACE.link, inside, pos)) return false;
      } else if (tag === 40) {
        if (!this.#int(opCode(OP.linkDropped, 0), pos, end)) return false;
        pos = this.#next;
      } else if (tag === 53) {
        if (!this.#number(opCode(OP.linkFlags, 0), this.#view.getUint32(pos, true))) return false;
        pos += 4;
      } else return false;
    }
    return this.#mark(CLOSE);
  }

  #status(start: number, end: number): boolean {
    if (!this.#mark(opCode(OP.openStatus, 0))) return false;
    let pos = start;
    while (pos < end) {
      if (this.count >= SHAPE_OPS_MAX) return false;
      const tag = this.#bytes[pos++]!;
      if (tag === 18) {
        const length = this.#length(pos, end);
        if (length < 0 || !this.#bytesOp(opCode(OP.statusMessage, 0), this.#next, length))
          return false;
        pos = this.#next + length;
      } else if (tag === 24) {
        const code = this.#bytes[pos++]!;
        if (code > 127 || !this.#mark(opCode(OP.statusCode, code))) return false;
      } else return false;
    }
    return this.#mark(CLOSE);
  }

  /** A KeyValue at [start, end). */
  #attribute(place: number, start: number, end: number): boolean {
    const bytes = this.#bytes;
    if (start === end || bytes[start] !== 10) return false;
    // Lengths of one byte are read in line: they are nearly all there are.
    let keyLength = bytes[start + 1]!;
    let key = start + 2;
    if (keyLength > 127) {
      keyLength = this.#length(start + 1, end);
      if (keyLength < 0) return false;
      key = this.#next;
    }
    let pos = key + keyLength;
    if (pos === end) return this.#keyed(place, VALUE.absent, key, keyLength, pos, 0);
    if (bytes[pos] !== 18) return false;
    let length = bytes[pos + 1]!;
    pos += 2;
    if (length > 127) {
      length = this.#length(pos - 1, end);
      pos = this.#next;
    }
    if (length < 0 || pos + length !== end) return false;
    if (length === 0) return this.#keyed(place, VALUE.unset, key, keyLength, pos, 0);
    switch (bytes[pos]) {
      case 10: {
        if (bytes[pos + 1] === length - 2 && length < 130)
          return this.#keyed(place, VALUE.string, key, keyLength, pos + 2, length - 2);
        const size = this.#length(pos + 1, end);
        if (size < 0 || this.#next + size !== end) return false;
        return this.#keyed(place, VALUE.string, key, keyLength, this.#next, size);
      }
      case 16:
        if (length !== 2 || bytes[pos + 1]! > 1) return false;
        this.numbers[this.count] = bytes[pos + 1]!;
        return this.#keyed(place, VALUE.bool, key, keyLength, pos, 0);
      case 24: {
        const size = length - 1;
        if (size <= INT_BYTES_MAX) {
          const value = this.#varint(pos + 1, end);
          if (value < 0 || this.#next !== end) return false;
          this.numbers[this.count] = value;
          return this.#keyed(place, VALUE.int, key, keyLength, pos, 0);
        }
        if (!isWideVarint(bytes, pos + 1, size)) return false;
        return this.#keyed(place, VALUE.wide, key, keyLength, pos + 1, size);
      }
      case 33:
        if (length !== 9) return false;
        return this.#keyed(place, VALUE.double, key, keyLength, pos + 1, 8);
      case 42:
      case 50:
      case 58: {
        const size = this.#length(pos + 1, end);
        if (size < 0 || this.#next + size !== end) return false;
        return this.#keyed(place, VALUE.nested, key, keyLength, pos, length);
      }
      default:
        return false;
    }
  }

  #keyed(
    place: number,
    value: number,
    key: number,
    keyLength: number,
    at: number,
    length: number,
  ): boolean {
    const code = attributeCode(place, value);
    const edge = this.#trie.step(this.#state, code, this.#view, key, keyLength);
    this.offsets[this.count] = at;
    this.lengths[this.count] = length;
    return this.#take(edge);
  }

  #mark(code: number): boolean {
    return this.#take(this.#trie.stepPlain(this.#state, code, this.#view));
  }

  #number(code: number, value: number): boolean {
    this.numbers[this.count] = value;
    return this.#mark(code);
  }

  #bytesOp(code: number, at: number, length: number): boolean {
    this.offsets[this.count] = at;
    this.lengths[this.count] = length;
    return this.#mark(code);
  }

  #int(code: number, pos: number, end: number): boolean {
    const value = this.#varint(pos, end);
    return value >= 0 && this.#number(code, value);
  }

  #take(edge: number): boolean {
    if (edge < 0) return false;
    this.ops[this.count++] = this.#trie.opOf[edge]!;
    this.#state = this.#trie.target[edge]!;
    return true;
  }

  /** A minimal varint of at most INT_BYTES_MAX bytes; −1 where it is none. Leaves `#next` behind it. */
  #varint(pos: number, end: number): number {
    const bytes = this.#bytes;
    let value = bytes[pos]!;
    if (value < 128) {
      this.#next = pos + 1;
      return value;
    }
    value &= 127;
    let scale = 128;
    for (let i = 1; i < INT_BYTES_MAX && pos + i < end; i++, scale *= 128) {
      const byte = bytes[pos + i]!;
      value += (byte & 127) * scale;
      if (byte > 127) continue;
      this.#next = pos + i + 1;
      return byte === 0 ? -1 : value;
    }
    return -1;
  }

  /** A minimal length; −1 where it is not. */
  #length(pos: number, end: number): number {
    return this.#varint(pos, end);
  }
}

/** A minimal varint of 8 to 10 bytes that fills `size` bytes and holds no more than 64 bits. */
function isWideVarint(bytes: Uint8Array, pos: number, size: number): boolean {
  if (size > 10) return false;
  for (let i = 0; i < size - 1; i++) if (bytes[pos + i]! < 128) return false;
  const last = bytes[pos + size - 1]!;
  return last > 0 && last < 128 && (size < 10 || last === 1);
}
