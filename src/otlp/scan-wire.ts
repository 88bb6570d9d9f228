/**
 * The scanner's reads: tags, lengths, varints, and the walk over attribute trees.
 *
 * Each read takes a position and the end it may not pass, and leaves the position after it in
 * `cursor()`: the hot loops keep their own position in a local. Rules are those of protobufjs' decoder,
 * the oracle: a tag has at most 5 bytes and no field number 0, a length stays below 2^31 and within its
 * parent, a known varint has at most 10 bytes, groups match, nesting stops at 100.
 */

import { DEPTH_MAX } from './wire/protobuf-reader.ts';

/** Bytes that are no OTLP trace request. Internal to the scanner: callers get an outcome. */
export class MalformedOtlp extends Error {
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

let next = 0;

/** Where the last read stopped. */
export function cursor(): number {
  return next;
}

function truncated(offset: number): MalformedOtlp {
  return new MalformedOtlp('a field runs past the end of its message', offset);
}

/** Reads a tag: field number << 3 | wire type. */
export function tagAt(bytes: Uint8Array, pos: number, end: number): number {
  if (pos >= end) throw truncated(pos);
  const first = bytes[pos]!;
  if (first < 0x80) {
    next = pos + 1;
    if (first < 8) throw new MalformedOtlp('field number 0', pos);
    return first;
  }
  let value = first & 0x7f;
  for (let i = 1; i < 5; i++) {
    if (pos + i >= end) throw truncated(pos);
    const byte = bytes[pos + i]!;
    if (i === 4 && byte > 0x0f) break;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      next = pos + i + 1;
      if (value >>> 3 === 0) throw new MalformedOtlp('field number 0', pos);
      return value >>> 0;
    }
  }
  throw new MalformedOtlp('a tag of more than 32 bits', pos);
}

/** Reads a length and checks that that many bytes follow before `end`. */
export function lengthAt(bytes: Uint8Array, pos: number, end: number): number {
  if (pos >= end) throw truncated(pos);
  let value = bytes[pos]!;
  next = pos + 1;
  if (value >= 0x80) {
    value &= 0x7f;
    for (let i = 1; ; i++) {
      if (pos + i >= end) throw truncated(pos);
      const byte = bytes[pos + i]!;
      if (i === 4 && byte > 7) throw new MalformedOtlp('a length above 2 GiB', pos);
      value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        next = pos + i + 1;
        break;
      }
    }
  }
  if (value > end - next) throw truncated(pos);
  return value;
}

/** Reads a varint of at most 10 bytes; returns its low 32 bits, unsigned. */
export function varintAt(bytes: Uint8Array, pos: number, end: number): number {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    if (pos + i >= end) throw truncated(pos);
    const byte = bytes[pos + i]!;
    if (i < 5) value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      next = pos + i + 1;
      return value >>> 0;
    }
  }
  throw new MalformedOtlp('a varint of more than 10 bytes', pos);
}

/** Open groups' field numbers; as deep as nesting may go. */
const groups = new Uint32Array(DEPTH_MAX + 2);

/** Skips the value of an unknown field (its tag is read) and returns the position after it. */
export function skipField(
  bytes: Uint8Array,
  start: number,
  end: number,
  firstTag: number,
  depth: number,
): number {
  let pos = start;
  let tag = firstTag;
  let open = 0;
  while (true) {
    switch (tag & 7) {
      case 0:
        // An unknown varint may be of any length; only its end matters.
        while (true) {
          if (pos >= end) throw truncated(start);
          if (bytes[pos++]! < 0x80) break;
        }
        break;
      case 1:
        pos += 8;
        break;
      case 2: {
        const length = lengthAt(bytes, pos, end);
        pos = next + length;
        break;
      }
      case 3:
        groups[open++] = tag >>> 3;
        break;
      case 4:
        if (open === 0 || groups[--open] !== tag >>> 3)
          throw new MalformedOtlp('an end of a group that was not begun', pos);
        break;
      case 5:
        pos += 4;
        break;
      default:
        throw new MalformedOtlp(`wire type ${tag & 7}`, pos);
    }
    if (pos > end) throw truncated(start);
    if (open === 0) return pos;
    tag = tagAt(bytes, pos, end);
    pos = next;
    // A group may be opened at the last level, but then nothing may be in it.
    if (depth + open > DEPTH_MAX && (tag & 7) !== 4)
      throw new MalformedOtlp(`nested more than ${DEPTH_MAX} deep`, pos);
  }
}

// Messages below an attribute. KeyValue 1 key · 2 value; AnyValue 1 string · 2 bool · 3 int · 4 double ·
// 5 array · 6 kvlist · 7 bytes; ArrayValue 1 values; KeyValueList 1 values.
export const KEY_VALUE = 1;
const ANY_VALUE = 2;
const ARRAY_VALUE = 3;
const KEY_VALUE_LIST = 4;
/** A message whose known fields are all strings: the same walk as for unknown fields. */
export const OPAQUE = 5;

/**
 * Of the outermost KeyValue that checkTree walked last: its key, and its value where that is a string
 * (`valueOffset` is −1 where it is not) or the bool true.
 */
export const keyRead: {
  offset: number;
  length: number;
  valueOffset: number;
  valueLength: number;
  isTrue: boolean;
} = { offset: 0, length: 0, valueOffset: -1, valueLength: 0, isTrue: false };

/** Another member of the value takes the place of what was read before it. */
function forgetValue(): void {
  keyRead.valueOffset = -1;
  keyRead.isTrue = false;
}

const kinds = new Uint8Array(DEPTH_MAX + 2);
const ends = new Uint32Array(DEPTH_MAX + 2);

/** Validates one message of the given kind at [start, end), `depth` deep, and all below it. */
export function checkTree(
  bytes: Uint8Array,
  start: number,
  end: number,
  kind: number,
  depth: number,
): void {
  keyRead.length = 0;
  forgetValue();
  let level = 0;
  let pos = start;
  kinds[0] = kind;
  ends[0] = end;
  if (depth > DEPTH_MAX) throw new MalformedOtlp(`nested more than ${DEPTH_MAX} deep`, pos);
  while (true) {
    if (pos === ends[level]) {
      if (level-- === 0) return;
      continue;
    }
    const limit = ends[level]!;
    const tag = tagAt(bytes, pos, limit);
    const inside = kinds[level]!;
    pos = next;
    if ((tag & 7) === 2) {
      const length = lengthAt(bytes, pos, limit);
      pos = next;
      const below = messageBelow(inside, tag >>> 3);
      if (below !== 0) {
        if (level === 1 && inside === ANY_VALUE) forgetValue();
        if (depth + ++level > DEPTH_MAX)
          throw new MalformedOtlp(`nested more than ${DEPTH_MAX} deep`, pos);
        kinds[level] = below;
        ends[level] = pos + length;
        // An AnyValue that comes again is merged: the last member that is set counts.
        continue;
      }
      if (level === 0 && inside === KEY_VALUE && tag === 10) {
        keyRead.offset = pos;
        keyRead.length = length;
      } else if (level === 1 && inside === ANY_VALUE && kinds[0] === KEY_VALUE) {
        if (tag === 10 || tag === 58) forgetValue();
        if (tag === 10) {
          keyRead.valueOffset = pos;
          keyRead.valueLength = length;
        }
      }
      pos += length;
    } else if (inside === ANY_VALUE && (tag === 16 || tag === 24)) {
      const value = varintAt(bytes, pos, limit);
      pos = next;
      if (level === 1) {
        forgetValue();
        keyRead.isTrue = tag === 16 && value !== 0;
      }
    } else {
      if (inside === ANY_VALUE && tag === 33 && level === 1) forgetValue();
      pos = skipField(bytes, pos, limit, tag, depth + level);
    }
  }
}

function messageBelow(kind: number, field: number): number {
  switch (kind) {
    case KEY_VALUE:
      return field === 2 ? ANY_VALUE : 0;
    case ANY_VALUE:
      if (field === 5) return ARRAY_VALUE;
      return field === 6 ? KEY_VALUE_LIST : 0;
    case ARRAY_VALUE:
      return field === 1 ? ANY_VALUE : 0;
    case KEY_VALUE_LIST:
      return field === 1 ? KEY_VALUE : 0;
    default:
      return 0;
  }
}
