/**
 * The row of a span that was just written: what the scanner would find in its bytes, known from writing
 * them. A span that the scanner would refuse, or that is out of the ordinary, gets none: its request is
 * then left to the scanner.
 */
import { AttributeMemo } from './attribute-memo.ts';
import { KindHints } from './kind-hints.ts';
import { SCAN_LIMITS } from './scan-limits.ts';
import { cursor, lengthAt } from './scan-wire.ts';
import { BITS, COLUMN, STRIDE } from './span-columns.ts';
import type { ProtobufWriter } from './wire/protobuf-writer.ts';

/** Kinds and status codes above are held as this. */
const NUMBER_MAX = 0xff;

/** What `writeSdkSpan` notes while it writes one span; places are the writer's offsets. */
export class SdkSpanRow {
  readonly attributes: AttributeMemo = new AttributeMemo();
  readonly hints: KindHints = new KindHints();
  /** Where each id's bytes begin; −1 where it has another length than it should. 0 without a parent. */
  traceId = -1;
  spanId = -1;
  parentId = 0;
  kind = 0;
  /** Of the eight bytes; 0 where there is no such time. */
  start = 0;
  end = 0;
  attributeCount = 0;
  /** Events, links and the attributes of both. */
  parts = 0;
  hasException = false;
  status = 0;
  flags = 0;
  #stateOffset = 0;
  #stateLength = 0;
  #nameOffset = 0;
  #nameLength = 0;

  /** Before each span. */
  reset(): void {
    this.hints.reset();
  }

  /** The field of the trace state, from its tag on; empty where there is none. */
  state(bytes: Uint8Array, from: number, to: number): void {
    this.#stateLength = from === to ? 0 : lengthAt(bytes, from + 1, to);
    this.#stateOffset = from === to ? 0 : cursor();
  }

  /** The field of the name, likewise. */
  name(bytes: Uint8Array, from: number, to: number): void {
    this.#nameLength = from === to ? 0 : lengthAt(bytes, from + 1, to);
    this.#nameOffset = from === to ? 0 : cursor();
  }

  /** Writes the row of the Span message at [from, the writer's end), all but its scope; false where it gets none. */
  fill(writer: ProtobufWriter, from: number, rows: Uint32Array, row: number): boolean {
    const at = row * STRIDE;
    const length = writer.offset - from;
    if (this.traceId < 0 || this.spanId < 0 || this.parentId < 0) return false;
    if (length > SCAN_LIMITS.spanBytesMax) return false;
    if (this.attributeCount + this.parts > SCAN_LIMITS.spanPartsMax) return false;
    if (!id(writer, this.traceId, rows, at + COLUMN.traceId, 4)) return false;
    if (!id(writer, this.spanId, rows, at + COLUMN.spanId, 2)) return false;
    if (this.parentId > 0) id(writer, this.parentId, rows, at + COLUMN.parentSpanId, 2);
    else wide(rows, at + COLUMN.parentSpanId, 0, 0);
    time(writer, this.start, rows, at + COLUMN.start);
    time(writer, this.end, rows, at + COLUMN.end);
    wide(rows, at + COLUMN.offset, from, length);
    wide(rows, at + COLUMN.nameOffset, this.#nameOffset, this.#nameLength);
    wide(rows, at + COLUMN.traceStateOffset, this.#stateOffset, this.#stateLength);
    wide(rows, at + COLUMN.arrival, 0, 0);
    const { kind, status } = this;
    const spanKind = this.hints.kind(writer.bytes, kind, this.#nameOffset, this.#nameLength);
    rows[at + COLUMN.scope] = 0;
    rows[at + COLUMN.flags] = this.flags;
    rows[at + COLUMN.attributeCount] = this.attributeCount;
    rows[at + COLUMN.bits] =
      (this.hasException ? BITS.exception : 0) |
      (kind > NUMBER_MAX ? NUMBER_MAX : kind) |
      ((status > NUMBER_MAX ? NUMBER_MAX : status) << BITS.statusShift) |
      (spanKind << BITS.kindShift);
    return true;
  }
}

/** False where all of it is zero. */
function id(
  writer: ProtobufWriter,
  from: number,
  rows: Uint32Array,
  at: number,
  words: number,
): boolean {
  let any = 0;
  for (let i = 0; i < words; i++) {
    const word = writer.bigWordAt(from + i * 4);
    rows[at + i] = word;
    any |= word;
  }
  return any !== 0;
}

function time(writer: ProtobufWriter, from: number, rows: Uint32Array, at: number): void {
  if (from === 0) wide(rows, at, 0, 0);
  else wide(rows, at, writer.littleWordAt(from), writer.littleWordAt(from + 4));
}

function wide(rows: Uint32Array, at: number, first: number, second: number): void {
  rows[at] = first;
  rows[at + 1] = second;
}
