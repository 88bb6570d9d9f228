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
import { KindHints } from './kind-hints.ts';
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

const SPAN_DEPTH = 3;
const EXCEPTION = new TextEncoder().encode('exception');

export class SpanPass {
  readonly #limits: ScanLimits;
  readonly #hints = new KindHints();
  #parts = 0;
  #statusCode = 0;

  constructor(limits: ScanLimits) {
    this.#limits = limits;
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
    rows.fill(0, at, at + STRIDE);
    this.#parts = 0;
    this.#statusCode = 0;
    const hints = this.#hints;
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
    let pos = start;
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
          rows[at + COLUMN.nameLength] = lengthAt(bytes, pos, end);
          pos = rows[at + COLUMN.nameOffset] = cursor();
          pos += rows[at + COLUMN.nameLength]!;
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
          this.#attribute(bytes, pos, pos + length);
          pos += length;
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
    const name = rows[at + COLUMN.nameOffset]!;
    const spanKind = hints.kind(bytes, kind, name, rows[at + COLUMN.nameLength]!);
    rows[at + COLUMN.bits] =
      bits |
      Math.min(kind, 0xff) |
      (Math.min(this.#statusCode, 0xff) << BITS.statusShift) |
      (spanKind << BITS.kindShift);
    return 'ok';
  }

  /** A KeyValue. The frequent form is key (tag 10), value (tag 18) with one scalar, all lengths below 128. */
  #attribute(bytes: Uint8Array, start: number, end: number): void {
    if (end - start >= 6 && bytes[start] === 10) {
      const keyLength = bytes[start + 1]!;
      const value = start + 2 + keyLength;
      if (keyLength < 128 && value + 3 < end && bytes[value] === 18) {
        const valueStart = value + 2;
        const length = bytes[value + 1]!;
        if (length < 128 && valueStart + length === end) {
          const tag = bytes[valueStart]!;
          if (tag === 10 && bytes[valueStart + 1]! === length - 2) {
            this.#hints.see(bytes, start + 2, keyLength, valueStart + 2, length - 2, false);
            return;
          }
          if (tag === 33 && length === 9) {
            this.#hints.see(bytes, start + 2, keyLength, 0, -1, false);
            return;
          }
          if ((tag === 16 || tag === 24) && oneVarint(bytes, valueStart + 1, end)) {
            const isTrue = tag === 16 && (length > 2 || bytes[valueStart + 1] !== 0);
            this.#hints.see(bytes, start + 2, keyLength, 0, -1, isTrue);
            return;
          }
        }
      }
    }
    checkTree(bytes, start, end, KEY_VALUE, SPAN_DEPTH + 1);
    this.#hints.see(
      bytes,
      keyRead.offset,
      keyRead.length,
      keyRead.valueOffset,
      keyRead.valueOffset < 0 ? -1 : keyRead.valueLength,
      keyRead.isTrue,
    );
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
  for (let i = 0; i < count; i++) {
    const p = pos + i * 4;
    const word = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!;
    rows[at + i] = word;
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
