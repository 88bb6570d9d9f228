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
import { checksumOfMinute, decodeMinute } from '../statistics/statistics-codec.ts';
import { batchOfBody, batchOfHits, type Frames, framesOf, headOfBody } from './block.ts';
import type { BlockSearch } from './block-search.ts';
import type { BlockValues } from './block-values.ts';
import { decodeBody, mayContain } from './body-format.ts';
import { type BlockHead, soundHead } from './head-format.ts';
import { Partition } from './partition.ts';
import { needleOf } from './search-needle.ts';
import type {
  NamedOperation,
  PartitionScan,
  PartitionTotals,
  StoredPartition,
} from './stored-partition.ts';
import { blocksOfHash } from './trace-index.ts';
import { WantedHeads } from './wanted-heads.ts';

export interface DecodedMinute {
  readonly checksum: string;
  readonly decoded: MinuteStatistics;
}

/** Shared by a thread's partitions; keys begin with the partition's number. */
export interface BlockCaches {
  readonly heads: LRUCache<string, BlockHead>;
  readonly blocks: LRUCache<string, SpanBatch>;
  readonly indexes: LRUCache<number, Buffer>;
  readonly values: BlockValues;
  /** Of young statistics, with the checksum of the bytes that they were read from. */
  readonly minutes: LRUCache<string, DecodedMinute>;
}

/** A block of so many spans takes as much as a block of columns to open and look at. */
const SPANS_OF_EFFORT = 4_096;
/** Of that, where it is searched for bytes and has none. */
const GLANCE_SHARE = 0.3;
const EFFORT_MIN = 0.02;

export class BlockPartition implements StoredPartition {
  readonly form = 'blocks';
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

  blocksOfTrace(words: Uint32Array): readonly number[] {
    return this.#blocksOf(traceHash(words, 0));
  }

  spansOfTrace(block: number, words: Uint32Array): readonly SpanRecord[] {
    return this.#rowsOfTrace(block, words, recordsOf);
  }

  someOfTrace(block: number, words: Uint32Array, places: readonly number[]): readonly SpanRecord[] {
    return this.#rowsOfTrace(block, words, (batch, rows) =>
      recordsOf(
        batch,
        places.filter((place) => place < rows.length).map((place) => rows[place]!),
      ),
    );
  }

  arrivalsOfTrace(block: number, words: Uint32Array): readonly number[] {
    return this.#rowsOfTrace(block, words, ({ rows }, ofTrace) =>
      ofTrace.map((row) => wideColumn(rows, row, COLUMN.arrival)),
    );
  }

  scan(search: BlockSearch): PartitionScan {
    const wanted = new WantedHeads(search);
    const needle = needleOf(search.filter);
    const { values } = this.#caches;
    return {
      blockCount: this.writtenCount(),
      effort: (block) => {
        const share = (this.#head(block)?.spanCount ?? 0) / SPANS_OF_EFFORT;
        return EFFORT_MIN + share * (needle === undefined ? 1 : GLANCE_SHARE);
      },
      extent: (block) => this.#head(block),
      mayMatch: (block) => {
        const head = this.#head(block);
        if (head === undefined || !wanted.mayMatch(head)) return false;
        const filter = wanted.asksValues ? values.filter(this.#number, block) : undefined;
        return filter === undefined || wanted.mayHoldValues(filter);
      },
      look: (block) => {
        const before = search.matches.length;
        const batch =
          needle === undefined ? this.written(block) : this.#containing(block, needle, 'unlikely');
        const isEnough = batch !== undefined && search.lookAt(batch);
        if (wanted.asksValues && search.matches.length === before) values.want(this.#number, block);
        return isEnough;
      },
    };
  }

  /** For BlockValues, which holds them as hashes; valid until the next call. */
  values(block: number): Uint32Array | undefined {
    const bytes = this.#partition.body(block);
    if (bytes === undefined) return undefined;
    return this.#sound(block, () => {
      collecting.scan(decodeBody(bytes).traces);
      return collecting.values;
    });
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
      const decoded = stored === undefined ? undefined : this.#decodedMinute(minute, stored);
      if (decoded !== undefined) yield decoded;
      else if (stored !== undefined)
        this.#damaged(undefined, `minute ${minute} fails its checksum`);
    }
  }

  /** All but the last are asked for again and again as they were. */
  #decodedMinute(minute: number, stored: Buffer): MinuteStatistics | undefined {
    const { minutes } = this.#caches;
    const key = this.#key(minute);
    const checksum = checksumOfMinute(stored);
    const known = minutes.get(key);
    if (known?.checksum === checksum) return known.decoded;
    const decoded = decodeMinute(stored);
    if (decoded !== undefined) minutes.set(key, { checksum, decoded });
    return decoded;
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
    return this.#sound(block, () => this.#keep(key, batchOfBody(decodeBody(bytes))));
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

  #rowsOfTrace<Item>(
    block: number,
    words: Uint32Array,
    read: (batch: SpanBatch, rows: number[]) => readonly Item[],
  ): readonly Item[] {
    const batch = this.#containing(block, bigEndian(words), 'likely');
    return batch === undefined ? [] : read(batch, rowsOfTrace(batch, words));
  }

  /** Of a block at least those spans that hold some bytes; to be used before the next call. */
  #containing(
    block: number,
    needle: Uint8Array,
    guess: 'likely' | 'unlikely',
  ): SpanBatch | undefined {
    const key = this.#key(block);
    const known = this.#caches.blocks.get(key);
    if (known !== undefined) return known;
    const bytes = this.#partition.body(block);
    if (bytes === undefined) return undefined;
    return this.#sound(block, () => {
      if (guess === 'unlikely' && !mayContain(bytes, needle)) return undefined;
      const body = decodeBody(bytes);
      const batch = batchOfHits(body, needle, passing);
      return batch === 'all' ? this.#keep(key, batchOfBody(body)) : batch;
    });
  }

  #keep(key: string, batch: SpanBatch): SpanBatch {
    this.#caches.blocks.set(key, batch);
    return batch;
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
const passing = new SpanScanner();
const collecting = new SpanScanner(NO_SCAN_LIMITS, new ValueCollector());

/** As ids stand in a message. */
function bigEndian(words: Uint32Array): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [i, word] of words.entries()) bytes.writeUInt32BE(word, i * 4);
  return bytes;
}

function rowsOfTrace({ rows, count }: SpanBatch, words: Uint32Array): number[] {
  const found: number[] = [];
  for (let row = 0; row < count; row++) {
    const at = row * STRIDE;
    if (
      rows[at + 3] === words[3] &&
      rows[at + 2] === words[2] &&
      rows[at + 1] === words[1] &&
      rows[at] === words[0]
    )
      found.push(row);
  }
  return found;
}

/** Copies of a few spans: a view of the block, which is never written again, keeps all of it alive. Of most of them, views. */
function recordsOf(batch: SpanBatch, rows: readonly number[]): SpanRecord[] {
  let bytes = 0;
  for (const row of rows) bytes += batch.rows[row * STRIDE + COLUMN.length]!;
  const isFew = bytes < batch.bytes.length / 2;
  const kept = (view: Uint8Array): Uint8Array => (isFew ? view.slice() : view);
  let own = -1;
  let frames: Frames = NO_FRAMES;
  return rows.map((row) => {
    if (batch.rows[row * STRIDE + COLUMN.scope] !== own) {
      own = batch.rows[row * STRIDE + COLUMN.scope]!;
      const { resource, scope } = framesOf(batch, own);
      frames = { resource: kept(resource), scope: kept(scope) };
    }
    return {
      span: kept(spanBytes(batch, row)),
      ...frames,
      arrival: wideColumn(batch.rows, row, COLUMN.arrival),
      origin: 'stored',
    };
  });
}

const NO_FRAMES: Frames = { resource: new Uint8Array(0), scope: new Uint8Array(0) };
