/**
 * One Span message into one row. Hot: about ten attributes a span, so the common attribute (a short
 * key, a short scalar) is checked in line and anything else goes to checkTree.
 *
 *   1 trace_id · 2 span_id · 3 trace_state · 4 parent_span_id · 5 name · 6 kind · 7 start (fixed64) ·
 *   8 end (fixed64) · 9 attributes · 10 dropped · 11 events · 12 dropped · 13 links · 14 dropped ·
 *   15 status · 16 flags (fixed32)
 *   Event 1 time (fixed64) · 2 name · 3 attributes · 4 dropped
 *   Link 1 trace_id · 2 span_id · 3 trace_state · 4 attributes · 5 dropped · 6 flags (fixed32)
 *   Status 2 message · 3 code
 */
import { KindHints, mayHint } from './kind-hints.ts';
import type { ScanLimits } from './scan-limits.ts';
import {
  checkTree,
  cursor,
  KEY_VALUE,
  keyRead,
  lengthAt,
  MalformedOtlp,
  skipField,
  tagAt,
  varintAt,
} from './scan-wire.ts';
import { BITS, COLUMN, STRIDE } from './span-columns.ts';
import type { ValueCollector } from './value-collector.ts';

const SPAN_DEPTH = 3;
const EXCEPTION = new TextEncoder().encode('exception');

export class SpanPass {
  readonly #limits: ScanLimits;
  readonly #hints = new KindHints();
  readonly #values: ValueCollector | undefined;
  #parts = 0;
  #statusCode = 0;

  constructor(limits: ScanLimits, values?: ValueCollector) {
    this.#limits = limits;
    this.#values = values;
  }

  /** Writes row `row` (all of it). @throws MalformedOtlp */
  scan(
    bytes: Uint8Array,
    start: number,
    end: number,
    rows: Uint32Array,
    row: number,
  ): 'ok' | 'id' | 'limit' {
    const at = row * STRIDE;
    this.#parts = 0;
    this.#statusCode = 0;
    const hints = this.#hints;
    const values = this.#values;
    hints.reset();
    let traceId = 0;
    let traceIdLength = 0;
    let spanId = 0;
    let spanIdLength = 0;
    let parentId = 0;
    let parentIdLength = 0;
    let kind = 0;
    let attributeCount = 0;
    let bits = 0;
    let nameOffset = 0;
    let nameLength = 0;
    let pos = start;
    // What a span may lack; all else is written at the end. Cheaper than a fill.
    rows[at + COLUMN.parentSpanId] = 0;
    rows[at + COLUMN.parentSpanId + 1] = 0;
    rows[at + COLUMN.start] = 0;
    rows[at + COLUMN.start + 1] = 0;
    rows[at + COLUMN.end] = 0;
    rows[at + COLUMN.end + 1] = 0;
    rows[at + COLUMN.traceStateOffset] = 0;
    rows[at + COLUMN.traceStateLength] = 0;
    rows[at + COLUMN.scope] = 0;
    rows[at + COLUMN.flags] = 0;
    rows[at + COLUMN.arrival] = 0;
    rows[at + COLUMN.arrival + 1] = 0;
    while (pos < end) {
      // Tags and lengths of one byte are read in line: they are nearly all there are.
      let tag = bytes[pos]!;
      if (tag < 0x80 && tag >= 8) pos++;
      else {
        tag = tagAt(bytes, pos, end);
        pos = cursor();
      }
      switch (tag) {
        case 10:
          traceIdLength = lengthAt(bytes, pos, end);
          traceId = cursor();
          pos = traceId + traceIdLength;
          break;
        case 18:
          spanIdLength = lengthAt(bytes, pos, end);
          spanId = cursor();
          pos = spanId + spanIdLength;
          break;
        case 26:
          rows[at + COLUMN.traceStateLength] = lengthAt(bytes, pos, end);
          pos = rows[at + COLUMN.traceStateOffset] = cursor();
          pos += rows[at + COLUMN.traceStateLength]!;
          break;
        case 34:
          parentIdLength = lengthAt(bytes, pos, end);
          parentId = cursor();
          pos = parentId + parentIdLength;
          break;
        case 42:
          nameLength = lengthAt(bytes, pos, end);
          nameOffset = cursor();
          pos = nameOffset + nameLength;
          break;
        case 48:
          kind = varintAt(bytes, pos, end);
          pos = cursor();
          break;
        case 57:
        case 65: {
          const column = at + (tag === 57 ? COLUMN.start : COLUMN.end);
          if (end - pos < 8) throw new MalformedOtlp('a time is cut short', pos);
          rows[column] = wordAt(bytes, pos);
          rows[column + 1] = wordAt(bytes, pos + 4);
          pos += 8;
          break;
        }
        case 74: {
          let length = pos < end ? bytes[pos]! : 0x80;
          if (length < 0x80 && length < end - pos) pos++;
          else {
            length = lengthAt(bytes, pos, end);
            pos = cursor();
          }
          attributeCount++;
          const next = pos + length;
          // In line, as nearly all are: a short key that tells nothing of the span's kind, and a short string.
          const keyLength = bytes[pos + 1]!;
          const value = pos + 2 + keyLength;
          if (
            value + 4 <= next &&
            keyLength < 128 &&
            bytes[pos] === 10 &&
            bytes[value] === 18 &&
            bytes[value + 2] === 10 &&
            bytes[value + 3]! < 128 &&
            value + 4 + bytes[value + 3]! === next &&
            bytes[value + 1] === bytes[value + 3]! + 2 &&
            !mayHint(keyLength, bytes[pos + 2]!)
          ) {
            if (values !== undefined)
              values.string(pos + 2, keyLength, value + 4, next - value - 4);
            pos = next;
            break;
          }
          this.#attribute(bytes, pos, next);
          pos = next;
          break;
        }
        case 80:
        case 96:
        case 112:
          varintAt(bytes, pos, end);
          pos = cursor();
          break;
        case 90: {
          const length = lengthAt(bytes, pos, end);
          pos = cursor();
          if (this.#event(bytes, pos, pos + length)) bits |= BITS.exception;
          pos += length;
          break;
        }
        case 106: {
          const length = lengthAt(bytes, pos, end);
          pos = cursor();
          this.#link(bytes, pos, pos + length);
          pos += length;
          break;
        }
        case 122: {
          const length = lengthAt(bytes, pos, end);
          pos = cursor();
          this.#status(bytes, pos, pos + length);
          pos += length;
          break;
        }
        case 133:
          if (end - pos < 4) throw new MalformedOtlp('flags are cut short', pos);
          rows[at + COLUMN.flags] = wordAt(bytes, pos);
          pos += 4;
          break;
        default:
          pos = skipField(bytes, pos, end, tag, SPAN_DEPTH);
      }
    }
    rows[at + COLUMN.offset] = start;
    rows[at + COLUMN.length] = end - start;
    rows[at + COLUMN.attributeCount] = attributeCount;
    if (end - start > this.#limits.spanBytesMax) return 'limit';
    if (attributeCount + this.#parts > this.#limits.spanPartsMax) return 'limit';
    if (traceIdLength !== 16 || spanIdLength !== 8) return 'id';
    if (parentIdLength !== 8 && parentIdLength !== 0) return 'id';
    if (!idWords(bytes, traceId, 4, rows, at + COLUMN.traceId)) return 'id';
    if (!idWords(bytes, spanId, 2, rows, at + COLUMN.spanId)) return 'id';
    if (parentIdLength === 8) idWords(bytes, parentId, 2, rows, at + COLUMN.parentSpanId);
    rows[at + COLUMN.nameOffset] = nameOffset;
    rows[at + COLUMN.nameLength] = nameLength;
    const spanKind = hints.kind(bytes, kind, nameOffset, nameLength);
    rows[at + COLUMN.bits] =
      bits |
      Math.min(kind, 0xff) |
      (Math.min(this.#statusCode, 0xff) << BITS.statusShift) |
      (spanKind << BITS.kindShift);
    return 'ok';
  }

  /** A KeyValue of the span itself. */
  #attribute(bytes: Uint8Array, start: number, end: number): void {
    const valueStart = plainValue(bytes, start, end);
    if (valueStart === 0) {
      checkTree(bytes, start, end, KEY_VALUE, SPAN_DEPTH + 1);
      if (this.#values !== undefined) collectRead(this.#values, bytes, start, end);
      this.#hints.see(
        bytes,
        keyRead.offset,
        keyRead.length,
        keyRead.valueOffset,
        keyRead.valueOffset < 0 ? -1 : keyRead.valueLength,
        keyRead.isTrue,
      );
      return;
    }
    const keyLength = bytes[start + 1]!;
    this.#values?.plain(bytes, start + 2, keyLength, valueStart, end);
    if (!mayHint(keyLength, bytes[start + 2]!)) return;
    const tag = bytes[valueStart]!;
    if (tag === 10) {
      const length = lengthAt(bytes, valueStart + 1, end);
      this.#hints.see(bytes, start + 2, keyLength, cursor(), length, false);
    } else {
      const isTrue = tag === 16 && (end - valueStart > 2 || bytes[valueStart + 1] !== 0);
      this.#hints.see(bytes, start + 2, keyLength, 0, -1, isTrue);
    }
  }

  /** True for an event named `exception`. */
  #event(bytes: Uint8Array, start: number, end: number): boolean {
    let named = false;
    this.#parts++;
    let pos = start;
    while (pos < end) {
      const tag = tagAt(bytes, pos, end);
      pos = cursor();
      if (tag === 18) {
        const length = lengthAt(bytes, pos, end);
        pos = cursor();
        named = length === EXCEPTION.length && startsWith(bytes, pos, EXCEPTION);
        pos += length;
      } else if (tag === 26) {
        const length = lengthAt(bytes, pos, end);
        pos = cursor();
        this.#parts++;
        if (plainValue(bytes, pos, pos + length) === 0)
          checkTree(bytes, pos, pos + length, KEY_VALUE, SPAN_DEPTH + 2);
        pos += length;
      } else if (tag === 32) {
        varintAt(bytes, pos, end);
        pos = cursor();
      } else pos = skipField(bytes, pos, end, tag, SPAN_DEPTH + 1);
    }
    return named;
  }

  #link(bytes: Uint8Array, start: number, end: number): void {
    this.#parts++;
    let pos = start;
    while (pos < end) {
      const tag = tagAt(bytes, pos, end);
      pos = cursor();
      if (tag === 34) {
        const length = lengthAt(bytes, pos, end);
        pos = cursor();
        this.#parts++;
        if (plainValue(bytes, pos, pos + length) === 0)
          checkTree(bytes, pos, pos + length, KEY_VALUE, SPAN_DEPTH + 2);
        pos += length;
      } else if (tag === 40) {
        varintAt(bytes, pos, end);
        pos = cursor();
      } else pos = skipField(bytes, pos, end, tag, SPAN_DEPTH + 1);
    }
  }

  #status(bytes: Uint8Array, start: number, end: number): void {
    let pos = start;
    while (pos < end) {
      const tag = tagAt(bytes, pos, end);
      pos = cursor();
      if (tag === 24) {
        this.#statusCode = varintAt(bytes, pos, end);
        pos = cursor();
      } else pos = skipField(bytes, pos, end, tag, SPAN_DEPTH + 1);
    }
  }
}

/** Collects what checkTree has just read of a KeyValue that is not of the usual form. */
export function collectRead(
  values: ValueCollector,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const { offset, length, valueOffset, valueLength } = keyRead;
  if (valueOffset >= 0) values.string(offset, length, valueOffset, valueLength);
  else if (!isComposite(bytes, start, end)) values.miss();
}

/** Key, then a value that is a list, a map or bytes, and nothing else: no text is equal to it. */
function isComposite(bytes: Uint8Array, start: number, end: number): boolean {
  const value = start + 2 + bytes[start + 1]!;
  if (bytes[start] !== 10 || bytes[start + 1]! >= 128 || value + 2 >= end) return false;
  if (bytes[value] !== 18) return false;
  const valueLength = lengthAt(bytes, value + 1, end);
  const tagAtValue = cursor();
  if (tagAtValue + valueLength !== end || valueLength < 2) return false;
  const tag = bytes[tagAtValue]!;
  if (tag !== 42 && tag !== 50 && tag !== 58) return false;
  const length = lengthAt(bytes, tagAtValue + 1, end);
  return cursor() + length === end;
}

/**
 * Where the AnyValue of a KeyValue at [start, end) begins, if it is of the usual form and valid: a key of less than 128
 * bytes, then a value of one string, bool, int or double, and nothing else. 0 where it has to be walked.
 */
export function plainValue(bytes: Uint8Array, start: number, end: number): number {
  const value = start + 2 + bytes[start + 1]!;
  if (value + 3 >= end || bytes[start] !== 10 || bytes[start + 1]! >= 128 || bytes[value] !== 18)
    return 0;
  let length = bytes[value + 1]!;
  let valueStart = value + 2;
  if (length >= 128) {
    length = lengthAt(bytes, value + 1, end);
    valueStart = cursor();
  }
  if (valueStart + length !== end || length < 2) return 0;
  switch (bytes[valueStart]) {
    case 10:
      return lengthAt(bytes, valueStart + 1, end) === end - cursor() ? valueStart : 0;
    case 16:
    case 24:
      return oneVarint(bytes, valueStart + 1, end) ? valueStart : 0;
    case 33:
      return length === 9 ? valueStart : 0;
    default:
      return 0;
  }
}

function wordAt(bytes: Uint8Array, pos: number): number {
  return bytes[pos]! | (bytes[pos + 1]! << 8) | (bytes[pos + 2]! << 16) | (bytes[pos + 3]! << 24);
}

/** Writes big-endian words; false where all are zero. */
function idWords(
  bytes: Uint8Array,
  pos: number,
  count: number,
  rows: Uint32Array,
  at: number,
): boolean {
  let any = 0;
  for (let p = pos, to = at; to < at + count; p += 4, to++) {
    const word = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!;
    rows[to] = word;
    any |= word;
  }
  return any !== 0;
}

/** True where [start, end) is exactly one varint of at most 10 bytes. */
function oneVarint(bytes: Uint8Array, start: number, end: number): boolean {
  const last = end - 1;
  if (last < start || last - start > 9 || bytes[last]! >= 0x80) return false;
  for (let i = start; i < last; i++) if (bytes[i]! < 0x80) return false;
  return true;
}

function startsWith(bytes: Uint8Array, pos: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[pos + i] !== text[i]) return false;
  return true;
}
