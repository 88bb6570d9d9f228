/**
 * A partition in its second form: one file of column blocks (store/segment), read through a cache of opened blocks that
 * all partitions of a thread share.
 */

import type { LRUCache } from 'lru-cache';
import { NO_SCAN_LIMITS } from '../../otlp/scan-limits.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { writeTraces } from '../../otlp/write-traces.ts';
import type { ColumnBlock } from '../columns/column-block.ts';
import { DamagedBlock } from '../columns/damaged-block.ts';
import { traceHash } from '../columns/trace-hash.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import { recut } from '../segment/recut.ts';
import { Segment } from '../segment/segment.ts';
import type { PeriodEntry } from '../segment/segment-file.ts';
import type { WrittenBlock } from '../segment/segment-writer.ts';
import type { MinuteStatistics } from '../statistics/minute-statistics.ts';
import { decodeMinute } from '../statistics/statistics-codec.ts';
import { markRows } from './block.ts';
import type { BlockSearch } from './block-search.ts';
import type { PartitionRecord } from './catalogue.ts';
import { ColumnScan } from './column-scan.ts';
import { periodsWithin } from './periods-within.ts';
import type {
  NamedOperation,
  PartitionScan,
  PartitionTotals,
  StoredPartition,
} from './stored-partition.ts';

/** Shared by a thread's partitions; keys begin with the partition's number. */
export interface ColumnCaches {
  readonly blocks: LRUCache<string, ColumnBlock>;
  /** Decoded statistics. */
  readonly periods: LRUCache<string, MinuteStatistics>;
}

export class ColumnPartition implements StoredPartition {
  readonly segment: Segment;
  readonly #record: PartitionRecord;
  readonly #number: number;
  readonly #caches: ColumnCaches;
  readonly #damaged: (block: number | undefined, reason: string) => void;
  /** Sums of spans before each block: as they lie, and as they were written. */
  #rowFirst: Float64Array | undefined;
  #writtenFirst: Float64Array | undefined;
  /** In place of what the file says of them, where that is damaged. */
  #recut: readonly WrittenBlock[] | undefined;
  /** Spans of blocks as they were written that could not be read. */
  readonly #missing = new Map<number, number>();

  /** @throws DamagedBlock */
  constructor(
    record: PartitionRecord,
    path: string,
    caches: ColumnCaches,
    damaged: (block: number | undefined, reason: string) => void,
  ) {
    this.#record = record;
    this.#number = record.number;
    this.segment = new Segment(path);
    this.#caches = caches;
    this.#damaged = damaged;
  }

  /** Whether it is what the catalogue says now: no repair has replaced it. */
  isOf(record: PartitionRecord | undefined): boolean {
    return record?.form === 'columns' && record.repairs === this.#record.repairs;
  }

  totals(): PartitionTotals {
    const { directory, fileBytes } = this.segment;
    const spans = directory.spanCount.reduce((sum, count) => sum + count, 0);
    return { spans, blocks: directory.blockCount, bytes: fileBytes, newestMs: 0 };
  }

  get form(): string {
    return `columns ${this.#record.repairs ?? 0}`;
  }

  blocksOfTrace(words: Uint32Array): readonly number[] {
    const blocks = this.#sound(undefined, () => this.segment.blocksOfTrace(traceHash(words, 0)));
    return blocks ?? [...this.segment.directory.spanCount.keys()];
  }

  spansOfTrace(block: number, words: Uint32Array): readonly SpanRecord[] {
    return this.#rowsOfTrace(block, words, (opened, rows) => opened.records(rows));
  }

  someOfTrace(block: number, words: Uint32Array, places: readonly number[]): readonly SpanRecord[] {
    return this.#rowsOfTrace(block, words, (opened, rows) =>
      opened.records(places.filter((place) => place < rows.length).map((place) => rows[place]!)),
    );
  }

  arrivalsOfTrace(block: number, words: Uint32Array): readonly number[] {
    return this.#rowsOfTrace(block, words, (opened, rows) => opened.arrivals(rows));
  }

  scan(search: BlockSearch): PartitionScan {
    return new ColumnScan(search, this.segment, {
      open: (block) => this.#block(block),
      sound: (block, read) => this.#sound(block, read),
    });
  }

  services(): Iterable<string> {
    return this.segment.directory.services;
  }

  operations(): Iterable<NamedOperation> {
    const { services, operations } = this.segment.directory;
    return operations.map(({ service, kind, name }) => ({
      service: services[service]!,
      kind,
      name,
    }));
  }

  *periods(from: number, to: number, unitMax: number): Iterable<MinuteStatistics> {
    const entries = this.#sound(undefined, () => this.segment.periods) ?? [];
    for (const entry of periodsWithin(entries, from, to, unitMax)) {
      const decoded = this.#sound(undefined, () => this.#period(entry));
      if (decoded !== undefined) yield decoded;
      // What was added up is damaged: that it was added up from is still there.
      else if (entry.unit > 1)
        yield* this.periods(entry.minute, entry.minute + entry.unit, entry.unit - 1);
    }
  }

  /** Kept: a period of a segment never changes. */
  #period(entry: PeriodEntry): MinuteStatistics {
    const key = `${this.#number}/${entry.unit}/${entry.minute}`;
    let decoded = this.#caches.periods.get(key);
    if (decoded === undefined) {
      decoded = decodeMinute(this.segment.statistics(entry));
      if (decoded === undefined) throw new DamagedBlock('statistics fail their checksum');
      this.#caches.periods.set(key, decoded);
    }
    return decoded;
  }

  writtenCount(): number {
    return this.#written().length;
  }

  writtenSpans(block: number): number {
    const written = this.#written()[block];
    return written === undefined ? 0 : written.spans + written.lost;
  }

  written(block: number): SpanBatch | undefined {
    const spans = this.#written()[block]?.spans ?? 0;
    if (spans === 0) return undefined;
    this.#writtenFirst ??= sums(this.#written().map((written) => written.spans));
    const first = this.#writtenFirst[block]!;
    const batch = this.#batch(first, first + spans);
    if (batch.count < spans) this.#missing.set(block, spans - batch.count);
    return batch.count > 0 ? batch : undefined;
  }

  missingSpans(block: number): number {
    return this.#missing.get(block) ?? 0;
  }

  promoted(): Uint32Array {
    return this.#sound(undefined, () => this.segment.promoted()) ?? new Uint32Array(0);
  }

  /** Opened blocks read the file that is closed here: they go with it. */
  close(): void {
    for (const key of [...this.#caches.blocks.keys()])
      if (key.startsWith(`${this.#number}/`)) this.#caches.blocks.delete(key);
    this.segment.close();
  }

  #written(): readonly WrittenBlock[] {
    if (this.#recut !== undefined) return this.#recut;
    const written = this.#sound(undefined, () => this.segment.written);
    if (written !== undefined) return written;
    this.#recut = recut(this.#record.written ?? 0, this.segment.directory.spanCount);
    return this.#recut;
  }

  #rowsOfTrace<Item>(
    block: number,
    words: Uint32Array,
    read: (opened: ColumnBlock, rows: number[]) => readonly Item[],
  ): readonly Item[] {
    const found = this.#sound(block, () => {
      const opened = this.#block(block);
      const rows = opened.rowsOfTrace(words, 0);
      return rows.length === 0 ? [] : read(opened, rows);
    });
    return found ?? [];
  }

  /** Rows [from, to) of the whole partition, which may lie in several blocks: without those that are damaged. */
  #batch(from: number, to: number): SpanBatch {
    const rowFirst = this.#rowFirst ?? sums([...this.segment.directory.spanCount]);
    this.#rowFirst = rowFirst;
    const records: SpanRecord[] = [];
    const flags: number[] = [];
    let threshold = 0n;
    let block = lastAtOrBelow(rowFirst, from);
    for (let row = from; row < to; block++) {
      const end = Math.min(to, rowFirst[block + 1]!);
      const rows = Array.from({ length: end - row }, (_, i) => row - rowFirst[block]! + i);
      this.#sound(block, () => {
        const opened = this.#block(block);
        const read = opened.records(rows);
        const marks = rows.map((local) => opened.spanFlags(local));
        for (const local of rows) threshold ||= opened.threshold(local);
        for (const record of read) records.push(record);
        flags.push(...marks);
      });
      row = end;
    }
    return batchOfRecords(records, flags, threshold);
  }

  /** @throws DamagedBlock */
  #block(block: number): ColumnBlock {
    const key = `${this.#number}/${block}`;
    let opened = this.#caches.blocks.get(key);
    if (opened === undefined) {
      opened = this.segment.block(block);
      this.#caches.blocks.set(key, opened);
    }
    return opened;
  }

  #sound<Result>(block: number | undefined, read: () => Result): Result | undefined {
    try {
      return read();
    } catch (error) {
      this.#damaged(block, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}

/** A batch as the log gives it: the spans in order, with arrivals and flags. */
function batchOfRecords(
  records: readonly SpanRecord[],
  flags: readonly number[],
  threshold: bigint,
): SpanBatch {
  const scanner = new SpanScanner(NO_SCAN_LIMITS);
  scanner.scan(writeTraces(records));
  markRows(scanner, {
    arrivals: records.map(({ arrival }) => arrival),
    flags,
  });
  scanner.threshold = threshold;
  return scanner;
}

/** 0, then the sum up to and with each. */
function sums(counts: readonly number[]): Float64Array {
  const out = new Float64Array(counts.length + 1);
  for (const [i, count] of counts.entries()) out[i + 1] = out[i]! + count;
  return out;
}

/** The last index whose value is not above `value`; several blocks may begin at one row, if some are empty. */
function lastAtOrBelow(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (values[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
