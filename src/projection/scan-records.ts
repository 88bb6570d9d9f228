/**
 * One pass over the bytes of records, such as it is on the way in: a row of columns a span (otlp/span-columns.ts,
 * offsets within the span's own bytes), and each different frame once. Nothing is decoded and nothing copied.
 * 100 bytes a record.
 */
import { NO_SCAN_LIMITS } from '../otlp/scan-limits.ts';
import { SpanPass } from '../otlp/scan-span.ts';
import { BITS, COLUMN, STRIDE } from '../otlp/span-columns.ts';
import { spanParts } from '../otlp/span-parts.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';

export interface ScannedRecords {
  readonly count: number;
  /** STRIDE words a record, in the order of the records. */
  readonly rows: Uint32Array;
  /** By record: index into `resources`. */
  readonly resource: Int32Array;
  /** By record: equal for equal frames. */
  readonly scope: Int32Array;
  /** By record: bits of SPAN_PARTS. */
  readonly parts: Uint8Array;
  /** Each different resource frame once. */
  readonly resources: readonly Uint8Array[];
}

/** @throws on bytes that no scanner accepted: they were damaged since, or are no record */
export function* scanRecords(records: readonly SpanRecord[]): Steps<ScannedRecords> {
  const count = records.length;
  const rows = new Uint32Array(count * STRIDE);
  const resource = new Int32Array(count);
  const scope = new Int32Array(count);
  const parts = new Uint8Array(count);
  const resources = new FrameNumbers();
  const scopes = new FrameNumbers();
  const pass = new SpanPass(NO_SCAN_LIMITS);
  for (let row = 0; row < count; row++) {
    const record = records[row]!;
    if (pass.scan(record.span, 0, record.span.length, rows, row) !== 'ok') {
      throw new Error('a record does not read as the span it was stored as');
    }
    parts[row] = spanParts(record.span);
    const bits = row * STRIDE + COLUMN.bits;
    if (record.origin === 'running') rows[bits] = rows[bits]! | BITS.running;
    resource[row] = resources.of(record.resource);
    scope[row] = scopes.of(record.scope);
    if (row % ROWS_A_STEP === 0) yield;
  }
  return { count, rows, resource, scope, parts, resources: resources.frames };
}

/** Numbers frames by their content. Equal frames often share one array, but need not. */
class FrameNumbers {
  readonly frames: Uint8Array[] = [];
  readonly #byArray = new Map<Uint8Array, number>();
  readonly #byContent = new Map<string, number>();
  #last: Uint8Array | undefined;
  #lastNumber = 0;

  of(frame: Uint8Array): number {
    if (frame === this.#last || isEqual(frame, this.#last)) return this.#lastNumber;
    let number = this.#byArray.get(frame);
    if (number === undefined) {
      const text = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('latin1');
      number = this.#byContent.get(text);
      if (number === undefined) {
        number = this.frames.length;
        this.frames.push(frame);
        this.#byContent.set(text, number);
      }
      this.#byArray.set(frame, number);
    }
    this.#last = frame;
    this.#lastNumber = number;
    return number;
  }
}

function isEqual(frame: Uint8Array, other: Uint8Array | undefined): boolean {
  return frame.length === other?.length && Buffer.compare(frame, other) === 0;
}
