/**
 * The one writer of a data directory: turns batches into blocks, commits them, closes partitions, lets the
 * old ones go. Synchronous, so that a fault is thrown where it happened; runs on the writer thread
 * (writer-thread.ts), or wherever a test puts it.
 *
 * A partition begins with the first write, and is closed after an hour, at 1/16 of the retention's bytes,
 * or when the writer stops. Every life of the writer begins a partition of its own: what an earlier life left open
 * is checked by a child process and closed, never written to again.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import { type SpanBatch, spanBytes } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import type { Counters } from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { OperationIndex } from '../statistics/operation-index.ts';
import { StatisticsTable } from '../statistics/statistics-table.ts';
import { batchOfBody, bodyColumns, describeBlock, framesOf, keptTraces } from './block.ts';
import { BodyEncoder, type BodyEncoding, decodeBody } from './body-format.ts';
import { Catalogue, type PartitionRecord } from './catalogue.ts';
import { type BlockHead, decodeHead, encodeHead } from './head-format.ts';
import { Partition, partitionPath, removePartition, writeTraceIndex } from './partition.ts';
import { ResendWindow } from './resend-window.ts';
import { WriteRoom, type WriteRoomSettings } from './write-room.ts';

export interface WriterSettings extends WriteRoomSettings {
  readonly encoding: BodyEncoding;
  /** A partition is expired once its newest span is older. 0: never. */
  readonly maxAgeMs: number;
  /** Of all partitions together; the open one is never expired. */
  readonly maxBytes: number;
  /** @default an hour */
  readonly partitionAgeMs?: number;
}

export type CommitOutcome =
  | { readonly status: 'committed'; readonly spans: number; readonly duplicates: number }
  | { readonly status: 'refused'; readonly reason: string; readonly retryAfterMs: number };

const HOUR_MS = 3_600_000;
/** Statistics are committed with every block, unless writing them out would take more than this share of time. */
const STATISTICS_SHARE = 0.02;
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
  readonly #room: WriteRoom;
  readonly #bodies: BodyEncoder;
  readonly #window = new ResendWindow();
  readonly #operations = new OperationIndex();
  readonly #statistics = new StatisticsTable();
  #statisticsWrittenMs = Number.NEGATIVE_INFINITY;
  #statisticsCostMs = 0;
  #statisticsPending = false;
  #open: OpenPartition | undefined;
  #nextNumber: number;
  #resendSource: { partition: number; block: number; batch: SpanBatch } | undefined;

  /** @throws where nothing could be written, or a newer Synton has written */
  constructor(settings: WriterSettings, host: { clock: Clock; counters: Counters; log: Logger }) {
    this.#settings = settings;
    this.#bodies = new BodyEncoder(settings.encoding);
    this.#room = new WriteRoom(settings);
    const objection = this.#room.objection(0);
    if (objection !== undefined) throw new Error(objection);
    this.#clock = host.clock;
    this.#counters = host.counters;
    this.#log = host.log;
    this.catalogue = new Catalogue(settings.path, this.boot);
    this.#nextNumber = this.catalogue.lastNumber + 1;
    // A life that ended between taking a partition out of the catalogue and unlinking it left its folder.
    for (const { number } of this.catalogue.expired())
      removePartition(partitionPath(settings.path, number));
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
    const duplicates = this.#dropResends(batch);
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
      removePartition(partitionPath(this.#settings.path, record.number));
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

  /**
   * Closes the open partition. The writer stays usable: the next commit opens another. What cannot be written
   * is left to the next start, which closes it as it does after a crash. @throws on an I/O fault
   */
  async closePartition(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#resendSource = undefined;
    const minutes = this.#dirtyMinutes();
    this.#statistics.clear();
    try {
      if (this.#room.objection(COMMIT_BYTES) === undefined)
        open.partition.commit(undefined, minutes);
      writeTraceIndex(open.partition.path, open.hashes);
      this.catalogue.put(this.#describe(open, 'closed'));
    } finally {
      await open.partition.close();
    }
  }

  async close(): Promise<void> {
    await this.closePartition();
  }

  #nowMs(): number {
    return Number(this.#clock.unixNano() / 1_000_000n);
  }

  /** `bytes` are about to be written. */
  #rotateIfDue(bytes: number): void {
    const open = this.#open;
    if (open === undefined) return;
    const { maxBytes, partitionAgeMs = HOUR_MS } = this.#settings;
    if (
      this.#nowMs() - open.openedAtMs < partitionAgeMs &&
      open.bytes < maxBytes / 16 &&
      open.blocks < BLOCKS_MAX &&
      open.partition.fileBytes() + bytes < this.#room.partitionBytesMax
    )
      return;
    this.closePartition().catch((error: unknown) =>
      this.#log.error(
        { partition: open.number, error: String(error) },
        'closing a partition failed',
      ),
    );
    this.expire();
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

  /**
   * Clears BITS.kept on rows whose very bytes were written lately, or stand earlier in this batch, and
   * keeps them out of statistics; remembers the others. An entry whose commit then fails does no harm:
   * its place will not hold those bytes.
   */
  #dropResends(batch: SpanBatch): number {
    const { rows } = batch;
    const partition = this.#open?.number ?? this.#nextNumber;
    const block = this.#open?.blocks ?? 0;
    let duplicates = 0;
    for (let row = 0; row < batch.count; row++) {
      const at = row * STRIDE;
      if ((rows[at + COLUMN.bits]! & BITS.kept) === 0) continue;
      const place = this.#window.find(rows, at);
      if (place !== undefined) {
        const here = place.partition === partition && place.block === block;
        const stored = here ? batch : this.#storedBatch(place);
        if (stored !== undefined && holdsSpan(stored, here ? row : stored.count, batch, row)) {
          rows[at + COLUMN.bits] = (rows[at + COLUMN.bits]! & ~BITS.kept) | BITS.counted;
          duplicates++;
          continue;
        }
      }
      this.#window.add(rows, at, partition, block);
    }
    if (duplicates > 0) this.#counters.drop('duplicate', duplicates);
    return duplicates;
  }

  /** The block of a candidate, decoded; the last one is kept, as a resend comes span after span. */
  #storedBatch(place: { partition: number; block: number }): SpanBatch | undefined {
    const last = this.#resendSource;
    if (last !== undefined && last.partition === place.partition && last.block === place.block)
      return last.batch;
    if (place.partition !== this.#open?.number) return undefined;
    this.#open.partition.refresh();
    const body = this.#open.partition.body(place.block);
    if (body === undefined) return undefined;
    const batch = batchOfBody(decodeBody(body));
    this.#resendSource = { ...place, batch };
    return batch;
  }
}

/** Whether one of the first `count` rows of `stored` is the very span, frames included, of a row. */
function holdsSpan(stored: SpanBatch, count: number, batch: SpanBatch, row: number): boolean {
  const at = row * STRIDE;
  for (let other = 0; other < count; other++) {
    const otherAt = other * STRIDE;
    if (!sameIdentity(stored.rows, otherAt, batch.rows, at)) continue;
    if (Buffer.compare(spanBytes(stored, other), spanBytes(batch, row)) !== 0) continue;
    const a = framesOf(stored, stored.rows[otherAt + COLUMN.scope]!);
    const b = framesOf(batch, batch.rows[at + COLUMN.scope]!);
    if (Buffer.compare(a.resource, b.resource) === 0 && Buffer.compare(a.scope, b.scope) === 0)
      return true;
  }
  return false;
}

function sameIdentity(a: Uint32Array, atA: number, b: Uint32Array, atB: number): boolean {
  for (let i = 0; i < 6; i++) if (a[atA + i] !== b[atB + i]) return false;
  return true;
}

/** The heads of a partition that can be read; `damaged` is called for the others. */
export function* readableHeads(
  partition: Partition,
  damaged: (blockNumber: number, reason: string) => void = () => {},
): Generator<BlockHead> {
  const count = partition.blockCount();
  for (let block = 0; block < count; block++) {
    const bytes = partition.head(block);
    if (bytes === undefined) continue;
    try {
      yield decodeHead(bytes);
    } catch (error) {
      damaged(block, String(error));
    }
  }
}
