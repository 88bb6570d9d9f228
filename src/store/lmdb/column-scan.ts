/**
 * A search over the blocks of a segment. The directory rules blocks out by time, by what their operations lasted, by errors,
 * and by attribute values; in a block that is left, columns rule rows out. Rows that are left are rebuilt and judged by
 * the same matcher as everywhere else, so that columns decide what is read and never what matches.
 */

import { SPAN_KINDS } from '../../model/span-kind.ts';
import { NO_SCAN_LIMITS } from '../../otlp/scan-limits.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import { STRIDE } from '../../otlp/span-columns.ts';
import { writeTraces } from '../../otlp/write-traces.ts';
import type { ColumnBlock } from '../columns/column-block.ts';
import { valueHash } from '../columns/value-hash.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { Segment } from '../segment/segment.ts';
import type { BlockSearch } from './block-search.ts';
import { candidateRows } from './candidate-rows.ts';
import type { PartitionScan } from './stored-partition.ts';

/** Rows rebuilt at a time, youngest first. */
const ROWS_AT_ONCE = 64;
/** What bytes that are no UTF-8 are read as: two different names may then read alike. */
const REPLACEMENT = '\ufffd';
/** A double near 2^61 is within 256 of its number; an attribute tells the rest. */
const NANO_SLACK = 4_096;

export interface OpenBlocks {
  /** @throws DamagedBlock */
  open(block: number): ColumnBlock;
  /** What `read` returns; undefined where it met damage, which is reported. */
  sound<Result>(block: number | undefined, read: () => Result): Result | undefined;
}

export class ColumnScan implements PartitionScan {
  readonly blockCount: number;
  readonly #search: BlockSearch;
  readonly #segment: Segment;
  readonly #blocks: OpenBlocks;
  /** Columns alone decide: nothing is asked that only a span's bytes can tell. */
  readonly #isExact: boolean;
  /** Of the segment's operations, those that the search asks for; undefined: it asks for none. */
  readonly #operations: ReadonlySet<number> | undefined;
  /** Not 0 where every attribute asked for may be; undefined: it asks for none. */
  readonly #mayHaveValues: Uint8Array | undefined;

  constructor(search: BlockSearch, segment: Segment, blocks: OpenBlocks) {
    this.#search = search;
    this.#segment = segment;
    this.#blocks = blocks;
    this.blockCount = segment.directory.blockCount;
    const { attributes, service, operation } = search.filter;
    this.#isExact =
      (attributes ?? []).length === 0 &&
      service?.includes(REPLACEMENT) !== true &&
      operation?.includes(REPLACEMENT) !== true;
    this.#operations = this.#wantedOperations();
    this.#mayHaveValues = this.#wantedValues();
  }

  effort(): number {
    return 1;
  }

  extent(block: number): { readonly spanCount: number; readonly arrivalMin: number } {
    const { spanCount, arrivalMin } = this.#segment.directory;
    return { spanCount: spanCount[block]!, arrivalMin: arrivalMin[block]! };
  }

  mayMatch(block: number): boolean {
    const { filter } = this.#search;
    const { directory } = this.#segment;
    if (this.#mayHaveValues?.[block] === 0) return false;
    if (filter.fromUnixNano !== undefined && directory.startMax[block]! < filter.fromUnixNano)
      return false;
    if (filter.toUnixNano !== undefined && directory.startMin[block]! >= filter.toUnixNano)
      return false;
    if (filter.status === 'Failed' && directory.errorCount[block] === 0) return false;
    return this.#mayHaveOperation(block);
  }

  look(block: number): boolean {
    return this.#blocks.sound(block, () => this.#look(this.#blocks.open(block))) ?? false;
  }

  #mayHaveOperation(block: number): boolean {
    const { filter } = this.#search;
    const { minDurationNano, maxDurationNano } = filter;
    const hasDuration = minDurationNano !== undefined || maxDurationNano !== undefined;
    if (this.#operations === undefined && !hasDuration) return true;
    const directory = this.#segment.directory;
    const least = Number(minDurationNano ?? 0n) - NANO_SLACK;
    const most = maxDurationNano === undefined ? Infinity : Number(maxDurationNano) + NANO_SLACK;
    for (let i = directory.operationFirst[block]!; i < directory.operationFirst[block + 1]!; i++) {
      if (this.#operations?.has(directory.operation[i]!) === false) continue;
      if (filter.status === 'Failed' && directory.operationErrors[i] === 0) continue;
      if (directory.operationDurationMax[i]! < least) continue;
      if (directory.operationDurationMin[i]! > most) continue;
      return true;
    }
    return false;
  }

  #wantedOperations(): Set<number> | undefined {
    const { service, operation, kind } = this.#search.filter;
    if (service === undefined && operation === undefined && kind === undefined) return undefined;
    const { services, operations } = this.#segment.directory;
    const wanted = new Set<number>();
    for (const [i, entry] of operations.entries()) {
      if (service !== undefined && services[entry.service] !== service) continue;
      if (operation !== undefined && entry.name !== operation) continue;
      if (kind !== undefined && SPAN_KINDS[entry.kind] !== kind) continue;
      wanted.add(i);
    }
    return wanted;
  }

  #wantedValues(): Uint8Array | undefined {
    const wanted = this.#search.filter.attributes ?? [];
    if (wanted.length === 0) return undefined;
    const may = new Uint8Array(this.blockCount).fill(1);
    for (const { key, value } of wanted) {
      const own = this.#blocksWithKey(key, true);
      // Damage to the filter costs the filter: every block with the key is looked at.
      const hash = valueHash(key, value);
      const listed = this.#blocks.sound(undefined, () => this.#segment.blocksOfValue(hash));
      const mask = listed === undefined ? this.#blocksWithKey(key, false) : own;
      for (const block of listed ?? []) mask[block] = 1;
      const has = this.#blocksWithKey(key, false);
      for (let i = 0; i < may.length; i++) may[i]! &= mask[i]! & has[i]!;
    }
    return may;
  }

  /** 1 for blocks that have the key; `open`: that have values of it which the filter does not know. */
  #blocksWithKey(key: string, open: boolean): Uint8Array {
    const { keys, hasKey, keyIsOpen } = this.#segment.directory;
    const mask = new Uint8Array(this.blockCount);
    const k = keys.indexOf(key);
    if (k < 0) return mask;
    const keyBytes = (keys.length + 7) >> 3;
    const bits = open ? keyIsOpen : hasKey;
    for (let i = 0; i < mask.length; i++) mask[i] = (bits[i * keyBytes + (k >> 3)]! >> (k & 7)) & 1;
    return mask;
  }

  #look(block: ColumnBlock): boolean {
    const rows = this.#withAttributes(block, candidateRows(block, this.#search));
    if (rows.length === 0) return false;
    const { arrival } = block.outline;
    rows.sort((a, b) => arrival[b]! - arrival[a]!);
    if (this.#isExact) return this.#takeAll(block, rows);
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
      if (this.#judge(block.records(rows.slice(at, at + ROWS_AT_ONCE)))) return true;
    return false;
  }

  /** Columns have decided everything. */
  #takeAll(block: ColumnBlock, rows: readonly number[]): boolean {
    const { trace, traceIds, arrival } = block.outline;
    return rows.some((row) => this.#search.take(traceIds, trace[row]! * 4, arrival[row]!));
  }

  #judge(records: readonly SpanRecord[]): boolean {
    const scanner = new SpanScanner(NO_SCAN_LIMITS);
    scanner.scan(writeTraces(records));
    const matches = this.#search.matcher.over(scanner);
    for (const [row, { arrival }] of records.entries())
      if (matches(row) && this.#search.take(scanner.rows, row * STRIDE, arrival)) return true;
    return false;
  }

  #withAttributes(block: ColumnBlock, rows: number[]): number[] {
    let left = rows;
    for (const { key, value } of this.#search.filter.attributes ?? []) {
      if (left.length === 0) break;
      const may = block.rowsWithAttribute(key, value);
      left = left.filter((row) => may[row] !== 0);
    }
    return left;
  }
}
