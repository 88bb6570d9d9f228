/**
 * Goes over the segments of earlier lives, youngest first, in the background: nobody waits for it, as readers need no one's word. One
 * that is missing or another's is damaged; of one whose directory is damaged, what is whole is saved into a new one, and
 * the old folder is kept aside as `….corrupt-<time>`. Once a partition and life: what cannot be saved is said, and left.
 */
import { renameSync } from 'node:fs';
import { ownThread } from '../../../pipeline/own-thread.ts';
import type { PartitionRecord } from '../catalogue.ts';
import { asidePath, partitionPath, removePartition, segmentPath } from '../partition-path.ts';
import { finishedSalvage, type RecoveryHost, salvagedPath } from './recover-partitions.ts';
import type { RepairReport } from './repair-segment.ts';
import type { SegmentFinding, SegmentJob } from './segment-messages.ts';

/** Resolves when all have been looked at, or the signal aborts. Never rejects: what fails is logged. */
export async function checkSegments(host: RecoveryHost, signal: AbortSignal): Promise<void> {
  const jobs = host.catalogue
    .partitions()
    .filter(
      ({ form, state, boot }) =>
        form === 'columns' && state === 'closed' && boot !== host.catalogue.boot,
    )
    .reverse()
    .map((record) => jobOf(host.dataPath, record));
  if (jobs.length === 0 || signal.aborted) return;
  const thread = ownThread('./segment-thread', import.meta.url, {
    workerData: jobs,
    name: 'synton-segments',
  });
  thread.unref();
  const stop = () => void thread.terminate();
  signal.addEventListener('abort', stop, { once: true });
  await new Promise<void>((resolve) => {
    thread.on('message', (finding: SegmentFinding) => found(host, finding));
    thread.on('error', (error) =>
      host.log.error({ error: String(error) }, 'looking over the partitions in columns failed'),
    );
    thread.on('exit', () => resolve());
  });
  signal.removeEventListener('abort', stop);
}

function jobOf(dataPath: string, record: PartitionRecord): SegmentJob {
  const folder = partitionPath(dataPath, record.number);
  // An earlier life was interrupted: between the two renames of a repair, or before them.
  if (!finishedSalvage(folder)) removePartition(salvagedPath(folder));
  const { number, spans, blocks, bytes, written } = record;
  const path = segmentPath(folder);
  const freshPath = segmentPath(salvagedPath(folder));
  return {
    ...{ number, spans, blocks, bytes, path, freshPath },
    ...(written === undefined ? {} : { written }),
  };
}

function found(host: RecoveryHost, finding: SegmentFinding): void {
  const { number } = finding;
  const record = host.catalogue.partitions().find((known) => known.number === number);
  try {
    // Otherwise it has expired meanwhile.
    if (record !== undefined) enter(host, record, finding);
    else removePartition(salvagedPath(partitionPath(host.dataPath, number)));
  } catch (error) {
    host.log.error({ partition: number, error: String(error) }, 'a finding could not be entered');
  }
}

function enter(host: RecoveryHost, record: PartitionRecord, finding: SegmentFinding): void {
  if (finding.status === 'sound') {
    // The catalogue was made again, and learns of it now.
    if (record.bytes === 0) host.catalogue.put({ ...record, ...finding.totals });
    return;
  }
  host.counters.add('partitions_damaged');
  if (finding.status === 'unrepaired') {
    const { reason, failure } = finding;
    host.log.error(
      { partition: record.number, reason, failure },
      'a damaged partition could not be repaired: the next start tries again',
    );
  } else if (finding.status === 'repaired') repaired(host, record, finding);
  else lost(host, record, finding);
  host.progressed();
}

function lost(
  host: RecoveryHost,
  record: PartitionRecord,
  finding: Exclude<SegmentFinding, { status: 'sound' | 'repaired' | 'unrepaired' }>,
): void {
  const path = partitionPath(host.dataPath, record.number);
  host.counters.drop('damaged', record.spans);
  removePartition(salvagedPath(path));
  host.catalogue.put({ ...record, state: 'damaged' });
  const fields = { partition: record.number, spansLost: record.spans };
  if (finding.status === 'missing') {
    host.log.error({ ...fields, path }, 'a partition is missing: its spans are lost');
    return;
  }
  const keptAside = asidePath(path);
  renameSync(path, keptAside);
  const { status: _, number: __, ...why } = finding;
  host.log.error(
    { ...fields, ...why, keptAside },
    finding.status === 'foreign'
      ? 'a partition is not what was written there: it is kept aside, and not read'
      : 'a partition is damaged and nothing of it could be read',
  );
  host.setAside();
}

function repaired(
  host: RecoveryHost,
  record: PartitionRecord,
  { reason, report }: { readonly reason: string; readonly report: RepairReport },
): void {
  const path = partitionPath(host.dataPath, record.number);
  const keptAside = asidePath(path);
  renameSync(path, keptAside);
  renameSync(salvagedPath(path), path);
  const spansLost = Math.max(0, record.spans - report.spans);
  if (spansLost > 0) host.counters.drop('damaged', spansLost);
  const { spans, blocks, bytes, arrivalMax, written, periods } = report;
  host.catalogue.put({
    ...record,
    ...{ spans, blocks, bytes, arrivalMax, written },
    repairs: (record.repairs ?? 0) + 1,
  });
  host.log.error(
    {
      ...{ partition: record.number, reason, spans, spansLost, keptAside },
      statistics: periods === undefined ? 'lost' : `${periods} periods saved`,
    },
    'a partition was damaged; what could be read of it was saved',
  );
  host.setAside();
}
