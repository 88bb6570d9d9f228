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
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { MinuteStatistics, STATUS, STATUSES } from './minute-statistics.ts';
import { NO_NAME } from './name-table.ts';
import { OperationIndex } from './operation-index.ts';
import { decodeMinute, encodeMinute } from './statistics-codec.ts';
import type { StatisticsSource } from './statistics-source.ts';

export const MINUTES_MAX = 256;

const NOT_COUNTED = BITS.running | BITS.counted;
const STATUS_ERROR = 2;

/** The minute since the Unix epoch of a u64 of nanoseconds, exactly: 6·10^10 is 2^11 · 29,296,875. */
export function minuteOf(high: number, low: number): number {
  return Math.floor((high * 0x200000 + (low >>> 11)) / 29_296_875);
}

/** Cells of an operation in one minute, by status: the cell · 2, + 1 where it is `(other)`; −1 not asked yet. */
interface MinuteCells {
  readonly generation: number;
  cells: Int32Array;
}

/** Minutes whose cells are remembered: spans of one batch seldom start in more. */
const REMEMBERED_MINUTES = 4;

export class StatisticsTable implements StatisticsSource {
  readonly #minutes = new Map<number, MinuteStatistics>();
  readonly #dirty = new Set<number>();
  readonly #traceState = new OtTraceState();
  readonly #remembered = new Map<number, MinuteCells>();
  readonly #operations = new OperationIndex();
  /** Of the last row: batches come in time order. */
  #minute: MinuteStatistics | undefined;
  #minuteAsked = -1;
  #cells: MinuteCells = { generation: -1, cells: new Int32Array(0) };

  /**
   * Returns the number of spans counted under `(other)`. `operations` has read the batch; without it
   * the table does so itself.
   */
  addBatch(batch: SpanBatch, operations?: OperationIndex): number {
    const index = operations ?? this.#operations;
    if (operations === undefined) index.read(batch);
    this.#minuteAsked = -1;
    let capped = 0;
    for (let row = 0; row < batch.count; row++) if (!this.#add(batch, row, index)) capped++;
    return capped;
  }

  /** One row of a batch that `operations` has read. False where it was counted under `(other)`. */
  addRow(batch: SpanBatch, row: number, operations: OperationIndex): boolean {
    this.#minuteAsked = -1;
    return this.#add(batch, row, operations);
  }

  #add(batch: SpanBatch, row: number, operations: OperationIndex): boolean {
    const { rows } = batch;
    const at = row * STRIDE;
    const bits = rows[at + COLUMN.bits]!;
    if ((bits & NOT_COUNTED) !== 0) return true;
    const minute = minuteOf(rows[at + COLUMN.start + 1]!, rows[at + COLUMN.start]!);
    if (minute !== this.#minuteAsked || this.#minute === undefined)
      this.#turnTo(minute, operations.generation);
    const ended = (rows[at + COLUMN.end]! | rows[at + COLUMN.end + 1]!) !== 0;
    const failed = ended && (bits & BITS.statusMask) >>> BITS.statusShift === STATUS_ERROR;
    const status = ended ? (failed ? STATUS.failed : STATUS.completed) : STATUS.running;
    const operation = operations.ofRow[row]!;
    const place = operation * STATUSES.length + status;
    let known = place < this.#cells.cells.length ? this.#cells.cells[place]! : -1;
    if (known < 0) known = this.#lookUp(operations, operation, status);
    const table = this.#minute!;
    const cell = known >> 1;
    const weight = rows[at + COLUMN.traceStateLength] === 0 ? 1 : this.#weight(batch, at);
    const root = (rows[at + COLUMN.parentSpanId]! | rows[at + COLUMN.parentSpanId + 1]!) === 0;
    table.count(cell, weight, failed, root);
    if (ended) table.duration(cell, durationOf(rows, at), weight);
    return (known & 1) === 0;
  }

  /** The cell · 2, + 1 where it is `(other)`'s; remembered for the rows that follow. */
  #lookUp(operations: OperationIndex, operation: number, status: number): number {
    const table = this.#minute!;
    const before = table.capped;
    let [service, name] = [NO_NAME, NO_NAME];
    // A span of a minute for which there is no room stands in another: under `(other)`.
    if (table.minute === this.#minuteAsked) {
      const serviceBytes = operations.serviceBytes(operation);
      const nameBytes = operations.nameBytes(operation);
      service = table.nameId(serviceBytes, 0, serviceBytes.length);
      if (service !== NO_NAME) name = table.nameId(nameBytes, 0, nameBytes.length);
    }
    const cell = table.cell(service, name, operations.kinds(operation) >> 4, status);
    const known = cell * 2 + (table.capped === before ? 0 : 1);
    const remembered = this.#cells;
    const places = operations.count * STATUSES.length;
    if (remembered.cells.length < places) {
      const cells = new Int32Array(places * 2).fill(-1);
      cells.set(remembered.cells);
      remembered.cells = cells;
    }
    remembered.cells[operation * STATUSES.length + status] = known;
    return known;
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
    this.#forgetCells();
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
    this.#forgetCells();
  }

  clear(): void {
    this.#minutes.clear();
    this.#dirty.clear();
    this.#forgetCells();
  }

  #forgetCells(): void {
    this.#minute = undefined;
    this.#remembered.clear();
  }

  async *minutes(from: number, to: number): AsyncGenerator<MinuteStatistics> {
    const held = [...this.#minutes.keys()].filter((minute) => minute >= from && minute < to);
    for (const minute of held.sort((a, b) => a - b)) {
      const table = this.#minutes.get(minute);
      if (table) yield table;
    }
  }

  #turnTo(minute: number, generation: number): void {
    let table = this.#minutes.get(minute);
    if (!table && this.#minutes.size < MINUTES_MAX) {
      table = new MinuteStatistics(minute);
      this.#minutes.set(minute, table);
    }
    table ??= this.#nearest(minute);
    this.#dirty.add(table.minute);
    this.#minute = table;
    this.#minuteAsked = minute;
    const known = this.#remembered.get(minute);
    if (known?.generation === generation) {
      this.#cells = known;
      return;
    }
    this.#cells = { generation, cells: new Int32Array(0) };
    if (this.#remembered.size >= REMEMBERED_MINUTES) this.#remembered.clear();
    this.#remembered.set(minute, this.#cells);
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

/** Nanoseconds from start to end, exact below 104 days; 0 where the end lies before the start. */
export function durationOf(rows: Uint32Array, at: number): number {
  const high = rows[at + COLUMN.end + 1]! - rows[at + COLUMN.start + 1]!;
  const duration = high * 0x100000000 + (rows[at + COLUMN.end]! - rows[at + COLUMN.start]!);
  return duration > 0 ? duration : 0;
}
