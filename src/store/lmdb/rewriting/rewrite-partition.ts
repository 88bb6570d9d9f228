/**
 * A closed partition becomes a segment: every block is read, its spans go into column blocks of some 4,096, and statistics are
 * added up by hour and day beside the minutes. Nothing is lost but what damage took already, and nothing changes place:
 * the order of spans and the cuts between the blocks as they were written are kept, so that cursors stay true.
 *
 * Runs in slices: after each block written it waits for `pause`. Memory: one block as it was written, one of columns, and four bytes
 * a trace and a distinct attribute value of a block.
 */
import { existsSync, rmSync } from 'node:fs';
import { SpanScanner } from '../../../otlp/scan-traces.ts';
import type { SpanBatch } from '../../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../../otlp/span-columns.ts';
import { collectGarbage } from '../../../telemetry/collect-garbage.ts';
import { ColumnBlockWriter } from '../../columns/column-block-writer.ts';
import { DamagedBlock } from '../../columns/damaged-block.ts';
import { Segment } from '../../segment/segment.ts';
import { SegmentWriter, type WrittenBlock } from '../../segment/segment-writer.ts';
import { batchOfBody } from '../block.ts';
import { decodeBody } from '../body-format.ts';
import { soundHead } from '../head-format.ts';
import { Partition } from '../partition.ts';
import { segmentPath } from '../partition-path.ts';
import type { DamagedBlockReport } from '../recovery/walk-partition.ts';
import { rolledUp } from './roll-up.ts';

export const BLOCK_SPANS = 4_096;
/** A block is finished before its spans take more than this, however few they are. */
const BLOCK_BYTES = 8 * 1024 * 1024;
/** Of a batch added at once: a request may hold millions of tiny spans. */
const ROWS_AT_ONCE = 16_384;
/** Pages of a mapped file are memory of ours until it is closed: it is, and opened again, after so many bytes of blocks. */
const MAPPED_BYTES = 16 * 1024 * 1024;
/** Blocks between two collections of garbage. */
const VERIFIED_AT_ONCE = 24;

export interface RewriteReport {
  readonly spans: number;
  readonly blocks: number;
  /** Of the new file. */
  readonly bytes: number;
  /** Of the blocks as they were written. */
  readonly written: number;
  /** Highest arrival number. */
  readonly arrivalMax: number;
  /** Blocks that could not be read. */
  readonly damaged: readonly DamagedBlockReport[];
  /** Minutes of statistics that could not be read. */
  readonly damagedMinutes: number;
}

/**
 * What it has written it reads again before it returns: after that nobody has the blocks any more.
 * @throws on an I/O fault, leaving nothing behind, and what `pause` throws
 */
export async function rewritePartition(
  path: string,
  pause: () => Promise<void>,
): Promise<RewriteReport> {
  let partition = new Partition(path, { readOnly: true });
  let segment: SegmentWriter | undefined;
  try {
    segment = new SegmentWriter(segmentPath(path));
    const rewrite = new Rewrite(segment, pause);
    const count = partition.blockCount();
    for (let block = 0, mapped = 0; block < count; block++) {
      const before = rewrite.bytesRead;
      await rewrite.take(partition, block);
      mapped += rewrite.bytesRead - before;
      // One that expired meanwhile could not be opened again.
      if (mapped < MAPPED_BYTES || !existsSync(path)) continue;
      await partition.close();
      partition = new Partition(path, { readOnly: true });
      mapped = 0;
    }
    await rewrite.finishBlock();
    // What follows needs memory of its own, and blocks leave theirs outside the heap.
    collectGarbage('regular');
    let damagedMinutes = 0;
    const periods = rolledUp(partition, () => damagedMinutes++);
    const bytes = segment.finish(rewrite.written, periods);
    const { spans, blocks, damaged, written, arrivalMax } = rewrite;
    verify(segmentPath(path), spans);
    return {
      spans,
      blocks,
      bytes,
      written: written.length,
      arrivalMax,
      damaged,
      damagedMinutes,
    };
  } catch (error) {
    segment?.abandon();
    rmSync(segmentPath(path), { force: true });
    throw error;
  } finally {
    await partition.close();
  }
}

/** @throws DamagedBlock where a reader could not read it, or would refuse to */
function verify(path: string, spans: number): void {
  const segment = new Segment(path);
  try {
    segment.verify((block) => {
      if (block % VERIFIED_AT_ONCE === 0) collectGarbage('regular');
    });
    const held = segment.directory.spanCount.reduce((sum, count) => sum + count, 0);
    if (held !== spans) throw new DamagedBlock(`it holds ${held} of ${spans} spans`);
  } finally {
    segment.close();
  }
}

class Rewrite {
  readonly written: WrittenBlock[] = [];
  readonly damaged: DamagedBlockReport[] = [];
  spans = 0;
  blocks = 0;
  bytesRead = 0;
  arrivalMax = 0;
  readonly #segment: SegmentWriter;
  readonly #pause: () => Promise<void>;
  readonly #columns = new ColumnBlockWriter();
  readonly #scanner = new SpanScanner();
  /** Spans of the block that was read last, where it is damaged. */
  #lost = 0;

  constructor(segment: SegmentWriter, pause: () => Promise<void>) {
    this.#segment = segment;
    this.#pause = pause;
  }

  async take(partition: Partition, block: number): Promise<void> {
    const batch = this.#read(partition, block);
    this.written.push({ spans: batch?.count ?? 0, lost: this.#lost });
    if (batch === undefined) return;
    this.spans += batch.count;
    if (this.#columns.rawBytes + batch.bytes.length > BLOCK_BYTES) await this.finishBlock();
    if (batch.count <= ROWS_AT_ONCE) this.#columns.add(batch);
    else await this.#addInParts(batch);
    if (this.#columns.spanCount >= BLOCK_SPANS) await this.finishBlock();
  }

  async finishBlock(): Promise<void> {
    if (this.#columns.spanCount === 0) return;
    const encoded = this.#columns.finish();
    this.arrivalMax = Math.max(this.arrivalMax, encoded.arrivalMax);
    this.#segment.add(encoded);
    this.blocks++;
    await this.#pause();
  }

  /** Undefined where it is damaged: that costs this block alone. */
  #read(partition: Partition, block: number): SpanBatch | undefined {
    this.#lost = 0;
    // Until the head is read: a view that the next read overwrites.
    const body = partition.body(block);
    this.bytesRead += body?.length ?? 0;
    try {
      if (body === undefined) throw new Error('it is not there');
      return batchOfBody(decodeBody(body), this.#scanner);
    } catch (error) {
      const head = partition.head(block);
      // A gap that a salvage left, and told.
      if (body === undefined && head === undefined) return undefined;
      this.#lost = (head === undefined ? undefined : soundHead(head))?.spanCount ?? 0;
      const reason = error instanceof Error ? error.message : String(error);
      this.damaged.push({ block, reason, spans: this.#lost });
      return undefined;
    }
  }

  async #addInParts(batch: SpanBatch): Promise<void> {
    for (let from = 0; from < batch.count; from += ROWS_AT_ONCE) {
      await this.finishBlock();
      const rows = batch.rows.slice(0, batch.count * STRIDE);
      for (let row = 0; row < batch.count; row++)
        if (row < from || row >= from + ROWS_AT_ONCE)
          rows[row * STRIDE + COLUMN.bits]! &= ~BITS.kept;
      this.#columns.add({ ...viewOf(batch), rows });
    }
  }
}

/** Its fields by name: a scanner has some of them from its class. */
function viewOf(batch: SpanBatch): SpanBatch {
  const { bytes, count, rows, scopeCount, scopes, resourceCount, resources, segments, threshold } =
    batch;
  return { bytes, count, rows, scopeCount, scopes, resourceCount, resources, segments, threshold };
}
