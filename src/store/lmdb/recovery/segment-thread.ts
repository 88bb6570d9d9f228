/**
 * Looks over the segments of earlier lives, one after the other, and repairs those whose directory is damaged. A thread and no child
 * process: nothing is mapped here, so that damage throws and ends nobody. Waits as long as it works.
 */
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Segment } from '../../segment/segment.ts';
import { repairSegment } from './repair-segment.ts';
import type { SegmentFinding, SegmentJob, SegmentTotals } from './segment-messages.ts';

let since = performance.now();

async function pause(): Promise<void> {
  await wait(performance.now() - since);
  since = performance.now();
}

async function look(job: SegmentJob): Promise<SegmentFinding> {
  const { number, path } = job;
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return { number, status: 'missing' };
  try {
    const totals = totalsOf(path);
    const reason = contradiction(job, totals);
    if (reason !== undefined) return { number, status: 'foreign', reason };
    return { number, status: 'sound', totals };
  } catch (error) {
    return await repair(job, messageOf(error));
  }
}

/** Cheap: the list of sections, the directory, and what else is one piece; no block. @throws DamagedBlock */
function totalsOf(path: string): SegmentTotals {
  const segment = new Segment(path);
  try {
    segment.verifySections();
    const { directory, spanCount, fileBytes } = segment;
    return {
      spans: spanCount,
      blocks: directory.blockCount,
      bytes: fileBytes,
      arrivalMax: directory.arrivalMax.reduce((max, arrival) => Math.max(max, arrival), 0),
      newestMs: Math.floor(statSync(path).mtimeMs),
      written: segment.written.length,
    };
  } finally {
    segment.close();
  }
}

/** A catalogue that was made again from the folder knows nothing of it. */
function contradiction(job: SegmentJob, totals: SegmentTotals): string | undefined {
  if (job.bytes === 0) return undefined;
  for (const what of ['spans', 'blocks', 'bytes', 'written'] as const) {
    const known = job[what];
    if (known !== undefined && known !== totals[what])
      return `it has ${totals[what]} ${what}, the catalogue knows ${known}`;
  }
  return undefined;
}

async function repair(job: SegmentJob, reason: string): Promise<SegmentFinding> {
  const { number, path, freshPath, written, spans, bytes } = job;
  try {
    // No more blocks were written than spans, where these are known.
    const cuts = written ?? (bytes === 0 ? Number.POSITIVE_INFINITY : spans);
    const report = await repairSegment(path, freshPath, cuts, pause);
    return report.blocks === 0
      ? { number, status: 'lost', reason }
      : { number, status: 'repaired', reason, report };
  } catch (error) {
    return { number, status: 'unrepaired', reason, failure: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

for (const job of workerData as readonly SegmentJob[]) {
  parentPort!.postMessage(await look(job));
  await pause();
}
