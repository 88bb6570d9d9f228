/**
 * The one writer of a data directory: turns batches into blocks, commits them, closes partitions, lets the
 * old ones go. Synchronous, so that a fault is thrown where it happened; runs on the writer thread
 * (writer-thread.ts), or wherever a test puts it.
 *
 * A partition begins with the first write, and is closed after an hour, at 64 MiB or 1/16 of the retention's bytes, early
 * where its blocks are small, or when the writer stops. Closed ones are rewritten elsewhere (rewriting/). Every life of the writer begins a partition of its own: what an earlier life left open
 * is checked by a child process and closed, never written to again.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import type { Counters } from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { OperationIndex } from '../statistics/operation-index.ts';
import { StatisticsTable } from '../statistics/statistics-table.ts';
import { bodyColumns, describeBlock, keptTraces } from './block.ts';
import { BodyEncoder } from './body-format.ts';
import { Catalogue, type PartitionRecord } from './catalogue.ts';
import { type BlockHead, encodeHead } from './head-format.ts';
import { Partition, writeTraceIndex } from './partition.ts';
import { partitionPath, removeForm, removePartition, setBlocksAside } from './partition-path.ts';
import { ResendFilter } from './resend-filter.ts';
import type { SpanPlace } from './resend-window.ts';
import { WriteRoom } from './write-room.ts';
import type {
  CommitOutcome,
  RewrittenPartition,
  WriterHost,
  WriterSettings,
} from './writer-contract.ts';

const HOUR_MS = 3_600_000;
/** What is rewritten at once: a million spans or so. */
const PARTITION_BYTES = 64 * 1024 * 1024;
/** A partition of this size with more bytes a span than this is closed early. */
const LOOSE_BYTES = 4 * 1024 * 1024;
const LOOSE_SPAN_BYTES = 80;
/** Statistics are committed with every block, unless writing them out would take more than this share of time. */
const STATISTICS_SHARE = 0.005;
const STATISTICS_EVERY_MS_MAX = 200;
const REFUSED_RETRY_MS = 5_000;
/** Of a commit beside its block: pages of the tree, minutes of statistics. */
const COMMIT_BYTES = 512 * 1024;
/** So that block numbers fit the merged trace index. */
const BLOCKS_MAX = 0x1fffff;

interface OpenPartition {
  readonly partition: Partition;
  readonly number: number;
  readonly openedAtMs: number;
  record: PartitionRecord;
  blocks: number;
  spans: number;
  bytes: number;
  arrivalMax: number;
  newestMs: number;
  /** Of all blocks: what the merged index is made from. 4 bytes a trace. */
  readonly hashes: Pick<BlockHead, 'blockNumber' | 'traceHashes'>[];
}

export class PartitionWriter {
  readonly boot: string = randomUUID();
  readonly catalogue: Catalogue;
  readonly #settings: WriterSettings;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #log: Logger;
  readonly #areStatisticsWatched: () => boolean;
  readonly #room: WriteRoom;
  readonly #bodies: BodyEncoder;
  readonly #resends = new ResendFilter((place) => this.#bodyAt(place));
  readonly #operations = new OperationIndex();
  readonly #statistics = new StatisticsTable();
  #statisticsWrittenMs = Number.NEGATIVE_INFINITY;
  #statisticsCostMs = 0;
  #statisticsPending = false;
  #open: OpenPartition | undefined;
  #nextNumber: number;
  /** Closed, and kept open for reading until the next one is: a resend may lie in it. */
  #previous: { readonly number: number; readonly partition: Partition } | undefined;

  /** @throws where nothing could be written, or a newer Synton has written */
  constructor(settings: WriterSettings, host: WriterHost) {
    this.#settings = settings;
    this.#bodies = new BodyEncoder(settings.encoding);
    this.#room = new WriteRoom(settings);
    const objection = this.#room.objection(0);
    if (objection !== undefined) throw new Error(objection);
    this.#clock = host.clock;
    this.#counters = host.counters;
    this.#log = host.log;
    this.#areStatisticsWatched = host.areStatisticsWatched ?? (() => false);
    this.catalogue = new Catalogue(settings.path, this.boot);
    this.#nextNumber = this.catalogue.lastNumber + 1;
    // A life that ended between taking a partition out of the catalogue and unlinking it left its folder; one that ended
    // within a rewrite left files of the other form.
    for (const { number } of this.catalogue.expired())
      removePartition(partitionPath(settings.path, number));
    for (const { number, form } of this.catalogue.partitions())
      removeForm(partitionPath(settings.path, number), form === 'columns' ? 'blocks' : 'columns');
  }

  /**
   * Writes the kept rows as one block and counts all rows. After it threw, nothing of the batch is stored or
   * counted, and the partition is to be closed.
   * @throws on an I/O fault
   */
  commit(batch: SpanBatch): CommitOutcome {
    try {
      return this.#commit(batch);
    } catch (error) {
      // The batch comes again, and with it its counts; what was not on disk yet of others is lost with it.
      this.#statistics.clear();
      this.#statisticsPending = false;
      throw error;
    }
  }

  #commit(batch: SpanBatch): CommitOutcome {
    // Compressed, with its head and its share of the tree, a block takes less than twice its bytes.
    const bytes = 2 * batch.bytes.length + COMMIT_BYTES;
    const objection = this.#room.objection(bytes);
    if (objection !== undefined)
      return { status: 'refused', reason: objection, retryAfterMs: REFUSED_RETRY_MS };
    this.#rotateIfDue(bytes);
    const duplicates = this.#resends.drop(batch, {
      partition: this.#open?.number ?? this.#nextNumber,
      block: this.#open?.blocks ?? 0,
    });
    if (duplicates > 0) this.#counters.drop('duplicate', duplicates);
    const kept = keptTraces(batch);
    this.#operations.read(batch);
    const capped = this.#statistics.addBatch(batch, this.#operations);
    this.#counters.add('statistics_keys_capped', capped);
    this.#statisticsPending = true;
    const nowMs = this.#nowMs();
    if (kept === undefined) {
      if (this.#statisticsDue()) this.flushStatistics();
      return { status: 'committed', spans: 0, duplicates };
    }
    const open = this.#open ?? this.#openPartition(nowMs);
    const blockNumber = open.blocks;
    const body = this.#bodies.encode({
      blockNumber,
      writtenAtMs: nowMs,
      traces: kept.traces,
      spanCount: kept.spanCount,
      ...bodyColumns(batch, kept.spanCount),
      threshold: batch.threshold,
    });
    const head = describeBlock(
      batch,
      {
        blockNumber,
        spanCount: kept.spanCount,
        bodyBytes: body.length,
        writtenAtMs: nowMs,
      },
      this.#operations,
    );
    const encodedHead = encodeHead(head);
    open.partition.commit(
      { blockNumber, head: encodedHead, body },
      this.#statisticsDue() ? this.#dirtyMinutes() : [],
    );
    open.blocks++;
    open.spans += kept.spanCount;
    open.bytes += body.length + encodedHead.length;
    open.arrivalMax = Math.max(open.arrivalMax, head.arrivalMax);
    open.newestMs = nowMs;
    open.hashes.push({ blockNumber, traceHashes: head.traceHashes });
    this.#counters.add('flushes');
    this.#counters.add('bytes_written', body.length + encodedHead.length);
    return { status: 'committed', spans: kept.spanCount, duplicates };
  }

  /** Writes statistics that no commit has taken along. */
  flushStatistics(): void {
    if (!this.#statisticsPending || this.#room.objection(COMMIT_BYTES) !== undefined) return;
    this.#rotateIfDue(COMMIT_BYTES);
    const open = this.#open ?? this.#openPartition(this.#nowMs());
    open.partition.commit(undefined, this.#dirtyMinutes());
  }

  get statisticsPending(): boolean {
    return this.#statisticsPending;
  }

  /** Expires by age and by bytes. Returns the numbers of the partitions that went. */
  expire(): number[] {
    const { maxAgeMs, maxBytes } = this.#settings;
    const nowMs = this.#nowMs();
    const closed = this.catalogue
      .partitions()
      .filter(({ number }) => number !== this.#open?.number);
    let total = closed.reduce((sum, { bytes }) => sum + bytes, this.#open?.bytes ?? 0);
    const gone: number[] = [];
    for (const record of closed) {
      const tooOld = maxAgeMs > 0 && record.newestMs + maxAgeMs < nowMs;
      if (!tooOld && total <= maxBytes) continue;
      this.catalogue.expire(record);
      this.#unlink(record.number);
      total -= record.bytes;
      gone.push(record.number);
      this.#counters.add('partitions_expired');
      this.#log.info(
        { partition: record.number, spans: record.spans, bytes: record.bytes },
        tooOld
          ? 'partition expired: older than retention.max_age'
          : 'partition expired: retention.max_bytes',
      );
    }
    return gone;
  }

  /** What cannot be unlinked is left to the next start: it is in the catalogue no more. */
  #unlink(number: number): void {
    try {
      removePartition(partitionPath(this.#settings.path, number));
    } catch (error) {
      this.#log.warn(
        { partition: number, error: String(error) },
        'an expired partition could not be unlinked: the next start tries again',
      );
    }
  }

  /**
   * Closes the open partition. The writer stays usable: the next commit opens another. What cannot be written
   * is left to the next start, which closes it as it does after a crash. @throws on an I/O fault
   */
  async closePartition(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const minutes = this.#dirtyMinutes();
    this.#statistics.clear();
    try {
      if (this.#room.objection(COMMIT_BYTES) === undefined)
        open.partition.commit(undefined, minutes);
      writeTraceIndex(open.partition.path, open.hashes);
      this.catalogue.put(this.#describe(open, 'closed'));
    } finally {
      const before = this.#previous;
      this.#previous = open;
      await before?.partition.close();
    }
  }

  async close(): Promise<void> {
    await this.closePartition();
    await this.#previous?.partition.close();
    this.#previous = undefined;
  }

  /**
   * A closed partition lies in columns now: readers turn to them, and its blocks go; where some were damaged, aside.
   * Returns where to. @throws on an I/O fault
   */
  rewritten(number: number, { damaged, ...columns }: RewrittenPartition): string | undefined {
    const record = this.catalogue.partitions().find((known) => known.number === number);
    const path = partitionPath(this.#settings.path, number);
    // Expired, or damaged, while it was being rewritten.
    if (record?.state !== 'closed' || record.form !== 'blocks') {
      return removeForm(path, 'columns');
    }
    const { bytes, blocks, spans, arrivalMax, written } = columns;
    this.catalogue.put({ ...record, form: 'columns', bytes, blocks, spans, arrivalMax, written });
    return damaged.length > 0 ? setBlocksAside(path) : removeForm(path, 'blocks');
  }

  /** Why so many bytes more cannot be written beside what is kept free; undefined where they can. */
  objectionTo(bytes: number): string | undefined {
    return this.#room.objection(bytes);
  }

  #nowMs(): number {
    return Number(this.#clock.unixNano() / 1_000_000n);
  }

  /** `bytes` are about to be written. */
  #rotateIfDue(bytes: number): void {
    const open = this.#open;
    if (open === undefined) return;
    if (!this.#isFull(open, bytes)) return;
    this.closePartition().catch((error: unknown) =>
      this.#log.error(
        { partition: open.number, error: String(error) },
        'closing a partition failed',
      ),
    );
    this.expire();
  }

  #isFull(open: OpenPartition, bytes: number): boolean {
    const { maxBytes, partitionAgeMs = HOUR_MS, partitionBytes = PARTITION_BYTES } = this.#settings;
    if (this.#nowMs() - open.openedAtMs >= partitionAgeMs || open.blocks >= BLOCKS_MAX) return true;
    const fileBytes = open.partition.fileBytes();
    if (fileBytes >= Math.min(partitionBytes, maxBytes / 16)) return true;
    if (fileBytes + bytes >= this.#room.partitionBytesMax) return true;
    // Rewritten, small blocks take a tenth of their pages: not worth waiting an hour for.
    return fileBytes >= LOOSE_BYTES && fileBytes > open.spans * LOOSE_SPAN_BYTES;
  }

  /** For resends. */
  #bodyAt({ partition, block }: SpanPlace): Buffer | undefined {
    const holder = [this.#open, this.#previous].find((held) => held?.number === partition);
    if (holder === undefined) return undefined;
    holder.partition.refresh();
    return holder.partition.body(block);
  }

  #openPartition(nowMs: number): OpenPartition {
    const number = this.#nextNumber++;
    const path = partitionPath(this.#settings.path, number);
    // Something may lie there that the catalogue does not know: a partition unlinked only in part.
    removePartition(path);
    const record: PartitionRecord = {
      number,
      boot: this.boot,
      checkedBoot: this.boot,
      state: 'open',
      form: 'blocks',
      openedAtMs: nowMs,
      newestMs: nowMs,
      spans: 0,
      blocks: 0,
      bytes: 0,
      arrivalMax: 0,
    };
    const partition = new Partition(path, { readOnly: false });
    try {
      this.catalogue.put(record);
    } catch (error) {
      void partition.close();
      throw error;
    }
    this.#open = {
      partition,
      number,
      openedAtMs: nowMs,
      record,
      blocks: 0,
      spans: 0,
      bytes: 0,
      arrivalMax: 0,
      newestMs: nowMs,
      hashes: [],
    };
    return this.#open;
  }

  #describe(open: OpenPartition, state: PartitionRecord['state']): PartitionRecord {
    const { newestMs, spans, blocks, arrivalMax } = open;
    return {
      ...open.record,
      state,
      newestMs,
      spans,
      blocks,
      arrivalMax,
      bytes: open.partition.fileBytes(),
    };
  }

  #statisticsDue(): boolean {
    if (this.#areStatisticsWatched()) return true;
    const pauseMs = Math.min(this.#statisticsCostMs / STATISTICS_SHARE, STATISTICS_EVERY_MS_MAX);
    return this.#clock.monotonicMs() - this.#statisticsWrittenMs >= pauseMs;
  }

  /** Encoded minutes that changed. */
  #dirtyMinutes(): [number, Uint8Array][] {
    const before = this.#clock.monotonicMs();
    const minutes = this.#statistics
      .dirtyMinutes()
      .map((minute): [number, Uint8Array] => [minute, this.#statistics.encodeMinute(minute)]);
    this.#statisticsWrittenMs = this.#clock.monotonicMs();
    this.#statisticsCostMs = this.#statisticsWrittenMs - before;
    this.#statisticsPending = false;
    return minutes;
  }
}
