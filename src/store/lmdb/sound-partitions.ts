/**
 * The partitions that a reading thread has open, and the blocks it has decoded.
 *
 * Maps only what the running writer vouches for, waiting for its check where that is still to come. Handles, merged
 * trace indexes and decoded blocks are caches with bounds of their own; what has left the catalogue is let
 * go. A damaged block is reported once and passed over. Everything but `open` is synchronous: nothing is
 * closed while it is read.
 */
import { LRUCache } from 'lru-cache';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { holdsHash } from '../columns/trace-hash.ts';
import type { CommitSignal } from '../commit-signal.ts';
import { batchOfBody, headOfBody } from './block.ts';
import { decodeBody } from './body-format.ts';
import { CatalogueReader, type ExpiredPartition, type PartitionRecord } from './catalogue.ts';
import { type BlockHead, soundHead } from './head-format.ts';
import { Partition, partitionPath } from './partition.ts';
import { blocksOfHash } from './trace-index.ts';

/** Environments mapped at once. */
const HANDLES_MAX = 16;
const INDEX_BYTES_MAX = 64 * 1024 * 1024;
/** Of decompressed spans; columns come on top, about a fifth. */
const BLOCK_BYTES_MAX = 32 * 1024 * 1024;
/** Of heads, by their trace hashes and names; about 3 KiB each. */
const HEADS_MAX = 8_192;
/** How long a reader waits for a partition to be checked. */
const CHECK_WAIT_MS = 30_000;

export class SoundPartitions {
  readonly #dataPath: string;
  readonly #catalogue: CatalogueReader;
  readonly #signal: CommitSignal;
  readonly #damaged: (what: string) => void;
  readonly #handles: LRUCache<number, Partition>;
  readonly #indexes: LRUCache<number, Buffer>;
  readonly #blocks: LRUCache<string, SpanBatch>;
  readonly #heads = new LRUCache<string, BlockHead>({ max: HEADS_MAX });

  constructor(dataPath: string, signal: CommitSignal, damaged: (what: string) => void = () => {}) {
    this.#dataPath = dataPath;
    this.#catalogue = new CatalogueReader(dataPath);
    this.#signal = signal;
    this.#damaged = damaged;
    this.#handles = new LRUCache({
      max: HANDLES_MAX,
      dispose: (partition) => void partition.close(),
    });
    this.#indexes = new LRUCache({
      maxSize: INDEX_BYTES_MAX,
      sizeCalculation: (index) => index.length,
    });
    this.#blocks = new LRUCache({
      maxSize: BLOCK_BYTES_MAX,
      maxEntrySize: Number.MAX_SAFE_INTEGER,
      sizeCalculation: (batch) => batch.bytes.length + 1,
    });
  }

  /** What there is, oldest first. */
  records(): readonly PartitionRecord[] {
    const records = this.#catalogue.partitions();
    const numbers = new Set(records.map(({ number }) => number));
    for (const number of [...this.#handles.keys()])
      if (!numbers.has(number)) this.#handles.delete(number);
    return records.filter(({ state }) => state !== 'damaged');
  }

  expired(): readonly ExpiredPartition[] {
    return this.#catalogue.expired();
  }

  /**
   * Ready to read, its latest commit visible; undefined where it expired or could not be saved.
   * Use it before the next await: a handle may be closed to make room.
   */
  async open(number: number, signal?: AbortSignal): Promise<Partition | undefined> {
    const until = performance.now() + CHECK_WAIT_MS;
    while (true) {
      const seen = this.#signal.value;
      const record = this.#catalogue.partitions().find((r) => r.number === number);
      if (record === undefined || record.state === 'damaged') return undefined;
      if (this.#catalogue.isSound(record)) return this.#opened(number);
      const leftMs = until - performance.now();
      if (leftMs <= 0 || signal?.aborted) return undefined;
      await this.#signal.changed(seen, Math.min(leftMs, 1_000), signal);
    }
  }

  #opened(number: number): Partition | undefined {
    let partition = this.#handles.get(number);
    if (partition === undefined) {
      try {
        partition = new Partition(partitionPath(this.#dataPath, number), { readOnly: true });
      } catch (error) {
        // It expired between the look at the catalogue and here.
        if (!this.#catalogue.partitions().some((record) => record.number === number))
          return undefined;
        throw error;
      }
      this.#handles.set(number, partition);
    }
    partition.refresh();
    return partition;
  }

  head(number: number, partition: Partition, block: number): BlockHead | undefined {
    const key = `${number}/${block}`;
    const known = this.#heads.get(key);
    if (known !== undefined) return known;
    const bytes = partition.head(block);
    if (bytes === undefined) return undefined;
    // A head says nothing that its body does not say as well.
    const head =
      soundHead(bytes) ??
      this.#sound(number, block, () => headOfBody(partition.body(block) ?? Buffer.alloc(0)));
    if (head !== undefined) this.#heads.set(key, head);
    return head;
  }

  /** Undefined where it is damaged. Shared: to be read only. */
  block(number: number, partition: Partition, block: number): SpanBatch | undefined {
    const key = `${number}/${block}`;
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const bytes = partition.body(block);
    if (bytes === undefined) return undefined;
    const batch = this.#sound(number, block, () => batchOfBody(decodeBody(bytes)));
    if (batch !== undefined) this.#blocks.set(key, batch);
    return batch;
  }

  /** Blocks that may hold a trace, rising. */
  blocksOf(number: number, partition: Partition, hash: number): number[] {
    let index = this.#indexes.get(number);
    if (index === undefined) {
      const stored = partition.traceIndex();
      if (stored !== undefined) {
        index = stored;
        this.#indexes.set(number, index);
      }
    }
    if (index !== undefined) return blocksOfHash(index, hash);
    const blocks: number[] = [];
    const count = partition.blockCount();
    for (let block = 0; block < count; block++) {
      const head = this.head(number, partition, block);
      if (head !== undefined && holdsHash(head.traceHashes, hash)) blocks.push(block);
    }
    return blocks;
  }

  close(): void {
    this.#handles.clear();
    this.#blocks.clear();
    this.#indexes.clear();
    this.#heads.clear();
  }

  readonly #said = new Set<string>();

  #sound<Result>(number: number, block: number, read: () => Result): Result | undefined {
    try {
      return read();
    } catch (error) {
      const key = `${number}/${block}`;
      if (!this.#said.has(key) && this.#said.size < 1_000) {
        this.#said.add(key);
        this.#damaged(
          `partition ${number}, block ${block}: ${error instanceof Error ? error.message : error}`,
        );
      }
      return undefined;
    }
  }
}
