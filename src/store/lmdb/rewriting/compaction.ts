/**
 * A compaction: everything that is closed is rewritten now, and what interrupted work left is removed. On the writer thread. Writing
 * goes on meanwhile; what is closed after it began is not waited for.
 */
import { dirname } from 'node:path';
import type { CompactionReport } from '../../../model/storage-inventory.ts';
import type { PartitionRecord } from '../catalogue.ts';
import { dataFiles } from '../inventory/data-files.ts';
import { leftoversOf, removeLeftovers } from '../inventory/leftovers.ts';
import { partitionPath } from '../partition-path.ts';
import type { PartitionWriter } from '../partition-writer.ts';
import type { Rewriter } from './rewriter.ts';

export interface CompactionHost {
  readonly dataPath: string;
  readonly writer: PartitionWriter;
  readonly rewriter: Rewriter;
  /** Everything that an earlier life left has been looked at. */
  readonly recovered: Promise<void>;
}

/** @throws on an I/O fault; partitions that cannot be rewritten stay, and are counted */
export async function compact(host: CompactionHost): Promise<CompactionReport> {
  const { dataPath, writer, rewriter } = host;
  await writer.closePartition();
  await host.recovered;
  const before = writer.catalogue.partitions().filter(({ state }) => state === 'closed');
  const workedBefore = rewriter.workedMs;
  await rewriter.finish();
  const after = new Map(writer.catalogue.partitions().map((record) => [record.number, record]));
  const pairs = before.flatMap((record): [PartitionRecord, PartitionRecord][] => {
    const now = after.get(record.number);
    return now === undefined ? [] : [[record, now]];
  });
  const waited = pairs.filter(([record]) => record.form === 'blocks').map(([, now]) => now);
  const rewritten = waited.filter(({ form }) => form === 'columns');
  const busy = rewriter.current;
  // What is being rewritten by now has an unfinished file, and needs it.
  const leftovers = leftoversOf(
    dataPath,
    dataFiles(dataPath),
    writer.catalogue.partitions(),
  ).filter(({ path }) => busy === undefined || dirname(path) !== partitionPath(dataPath, busy));
  return {
    partitions: rewritten.length,
    spans: sum(rewritten, 'spans'),
    bytesBefore: sum(
      pairs.map(([record]) => record),
      'bytes',
    ),
    bytesAfter: sum(
      pairs.map(([, now]) => now),
      'bytes',
    ),
    spansHeld: sum(
      pairs.map(([, now]) => now),
      'spans',
    ),
    failed: waited.length - rewritten.length,
    workedMs: Math.round(rewriter.workedMs - workedBefore),
    leftovers: removeLeftovers(leftovers),
  };
}

function sum(records: readonly PartitionRecord[], field: 'bytes' | 'spans'): number {
  return records.reduce((total, record) => total + record[field], 0);
}
