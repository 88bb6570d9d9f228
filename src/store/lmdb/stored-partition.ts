/**
 * One partition as readers see it, in whichever form it lies: blocks in LMDB while it is young, columns once it has been
 * rewritten. Both say the same, to the byte.
 *
 * Everything is synchronous: nothing is closed while it is read. What is damaged is reported once to whoever opened the
 * partition, and passed over.
 */
import type { SpanBatch } from '../../otlp/span-batch.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { MinuteStatistics } from '../statistics/minute-statistics.ts';
import type { BlockSearch } from './block-search.ts';

export interface PartitionTotals {
  readonly spans: number;
  readonly blocks: number;
  /** On disk. */
  readonly bytes: number;
  /** Wall time of the last commit; 0 where the partition cannot tell. */
  readonly newestMs: number;
}

/** A search over the blocks of one partition; numbers rise with time. */
export interface PartitionScan {
  readonly blockCount: number;
  /** Of a `look`, at most about: 1 for a block of columns. */
  effort(block: number): number;
  /** Undefined where the block is damaged. */
  extent(block: number): { readonly spanCount: number; readonly arrivalMin: number } | undefined;
  /** Whether it must be opened. */
  mayMatch(block: number): boolean;
  /** Opens it and hands its matches to the search, youngest first; true once the search has enough. */
  look(block: number): boolean;
}

/** A kind of operation that occurs in a partition. */
export interface NamedOperation {
  readonly service: string;
  readonly name: string;
  /** Index into SPAN_KINDS. */
  readonly kind: number;
}

export interface StoredPartition {
  /** Changes when blocks get other numbers or contents; else blocks are only added. */
  readonly form: string;
  totals(): PartitionTotals;
  /** Blocks that may hold spans of a trace (four words), rising. */
  blocksOfTrace(words: Uint32Array): readonly number[];
  /** What a block holds of the trace, in order; none where it is damaged. */
  spansOfTrace(block: number, words: Uint32Array): readonly SpanRecord[];
  /** Of these those at `places`, rising, as copies. */
  someOfTrace(block: number, words: Uint32Array, places: readonly number[]): readonly SpanRecord[];
  arrivalsOfTrace(block: number, words: Uint32Array): readonly number[];
  scan(search: BlockSearch): PartitionScan;
  services(): Iterable<string>;
  operations(): Iterable<NamedOperation>;
  /** Statistics of periods that lie whole in [from, to), minutes since 1970; each lasts at most `unitMax` minutes. */
  periods(from: number, to: number, unitMax: number): Iterable<MinuteStatistics>;
  /** Blocks as they were written: the log's, whatever the form. */
  writtenCount(): number;
  /** Spans of such a block, damaged or not. */
  writtenSpans(block: number): number;
  /** Undefined where it is damaged; without those of its spans that are. Shared: to be read only. */
  written(block: number): SpanBatch | undefined;
  /** Spans that `written` of this block left out when it was read. */
  missingSpans(block: number): number;
  /** Four words a promoted trace. */
  promoted(): Uint32Array;
  close(): void;
}
