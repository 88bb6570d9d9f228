/**
 * Makes a segment whose directory is damaged anew from what is whole of it: blocks wherever they lie, statistics whose own checksums
 * hold, and how it was cut as it was written, where that is known. The damaged file is only read.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SpanBatch } from '../../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../../otlp/span-columns.ts';
import type { ColumnBlock } from '../../columns/column-block.ts';
import { ColumnBlockWriter } from '../../columns/column-block-writer.ts';
import { DamagedBlock } from '../../columns/damaged-block.ts';
import { recut } from '../../segment/recut.ts';
import { SegmentFile } from '../../segment/segment-file.ts';
import {
  type EncodedPeriod,
  SegmentWriter,
  type WrittenBlock,
} from '../../segment/segment-writer.ts';
import { wholeBlocks } from '../../segment/whole-blocks.ts';
import { decodeMinute } from '../../statistics/statistics-codec.ts';

export interface RepairReport {
  readonly spans: number;
  readonly blocks: number;
  /** Of the new file. */
  readonly bytes: number;
  readonly arrivalMax: number;
  readonly written: number;
  /** Periods of statistics that were saved; undefined where their index is lost, and they with it. */
  readonly periods: number | undefined;
}

/**
 * Writes the file `freshPath` from `damagedPath`. `written`: how many blocks it was written as, for cursors.
 * @throws on an I/O fault
 */
export async function repairSegment(
  damagedPath: string,
  freshPath: string,
  written: number,
  pause: () => Promise<void>,
): Promise<RepairReport> {
  mkdirSync(dirname(freshPath), { recursive: true, mode: 0o700 });
  const rest = attempt(() => new SegmentFile(damagedPath));
  let segment: SegmentWriter | undefined;
  try {
    segment = new SegmentWriter(freshPath);
    const columns = new ColumnBlockWriter();
    const spanCounts: number[] = [];
    let arrivalMax = 0;
    for (const block of wholeBlocks(damagedPath)) {
      for (const batch of sameThreshold(block)) columns.add(batch);
      const encoded = columns.finish();
      arrivalMax = Math.max(arrivalMax, encoded.arrivalMax);
      spanCounts.push(encoded.spanCount);
      segment.add(encoded);
      await pause();
    }
    const spans = spanCounts.reduce((sum, count) => sum + count, 0);
    const cuts =
      asWritten(
        attempt(() => rest?.written()),
        spans,
      ) ?? recut(written, spanCounts);
    const periods = rest === undefined ? undefined : soundPeriods(rest);
    const bytes = segment.finish(cuts, periods ?? []);
    const blocks = spanCounts.length;
    return { spans, blocks, bytes, arrivalMax, written: cuts.length, periods: periods?.length };
  } catch (error) {
    segment?.abandon();
    throw error;
  } finally {
    rest?.close();
  }
}

/** How it was cut, as long as no span is missing: of which blocks others were cannot be told. */
function asWritten(
  written: readonly WrittenBlock[] | undefined,
  spans: number,
): readonly WrittenBlock[] | undefined {
  const held = written?.reduce((sum, block) => sum + block.spans, 0);
  return held === spans ? written : undefined;
}

/** Undefined where their index is lost. */
function soundPeriods(rest: SegmentFile): EncodedPeriod[] | undefined {
  const entries = attempt(() => rest.periods());
  return entries?.flatMap((entry) => {
    const encoded = attempt(() => rest.statistics(entry));
    const isSound = encoded !== undefined && decodeMinute(encoded) !== undefined;
    return isSound ? [{ unit: entry.unit, minute: entry.minute, encoded }] : [];
  });
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedBlock) return undefined;
    throw error;
  }
}

/** The rows of a block in batches of one threshold each: a batch has no more. */
function* sameThreshold(block: ColumnBlock): Generator<SpanBatch> {
  const whole = block.batch();
  let from = 0;
  let threshold = 0n;
  for (let row = 0; row < whole.count; row++) {
    const own = block.threshold(row);
    if (own === 0n || own === threshold) continue;
    if (threshold !== 0n) {
      yield part(whole, from, row, threshold);
      from = row;
    }
    threshold = own;
  }
  yield part(whole, from, whole.count, threshold);
}

/** Rows [from, to); those before and behind are not kept. */
function part(batch: SpanBatch, from: number, to: number, threshold: bigint): SpanBatch {
  const { bytes, count, scopeCount, scopes, resourceCount, resources, segments } = batch;
  const rows = batch.rows.slice(0, count * STRIDE);
  for (let row = 0; row < count; row++)
    if (row < from || row >= to) rows[row * STRIDE + COLUMN.bits]! &= ~BITS.kept;
  return { bytes, count, rows, scopeCount, scopes, resourceCount, resources, segments, threshold };
}
