/**
 * The partitions that a reading thread has open, and what it keeps of their blocks.
 *
 * LMDB is mapped only where the running writer vouches for it, waiting for its check where that is still to come; columns are
 * read piece by piece, and need no one's word. Handles and whatever was decoded are caches with bounds of their own; what
 * has left the catalogue, or lies in another form now, is let go. Damage is reported once. Everything but `open` is
 * synchronous: nothing is closed while it is read.
 */
import { LRUCache } from 'lru-cache';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import type { ColumnBlock } from '../columns/column-block.ts';
import type { CommitSignal } from '../commit-signal.ts';
import type { MinuteStatistics } from '../statistics/minute-statistics.ts';
import { BlockPartition, type DecodedMinute } from './block-partition.ts';
import { BlockValues } from './block-values.ts';
import { CatalogueReader, type ExpiredPartition, type PartitionRecord } from './catalogue.ts';
import { ColumnPartition } from './column-partition.ts';
import type { BlockHead } from './head-format.ts';
import { partitionPath, segmentPath } from './partition-path.ts';
import type { StoredPartition } from './stored-partition.ts';

/**
 * Environments mapped at once, and segments open at once: all that 10 GiB hold, as a trace is looked up in each. They hold about
 * 1.3 MB each once they are used.
 */
const ENVIRONMENTS_MAX = 16;
const SEGMENTS_MAX = 512;
const INDEX_BYTES_MAX = 64 * 1024 * 1024;
/** Of decompressed spans; columns come on top, about a fifth. */
const BLOCK_BYTES_MAX = 32 * 1024 * 1024;
/** Opened column blocks; one takes up to twice the bytes of its spans. */
const COLUMN_BLOCKS_MAX = 16;
/** Of heads, by their trace hashes and names; about 3 KiB each. */
const HEADS_MAX = 8_192;
/** Of decoded statistics, by their keys; one takes some 600 bytes. */
const PERIOD_KEYS_MAX = 32_768;
/** How long a reader waits for a partition to be checked. */
const CHECK_WAIT_MS = 30_000;
const DAMAGES_TOLD_MAX = 1_000;

export class SoundPartitions {
  readonly #dataPath: string;
  readonly #catalogue: CatalogueReader;
  readonly #signal: CommitSignal;
  readonly #damaged: (what: string) => void;
  readonly #told = new Set<string>();
  readonly #environments = handles<BlockPartition>(ENVIRONMENTS_MAX);
  readonly #segments = handles<ColumnPartition>(SEGMENTS_MAX);
  readonly #columns = {
    blocks: new LRUCache<string, ColumnBlock>({ max: COLUMN_BLOCKS_MAX }),
    periods: new LRUCache<string, MinuteStatistics>({
      maxSize: PERIOD_KEYS_MAX,
      sizeCalculation: ({ size }) => size + 1,
    }),
  };
  readonly #caches = {
    heads: new LRUCache<string, BlockHead>({ max: HEADS_MAX }),
    blocks: new LRUCache<string, SpanBatch>({
      maxSize: BLOCK_BYTES_MAX,
      maxEntrySize: Number.MAX_SAFE_INTEGER,
      sizeCalculation: (batch) => batch.bytes.length + 1,
    }),
    indexes: new LRUCache<number, Buffer>({
      maxSize: INDEX_BYTES_MAX,
      sizeCalculation: (index) => index.length,
    }),
    minutes: new LRUCache<string, DecodedMinute>({
      maxSize: PERIOD_KEYS_MAX,
      sizeCalculation: ({ decoded }) => decoded.size + 1,
    }),
    values: new BlockValues((number, block) => this.#environments.peek(number)?.values(block)),
  };

  constructor(dataPath: string, signal: CommitSignal, damaged: (what: string) => void = () => {}) {
    this.#dataPath = dataPath;
    this.#catalogue = new CatalogueReader(dataPath, signal);
    this.#signal = signal;
    this.#damaged = damaged;
  }

  /** What there is, oldest first. */
  records(): readonly PartitionRecord[] {
    const records = this.#catalogue.partitions();
    const known = new Map(records.map((record) => [record.number, record]));
    for (const number of [...this.#environments.keys()])
      if (known.get(number)?.form !== 'blocks') this.#environments.delete(number);
    for (const [number, segment] of [...this.#segments.entries()])
      if (!segment.isOf(known.get(number))) this.#segments.delete(number);
    return records.filter(({ state }) => state !== 'damaged');
  }

  expired(): readonly ExpiredPartition[] {
    return this.#catalogue.expired();
  }

  /**
   * Ready to read, its latest commit visible; undefined where it expired or could not be saved.
   * Use it before the next await: a handle may be closed to make room.
   */
  async open(number: number, signal?: AbortSignal): Promise<StoredPartition | undefined> {
    const until = performance.now() + CHECK_WAIT_MS;
    while (true) {
      const seen = this.#signal.value;
      const record = this.#catalogue.partition(number);
      if (record === undefined || record.state === 'damaged') return undefined;
      if (this.#catalogue.isSound(record)) {
        const opened = this.#opened(record);
        // What it lay in may have been replaced between the look at the catalogue and here.
        if (opened !== 'gone') return opened;
        if (this.#catalogue.partition(number) === record) return undefined;
        continue;
      }
      const leftMs = until - performance.now();
      if (leftMs <= 0 || signal?.aborted) return undefined;
      await this.#signal.changed(seen, Math.min(leftMs, 1_000), signal);
    }
  }

  close(): void {
    this.#environments.clear();
    this.#segments.clear();
    this.#columns.blocks.clear();
    this.#columns.periods.clear();
    this.#caches.heads.clear();
    this.#caches.blocks.clear();
    this.#caches.indexes.clear();
    this.#caches.values.clear();
    this.#caches.minutes.clear();
  }

  #opened(record: PartitionRecord): StoredPartition | undefined | 'gone' {
    return record.form === 'columns' ? this.#segment(record) : this.#environment(record.number);
  }

  #environment(number: number): StoredPartition | 'gone' {
    let partition = this.#environments.get(number);
    if (partition === undefined) {
      try {
        partition = new BlockPartition(
          number,
          partitionPath(this.#dataPath, number),
          this.#caches,
          (block, reason) =>
            this.#tell(number, block === undefined ? 'its statistics' : `block ${block}`, reason),
        );
      } catch (error) {
        this.#catalogue.lookAgain();
        if (this.#catalogue.partition(number)?.form !== 'blocks') return 'gone';
        throw error;
      }
      this.#environments.set(number, partition);
    }
    partition.refresh();
    return partition;
  }

  #segment(record: PartitionRecord): StoredPartition | undefined | 'gone' {
    const { number } = record;
    const known = this.#segments.get(number);
    if (known?.isOf(record)) return known;
    this.#segments.delete(number);
    try {
      const path = segmentPath(partitionPath(this.#dataPath, number));
      const partition = new ColumnPartition(record, path, this.#columns, (block, reason) =>
        this.#tell(number, block === undefined ? 'its directory' : `block ${block}`, reason),
      );
      this.#segments.set(number, partition);
      return partition;
    } catch (error) {
      this.#catalogue.lookAgain();
      if (this.#catalogue.partition(number)?.form !== 'columns') return 'gone';
      this.#tell(number, 'its directory', error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #tell(number: number, where: string, reason: string): void {
    const key = `${number} ${where}`;
    if (this.#told.has(key) || this.#told.size >= DAMAGES_TOLD_MAX) return;
    this.#told.add(key);
    this.#damaged(`partition ${number}, ${where}: ${reason}`);
  }
}

function handles<Handle extends StoredPartition>(max: number): LRUCache<number, Handle> {
  return new LRUCache<number, Handle>({ max, dispose: (partition) => partition.close() });
}
