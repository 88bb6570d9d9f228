/**
 * The process is killed while it rewrites partitions into columns under load, again and again on one directory: what was answered with
 * OK is there afterwards, byte for byte, whatever form it lies in by then.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultScene, RunningProcess } from '../support/fault-scene.ts';
import { type LedgerReport, SpanLedger } from '../support/span-ledger.ts';
import { TraceLoad, uniqueRequest } from '../support/trace-load.ts';
import { readBack } from './read-back.ts';

export interface RewriteReport {
  readonly stored: LedgerReport;
  /** Partitions that lie in columns in the end, and all of them. */
  readonly rewritten: number;
  readonly partitions: number;
  /** Files of a form that their partition does not lie in. */
  readonly leftovers: readonly string[];
}

/** Each life closes and rewrites what it has, over and over, until it is killed at a moment of chance. */
export async function killsWhileRewriting(
  scene: FaultScene,
  kills: number,
): Promise<RewriteReport> {
  const dataPath = join(scene.folder(), 'data');
  const ledger = new SpanLedger();
  for (let life = 0; life < kills; life++) {
    const running = await scene.start({ dataPath });
    const load = new TraceLoad(running, ledger, { makeRequest: () => uniqueRequest(200) }).start();
    const compacting = compactAlways(running);
    await load.answered(6);
    await wait(Math.random() * 2_000);
    await running.kill();
    await load.stop();
    await compacting;
  }
  const running = await scene.start({ dataPath });
  const before = await compacted(running);
  await running.kill('SIGTERM');
  const folders = readdirSync(join(dataPath, 'partitions'));
  const files = folders.map((name) => readdirSync(join(dataPath, 'partitions', name)).join(' '));
  return {
    stored: ledger.compare(await readBack(scene, dataPath)),
    rewritten: before,
    partitions: folders.length,
    leftovers: files.filter((names) => names !== 'columns'),
  };
}

async function compactAlways(running: RunningProcess): Promise<void> {
  try {
    for (;;) await compacted(running);
  } catch {
    // It was killed.
  }
}

/** Resolves with how many partitions lie in columns then. @throws once the process is gone */
async function compacted(running: RunningProcess): Promise<number> {
  const path = '/api/v1/storage';
  const { run } = (await (
    await fetch(`${running.apiUrl}${path}/compact`, { method: 'POST' })
  ).json()) as { run: number };
  for (;;) {
    const report = await running.json<{
      compaction: { run: number; status: string };
      columns: { partitions: number };
    }>(path);
    if (report.compaction.run >= run && report.compaction.status !== 'running')
      return report.columns.partitions;
    await wait(20);
  }
}
