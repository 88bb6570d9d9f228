/**
 * A closed partition becomes a segment: every block is read, its spans go into column blocks of some 4,096, and statistics are
 * added up by hour and day beside the minutes. Nothing is lost but what damage took already, and nothing changes place:
 * the order of spans and the cuts between the blocks as they were written are kept, so that cursors stay true.
 *
 * Runs in slices: after each block written it waits for `pause`. Memory: one block as it was written, one of columns, and four bytes
 * a trace and a distinct attribute value of a block.
 */
import type { SpanBatch } from '../../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../../otlp/span-columns.ts';
import { ColumnBlockWriter } from '../../columns/column-block-writer.ts';
import { SegmentWriter, type WrittenBlock } from '../../segment/segment-writer.ts';
import { batchOfBody } from '../block.ts';
import { decodeBody } from '../body-format.ts';
import { soundHead } from '../head-format.ts';
import { Partition } from '../partition.ts';
import { segmentPath } from '../partition-path.ts';
import { rolledUp } from './roll-up.ts';

export const BLOCK_SPANS = 4_096;
/** A block is finished before its spans take more than this, however few they are. */
const BLOCK_BYTES = 8 * 1024 * 1024;
/** Of a batch added at once: a request may hold millions of tiny spans. */
const ROWS_AT_ONCE = 16_384;

export interface RewriteReport {
  readonly spans: number;
  readonly blocks: number;
  /** Of the new file. */
  readonly bytes: number;
  /** Spans that damage had taken before. */
  readonly lost: number;
}

/** @throws on an I/O fault, leaving nothing behind, and what `pause` throws */
export async function rewritePartition(
  path: string,
  pause: () => Promise<void>,
): Promise<RewriteReport> {
  const partition = new Partition(path, { readOnly: true });
  const segment = new SegmentWriter(segmentPath(path));
  try {
    const rewrite = new Rewrite(segment, pause);
    const count = partition.blockCount();
    for (let block = 0; block < count; block++) await rewrite.take(partition, block);
    await rewrite.finishBlock();
    const bytes = segment.finish(rewrite.written, rolledUp(partition));
    return { spans: rewrite.spans, blocks: rewrite.blocks, bytes, lost: rewrite.lost };
  } catch (error) {
    segment.abandon();
    throw error;
  } finally {
    await partition.close();
  }
}

class Rewrite {
  readonly written: WrittenBlock[] = [];
  spans = 0;
  blocks = 0;
  lost = 0;
  readonly #segment: SegmentWriter;
  readonly #pause: () => Promise<void>;
  readonly #columns = new ColumnBlockWriter();

  constructor(segment: SegmentWriter, pause: () => Promise<void>) {
    this.#segment = segment;
    this.#pause = pause;
  }

  async take(partition: Partition, block: number): Promise<void> {
    const batch = readBlock(partition, block);
    const lost = batch === undefined ? spansOf(partition, block) : 0;
    this.lost += lost;
    this.written.push({ spans: batch?.count ?? 0, lost });
    if (batch === undefined) return;
    this.spans += batch.count;
    if (this.#columns.rawBytes + batch.bytes.length > BLOCK_BYTES) await this.finishBlock();
    if (batch.count <= ROWS_AT_ONCE) this.#columns.add(batch);
    else await this.#addInParts(batch);
    if (this.#columns.spanCount >= BLOCK_SPANS) await this.finishBlock();
  }

  async finishBlock(): Promise<void> {
    if (this.#columns.spanCount === 0) return;
    this.#segment.add(this.#columns.finish());
    this.blocks++;
    await this.#pause();
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

/** Undefined where it is damaged. */
function readBlock(partition: Partition, block: number): SpanBatch | undefined {
  const body = partition.body(block);
  try {
    return body === undefined ? undefined : batchOfBody(decodeBody(body));
  } catch {
    return undefined;
  }
}

function spansOf(partition: Partition, block: number): number {
  const head = partition.head(block);
  return (head === undefined ? undefined : soundHead(head))?.spanCount ?? 0;
}
