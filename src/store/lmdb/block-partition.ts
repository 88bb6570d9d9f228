/**
 * A partition in its first form: blocks of OTLP bytes in LMDB (partition.ts), read through caches that all partitions
 * of a thread share.
 */
import type { LRUCache } from 'lru-cache';
import { NO_SCAN_LIMITS } from '../../otlp/scan-limits.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import { type SpanBatch, spanBytes, wideColumn } from '../../otlp/span-batch.ts';
import { COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { ValueCollector } from '../../otlp/value-collector.ts';
import { holdsHash, traceHash } from '../columns/trace-hash.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { MinuteStatistics } from '../statistics/minute-statistics.ts';
import { decodeMinute } from '../statistics/statistics-codec.ts';
import { batchOfBody, type Frames, framesOf, headOfBody } from './block.ts';
import type { BlockSearch } from './block-search.ts';
import { decodeBody } from './body-format.ts';
import { type BlockHead, soundHead } from './head-format.ts';
import { Partition } from './partition.ts';
import type {
  NamedOperation,
  PartitionScan,
  PartitionTotals,
  StoredPartition,
} from './stored-partition.ts';
import { blocksOfHash } from './trace-index.ts';
import { ValueFilterBuilder } from './value-filter.ts';
import { WantedHeads } from './wanted-heads.ts';

/** Shared by a thread's partitions; keys begin with the partition's number. */
export interface BlockCaches {
  readonly heads: LRUCache<string, BlockHead>;
  readonly blocks: LRUCache<string, SpanBatch>;
  readonly indexes: LRUCache<number, Buffer>;
  /** Filters over the values of blocks that a search for attributes has opened. */
  readonly filters: LRUCache<string, Uint8Array | 'unknown'>;
}

export class BlockPartition implements StoredPartition {
  readonly #number: number;
  readonly #partition: Partition;
  readonly #caches: BlockCaches;
  readonly #damaged: (block: number | undefined, reason: string) => void;

  constructor(
    number: number,
    path: string,
    caches: BlockCaches,
    damaged: (block: number | undefined, reason: string) => void,
  ) {
    this.#number = number;
    this.#partition = new Partition(path, { readOnly: true });
    this.#caches = caches;
    this.#damaged = damaged;
  }

  /** Lets later reads see what was committed since. */
  refresh(): void {
    this.#partition.refresh();
  }

  totals(): PartitionTotals {
    let spans = 0;
    let newestMs = 0;
    for (const head of this.#allHeads()) {
      spans += head.spanCount;
      newestMs = Math.max(newestMs, head.writtenAtMs);
    }
    const bytes = this.#partition.fileBytes();
    return { spans, blocks: this.writtenCount(), bytes, newestMs };
  }

  collect(words: Uint32Array, records: SpanRecord[]): void {
    for (const block of this.#blocksOf(traceHash(words, 0))) {
      const batch = this.written(block);
      if (batch !== undefined) collect(batch, words, records);
    }
  }

  scan(search: BlockSearch): PartitionScan {
    const wanted = new WantedHeads(search);
    return {
      blockCount: this.writtenCount(),
      extent: (block) => this.#head(block),
      mayMatch: (block) => {
        const head = this.#head(block);
        if (head === undefined || !wanted.mayMatch(head)) return false;
        const filter = wanted.asksValues ? this.#caches.filters.get(this.#key(block)) : undefined;
        return typeof filter !== 'object' || wanted.mayHoldValues(filter);
      },
      look: (block) => {
        const batch = this.written(block);
        if (batch === undefined) return false;
        if (wanted.asksValues) this.#learnValues(block, batch);
        return search.lookAt(batch);
      },
    };
  }

  *services(): Iterable<string> {
    for (const { services } of this.#allHeads()) yield* services;
  }

  *operations(): Iterable<NamedOperation> {
    for (const { services, operations } of this.#allHeads())
      for (const { service, kind, name } of operations)
        yield { service: services[service]!, name, kind: kind >> 4 };
  }

  *periods(from: number, to: number): Iterable<MinuteStatistics> {
    for (const minute of [...this.#partition.minutesBetween(from, to)]) {
      const stored = this.#partition.statistics(minute);
      const decoded = stored === undefined ? undefined : decodeMinute(stored);
      if (decoded !== undefined) yield decoded;
      else if (stored !== undefined)
        this.#damaged(undefined, `minute ${minute} fails its checksum`);
    }
  }

  writtenCount(): number {
    return this.#partition.blockCount();
  }

  writtenSpans(block: number): number {
    return this.#head(block)?.spanCount ?? 0;
  }

  written(block: number): SpanBatch | undefined {
    const key = this.#key(block);
    const known = this.#caches.blocks.get(key);
    if (known !== undefined) return known;
    const bytes = this.#partition.body(block);
    if (bytes === undefined) return undefined;
    const batch = this.#sound(block, () => batchOfBody(decodeBody(bytes)));
    if (batch !== undefined) this.#caches.blocks.set(key, batch);
    return batch;
  }

  /** A block is read whole or not at all. */
  missingSpans(): number {
    return 0;
  }

  promoted(): Uint32Array {
    const words: number[] = [];
    for (const { promoted } of this.#allHeads()) words.push(...promoted);
    return Uint32Array.from(words);
  }

  close(): void {
    void this.#partition.close();
  }

  *#allHeads(): Iterable<BlockHead> {
    const count = this.writtenCount();
    for (let block = 0; block < count; block++) {
      const head = this.#head(block);
      if (head !== undefined) yield head;
    }
  }

  /**
   * A filter for the searches that follow. Made here and not when the block is written: receiving would pay a sixth more
   * for what is seldom asked of young spans, and columns have filters of their own.
   */
  #learnValues(block: number, batch: SpanBatch): void {
    const key = this.#key(block);
    if (this.#caches.filters.has(key)) return;
    collecting.scan(batch.bytes);
    const { values } = collecting;
    this.#caches.filters.set(key, values === undefined ? 'unknown' : filters.build(values));
  }

  #key(block: number): string {
    return `${this.#number}/${block}`;
  }

  #head(block: number): BlockHead | undefined {
    const key = this.#key(block);
    const known = this.#caches.heads.get(key);
    if (known !== undefined) return known;
    const bytes = this.#partition.head(block);
    if (bytes === undefined) return undefined;
    // A head says nothing that its body does not say as well.
    const head =
      soundHead(bytes) ??
      this.#sound(block, () => headOfBody(this.#partition.body(block) ?? Buffer.alloc(0)));
    if (head !== undefined) this.#caches.heads.set(key, head);
    return head;
  }

  /** Blocks that may hold a trace, rising. */
  #blocksOf(hash: number): number[] {
    const { indexes } = this.#caches;
    let index = indexes.get(this.#number);
    if (index === undefined) {
      index = this.#partition.traceIndex();
      if (index !== undefined) indexes.set(this.#number, index);
    }
    if (index !== undefined) return blocksOfHash(index, hash);
    const blocks: number[] = [];
    const count = this.writtenCount();
    for (let block = 0; block < count; block++) {
      const head = this.#head(block);
      if (head !== undefined && holdsHash(head.traceHashes, hash)) blocks.push(block);
    }
    return blocks;
  }

  #sound<Result>(block: number, read: () => Result): Result | undefined {
    try {
      return read();
    } catch (error) {
      this.#damaged(block, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}

/** One a thread: they keep tables from block to block. */
const collecting = new SpanScanner(NO_SCAN_LIMITS, new ValueCollector());
const filters = new ValueFilterBuilder();

/** Appends the spans of a trace. Their bytes are views of the block, which is never written again. */
function collect(batch: SpanBatch, words: Uint32Array, records: SpanRecord[]): void {
  const { rows } = batch;
  let scope = -1;
  let frames: Frames | undefined;
  for (let row = 0; row < batch.count; row++) {
    const at = row * STRIDE;
    if (
      rows[at + 3] !== words[3] ||
      rows[at + 2] !== words[2] ||
      rows[at + 1] !== words[1] ||
      rows[at] !== words[0]
    )
      continue;
    if (frames === undefined || rows[at + COLUMN.scope] !== scope) {
      scope = rows[at + COLUMN.scope]!;
      frames = framesOf(batch, scope);
    }
    records.push({
      span: spanBytes(batch, row),
      ...frames,
      arrival: wideColumn(rows, row, COLUMN.arrival),
      origin: 'stored',
    });
  }
}
