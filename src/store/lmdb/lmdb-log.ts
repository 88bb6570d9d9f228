/**
 * The embedded store as a log: blocks in the order in which they were committed, from any span on. A block
 * whose spans go out unchanged and whole is handed over as it lies; otherwise requests are rebuilt from
 * records, with tracestate spliced where our own sampling raised the threshold.
 */
import { type SpanBatch, spanBytes } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { spliceTraceState } from '../../otlp/splice-trace-state.ts';
import { type FramedSpan, writeTraces } from '../../otlp/write-traces.ts';
import type { CommitSignal } from '../commit-signal.ts';
import type { LogChunk, LogCursor, SpanLog } from '../contracts/span-log.ts';
import { framesOf } from './block.ts';
import type { PartitionRecord } from './catalogue.ts';
import type { SoundPartitions } from './sound-partitions.ts';
import type { StoredPartition } from './stored-partition.ts';

/** Field tags and lengths around a span and its share of the envelopes. */
const ENVELOPE_BYTES = 32;
const WAIT_MS = 1_000;

interface Piece {
  readonly request: Uint8Array;
  readonly spanCount: number;
  /** Within the block; the block's end where it was read to it. */
  readonly nextOrdinal: number;
  readonly isWhole: boolean;
}

export class LmdbLog implements SpanLog {
  readonly #partitions: SoundPartitions;
  readonly #signal: CommitSignal;

  constructor(partitions: SoundPartitions, signal: CommitSignal) {
    this.#partitions = partitions;
    this.#signal = signal;
  }

  async read(cursor: LogCursor, bytesMax: number): Promise<LogChunk | undefined> {
    const walk = new LogWalk(cursor, bytesMax);
    walk.expiredSpans = this.#expiredSince(cursor);
    for (const record of this.#partitions.records()) {
      if (record.number < cursor.partition) continue;
      const partition = await this.#partitions.open(record.number);
      if (partition === undefined) continue;
      this.#readPartition(record, partition, walk);
      if (walk.isFull || (walk.pieces.length > 0 && record.state === 'open')) break;
    }
    return walk.chunk();
  }

  #readPartition(record: PartitionRecord, partition: StoredPartition, walk: LogWalk): void {
    const resumes = record.number === walk.cursor.partition;
    const count = partition.writtenCount();
    for (let block = resumes ? walk.cursor.block : 0; block < count; block++) {
      const ordinal = resumes && block === walk.cursor.block ? walk.cursor.ordinal : 0;
      const batch = partition.written(block);
      const at = { partition: record.number, block };
      if (batch === undefined) {
        walk.skip(at, partition.writtenSpans(block) - ordinal);
        continue;
      }
      if (ordinal >= batch.count) continue;
      walk.take(at, batch, ordinal);
      if (walk.isFull) return;
      walk.lose(partition.missingSpans(block));
    }
  }

  /** Spans of partitions that expired at or after the cursor; a partition read in part counts by its share. */
  #expiredSince(cursor: LogCursor): number {
    let spans = 0;
    for (const expired of this.#partitions.expired()) {
      if (expired.number < cursor.partition) continue;
      const read =
        expired.number === cursor.partition ? cursor.block / Math.max(1, expired.blocks) : 0;
      spans += Math.round(expired.spans * Math.max(0, 1 - read));
    }
    return spans;
  }

  async end(): Promise<LogCursor> {
    const last = this.#partitions.records().at(-1);
    if (last === undefined) return { partition: 0, block: 0, ordinal: 0 };
    const partition = await this.#partitions.open(last.number);
    return { partition: last.number, block: partition?.writtenCount() ?? 0, ordinal: 0 };
  }

  async oldest(): Promise<LogCursor> {
    const first = this.#partitions.records()[0];
    return { partition: first?.number ?? 0, block: 0, ordinal: 0 };
  }

  async waitFor(cursor: LogCursor, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const seen = this.#signal.value;
      if (await this.#hasAfter(cursor)) return;
      await this.#signal.changed(seen, WAIT_MS, signal);
    }
  }

  async #hasAfter(cursor: LogCursor): Promise<boolean> {
    for (const { number } of this.#partitions.records()) {
      if (number < cursor.partition) continue;
      const count = (await this.#partitions.open(number))?.writtenCount() ?? 0;
      if (number > cursor.partition ? count > 0 : count > cursor.block) {
        if (number > cursor.partition || cursor.ordinal === 0 || count > cursor.block + 1)
          return true;
        // The cursor stands within the last block.
        const partition = await this.#partitions.open(number);
        if ((partition?.writtenSpans(cursor.block) ?? 0) > cursor.ordinal) return true;
      }
    }
    return false;
  }
}

/** One `read`: pieces until the request is full. */
class LogWalk {
  readonly cursor: LogCursor;
  readonly pieces: Piece[] = [];
  isFull = false;
  expiredSpans = 0;
  #damagedSpans = 0;
  #bytes = 0;
  #from: LogCursor | undefined;
  #next: LogCursor | undefined;
  readonly #bytesMax: number;

  constructor(cursor: LogCursor, bytesMax: number) {
    this.cursor = cursor;
    this.#bytesMax = bytesMax;
  }

  take(at: { partition: number; block: number }, batch: SpanBatch, ordinal: number): void {
    const piece = pieceOf(batch, ordinal, this.#bytesMax - this.#bytes, this.pieces.length === 0);
    if (piece === undefined) {
      this.isFull = true;
      return;
    }
    this.#from ??= { ...at, ordinal };
    this.#next = piece.isWhole
      ? { partition: at.partition, block: at.block + 1, ordinal: 0 }
      : { ...at, ordinal: piece.nextOrdinal };
    this.pieces.push(piece);
    this.#bytes += piece.request.length;
    this.isFull = !piece.isWhole;
  }

  lose(spans: number): void {
    this.#damagedSpans += spans;
  }

  skip(at: { partition: number; block: number }, spans: number): void {
    this.#damagedSpans += Math.max(0, spans);
    this.#next = { partition: at.partition, block: at.block + 1, ordinal: 0 };
  }

  chunk(): LogChunk | undefined {
    if (this.#next === undefined) return undefined;
    const requests = this.pieces.map(({ request }) => request);
    return {
      // ResourceSpans of several blocks follow each other: that is one request.
      request: requests.length === 1 ? requests[0]! : Buffer.concat(requests),
      spanCount: this.pieces.reduce((sum, { spanCount }) => sum + spanCount, 0),
      from: this.#from ?? this.cursor,
      next: this.#next,
      expiredSpans: this.expiredSpans,
      damagedSpans: this.#damagedSpans,
    };
  }
}

/** Spans from `ordinal` on, as many as fit; undefined where none does and it need not. */
function pieceOf(
  batch: SpanBatch,
  ordinal: number,
  bytesMax: number,
  mustTakeOne: boolean,
): Piece | undefined {
  if (ordinal === 0 && batch.bytes.length <= bytesMax && !hasRaised(batch))
    return {
      request: batch.bytes,
      spanCount: batch.count,
      nextOrdinal: batch.count,
      isWhole: true,
    };
  const spans: FramedSpan[] = [];
  let bytes = 0;
  let row = ordinal;
  for (; row < batch.count; row++) {
    const at = row * STRIDE;
    const raised = (batch.rows[at + COLUMN.bits]! & BITS.raised) !== 0;
    const plain = spanBytes(batch, row);
    const span = raised ? spliceTraceState(plain, batch.threshold) : plain;
    const frames = framesOf(batch, batch.rows[at + COLUMN.scope]!);
    const before = spans.at(-1);
    const shares = before?.resource === frames.resource && before.scope === frames.scope;
    const size =
      span.length + ENVELOPE_BYTES + (shares ? 0 : frames.resource.length + frames.scope.length);
    if (bytes + size > bytesMax && !(spans.length === 0 && mustTakeOne)) break;
    bytes += size;
    spans.push({ span, ...frames });
  }
  if (spans.length === 0) return undefined;
  return {
    request: writeTraces(spans),
    spanCount: spans.length,
    nextOrdinal: row,
    isWhole: row === batch.count,
  };
}

function hasRaised(batch: SpanBatch): boolean {
  for (let row = 0; row < batch.count; row++)
    if ((batch.rows[row * STRIDE + COLUMN.bits]! & BITS.raised) !== 0) return true;
  return false;
}
