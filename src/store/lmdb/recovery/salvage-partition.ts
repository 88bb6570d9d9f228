/**
 * Saves what can be saved of a partition whose LMDB pages are damaged: a scan of the raw file finds block bodies
 * wherever they lie. What is found goes into a new partition under its old block numbers; heads are made again
 * from the bodies.
 */
import { join } from 'node:path';
import { headOfBody } from '../block.ts';
import { checkBody } from '../body-format.ts';
import { type BlockHead, encodeHead } from '../head-format.ts';
import { Partition, partitionBytes, writeTraceIndex } from '../partition.ts';
import { DATA_FILE } from '../partition-path.ts';
import { rawBodies } from './raw-partition.ts';
import type { WalkReport } from './walk-partition.ts';

export interface SalvageReport extends Omit<WalkReport, 'damaged'> {
  /** Numbers below the highest found that are not there. */
  readonly missing: readonly number[];
}

/** Reads `damagedPath`, writes the partition `newPath`. */
export async function salvagePartition(
  damagedPath: string,
  newPath: string,
): Promise<SalvageReport> {
  const partition = new Partition(newPath, { readOnly: false });
  const found = new Map<number, BlockHead>();
  for (const body of rawBodies(join(damagedPath, DATA_FILE))) {
    const { blockNumber } = checkBody(body);
    if (found.has(blockNumber)) continue;
    const head = headOfBody(body);
    partition.commit({ blockNumber, head: encodeHead(head), body }, []);
    found.set(blockNumber, head);
  }
  await partition.close();
  const heads = [...found.values()];
  if (heads.length > 0) writeTraceIndex(newPath, heads);
  const highest = Math.max(-1, ...found.keys());
  const missing: number[] = [];
  for (let block = 0; block < highest; block++) if (!found.has(block)) missing.push(block);
  return {
    blocks: heads.length,
    spans: heads.reduce((sum, { spanCount }) => sum + spanCount, 0),
    arrivalMax: heads.reduce((max, { arrivalMax }) => Math.max(max, arrivalMax), 0),
    newestMs: heads.reduce((max, { writtenAtMs }) => Math.max(max, writtenAtMs), 0),
    bytes: partitionBytes(newPath),
    missing,
  };
}
