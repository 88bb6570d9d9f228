/**
 * Statistics as spans arrive: a MinuteStatistics for each minute in which a span started.
 *
 * Counts every row, kept or not, before our own sampling and weighted by the threshold a span came
 * with. Leaves out spans that have only started (their end will come) and spans that were counted
 * before a promotion brought them here again. On the hot path: no object and no string a span.
 * Bounds: MINUTES_MAX minutes; a span of any further minute is counted under `(other)` in the minute
 * nearest to its own. The owner takes minutes out with `forget`.
 */
import { OtTraceState } from '../../otlp/ot-trace-state.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { ABSENT, BITS, COLUMN, RESOURCE, SCOPE, STRIDE } from '../../otlp/span-columns.ts';
import { MinuteStatistics, STATUS } from './minute-statistics.ts';
import { NO_NAME } from './name-table.ts';
import { decodeMinute, encodeMinute } from './statistics-codec.ts';
import type { StatisticsSource } from './statistics-source.ts';

export const MINUTES_MAX = 256;

const UNKNOWN_SERVICE: Uint8Array = Buffer.from('unknown_service');
const NOT_COUNTED = BITS.running | BITS.counted;
const STATUS_ERROR = 2;

/** The minute since the Unix epoch of a u64 of nanoseconds, exactly: 6·10^10 is 2^11 · 29,296,875. */
export function minuteOf(high: number, low: number): number {
  return Math.floor((high * 0x200000 + (low >>> 11)) / 29_296_875);
}

export class StatisticsTable implements StatisticsSource {
  readonly #minutes = new Map<number, MinuteStatistics>();
  readonly #dirty = new Set<number>();
  readonly #traceState = new OtTraceState();
  /** Of the last row: batches come in time order and resource by resource. */
  #minute: MinuteStatistics | undefined;
  #minuteAsked = -1;
  #resource = -1;
  #service = NO_NAME;

  /** Returns the number of spans counted under `(other)`. */
  addBatch(batch: SpanBatch): number {
    this.#resource = -1;
    let capped = 0;
    for (let row = 0; row < batch.count; row++) if (!this.#add(batch, row)) capped++;
    return capped;
  }

  /** One row. False where it was counted under `(other)`. */
  addRow(batch: SpanBatch, row: number): boolean {
    this.#resource = -1;
    return this.#add(batch, row);
  }

  #add(batch: SpanBatch, row: number): boolean {
    const { rows, bytes } = batch;
    const at = row * STRIDE;
    const bits = rows[at + COLUMN.bits]!;
    if ((bits & NOT_COUNTED) !== 0) return true;
    const minute = minuteOf(rows[at + COLUMN.start + 1]!, rows[at + COLUMN.start]!);
    if (minute !== this.#minuteAsked || this.#minute === undefined) this.#turnTo(minute);
    const table = this.#minute!;
    const exact = table.minute === minute;
    const resource = batch.scopes[rows[at + COLUMN.scope]! * SCOPE.stride + SCOPE.resource]!;
    if (resource !== this.#resource) {
      this.#resource = resource;
      this.#service = exact ? serviceId(table, batch, resource) : NO_NAME;
    }
    const service = this.#service;
    const operation =
      service === NO_NAME
        ? NO_NAME
        : table.nameId(bytes, rows[at + COLUMN.nameOffset]!, rows[at + COLUMN.nameLength]!);
    const before = table.capped;
    const ended = (rows[at + COLUMN.end]! | rows[at + COLUMN.end + 1]!) !== 0;
    const failed = ended && (bits & BITS.statusMask) >>> BITS.statusShift === STATUS_ERROR;
    const status = ended ? (failed ? STATUS.failed : STATUS.completed) : STATUS.running;
    const kind = (bits & BITS.kindMask) >>> BITS.kindShift;
    const cell = table.cell(service, operation, kind, status);
    const weight = rows[at + COLUMN.traceStateLength] === 0 ? 1 : this.#weight(batch, at);
    const root = (rows[at + COLUMN.parentSpanId]! | rows[at + COLUMN.parentSpanId + 1]!) === 0;
    table.count(cell, weight, failed, root);
    if (ended) table.duration(cell, durationOf(rows, at), weight);
    return table.capped === before;
  }

  /** Minutes changed since they were last encoded, forgotten or merged from what was encoded. */
  dirtyMinutes(): number[] {
    return [...this.#dirty];
  }

  /** The minute's numbers so far, and no longer dirty. */
  encodeMinute(minute: number): Uint8Array {
    this.#dirty.delete(minute);
    this.#minute = undefined;
    return encodeMinute(this.#minutes.get(minute) ?? new MinuteStatistics(minute));
  }

  /** Adds what was encoded before; false, and nothing changed, where the bytes are damaged. */
  mergeEncoded(minute: number, bytes: Uint8Array): boolean {
    const decoded = decodeMinute(bytes);
    if (decoded?.minute !== minute) return false;
    const mine = this.#minutes.get(minute);
    if (mine) mine.merge(decoded);
    else this.#minutes.set(minute, decoded);
    this.#minute = undefined;
    return true;
  }

  /** Which minutes are held, in no order. */
  minuteNumbers(): number[] {
    return [...this.#minutes.keys()];
  }

  /** Takes a minute out. */
  forget(minute: number): void {
    this.#minutes.delete(minute);
    this.#dirty.delete(minute);
    this.#minute = undefined;
  }

  clear(): void {
    this.#minutes.clear();
    this.#dirty.clear();
    this.#minute = undefined;
  }

  async *minutes(from: number, to: number): AsyncGenerator<MinuteStatistics> {
    const held = [...this.#minutes.keys()].filter((minute) => minute >= from && minute < to);
    for (const minute of held.sort((a, b) => a - b)) {
      const table = this.#minutes.get(minute);
      if (table) yield table;
    }
  }

  #turnTo(minute: number): void {
    let table = this.#minutes.get(minute);
    if (!table && this.#minutes.size < MINUTES_MAX) {
      table = new MinuteStatistics(minute);
      this.#minutes.set(minute, table);
    }
    table ??= this.#nearest(minute);
    this.#dirty.add(table.minute);
    this.#minute = table;
    this.#minuteAsked = minute;
    this.#resource = -1;
  }

  #nearest(minute: number): MinuteStatistics {
    let nearest: MinuteStatistics | undefined;
    for (const table of this.#minutes.values()) {
      const distance = Math.abs(table.minute - minute);
      if (!nearest || distance < Math.abs(nearest.minute - minute)) nearest = table;
    }
    return nearest!;
  }

  #weight(batch: SpanBatch, at: number): number {
    const { rows } = batch;
    this.#traceState.read(
      batch.bytes,
      rows[at + COLUMN.traceStateOffset]!,
      rows[at + COLUMN.traceStateLength]!,
    );
    return this.#traceState.adjustedCount();
  }
}

function serviceId(table: MinuteStatistics, batch: SpanBatch, resource: number): number {
  const at = resource * RESOURCE.stride;
  const offset = batch.resources[at + RESOURCE.serviceOffset]!;
  if (offset === ABSENT) return table.nameId(UNKNOWN_SERVICE, 0, UNKNOWN_SERVICE.length);
  return table.nameId(batch.bytes, offset, batch.resources[at + RESOURCE.serviceLength]!);
}

/** Nanoseconds from start to end, exact below 104 days; 0 where the end lies before the start. */
export function durationOf(rows: Uint32Array, at: number): number {
  const high = rows[at + COLUMN.end + 1]! - rows[at + COLUMN.start + 1]!;
  const duration = high * 0x100000000 + (rows[at + COLUMN.end]! - rows[at + COLUMN.start]!);
  return duration > 0 ? duration : 0;
}
