/**
 * Goes over what earlier lives of the writer left, youngest first, in the background: each partition is walked
 * by a child process before this process maps it, and is closed with that. A damaged block stays
 * where it is: readers pass it over, and it is said and counted here. Of a partition that cannot be opened the
 * blocks are salvaged into a new one and the old folder is kept aside as `….corrupt-<time>`.
 */
import { spawn } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Counters } from '../../../telemetry/counters.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { Catalogue, PartitionRecord } from '../catalogue.ts';
import type { DamageLedger } from '../damage-ledger.ts';
import { asidePath, partitionPath, removePartition } from '../partition-path.ts';
import type { SalvageReport } from './salvage-partition.ts';
import type { WalkJob, WalkReport } from './walk-partition.ts';

export interface RecoveryHost {
  readonly dataPath: string;
  readonly catalogue: Catalogue;
  readonly counters: Counters;
  readonly log: Logger;
  readonly damages: DamageLedger;
  /** Called after each partition: readers that wait for it may look again. */
  readonly progressed: () => void;
  /** Called after a damaged folder was moved aside. */
  readonly setAside: () => void;
}

const CHILD = fileURLToPath(
  new URL(`./recovery-child${extname(import.meta.url)}`, import.meta.url),
);
/** A child's word is a line of JSON; a damaged partition cannot make it longer than its block list. */
const PATHS_A_CHILD = 64;
/** Damaged pages may lead in circles: a walk that says nothing for so long is over. */
const WALK_SILENCE_MS = 120_000;

/** Resolves when everything has been looked at. Never rejects: what fails is logged and marked damaged. */
export async function recoverPartitions(host: RecoveryHost, signal: AbortSignal): Promise<void> {
  const todo = host.catalogue
    .partitions()
    .filter(
      ({ checkedBoot, state, form }) =>
        form === 'blocks' && checkedBoot !== host.catalogue.boot && state !== 'damaged',
    )
    .reverse();
  for (let i = 0; i < todo.length && !signal.aborted; i += PATHS_A_CHILD)
    await recoverSome(host, todo.slice(i, i + PATHS_A_CHILD), signal);
}

async function recoverSome(
  host: RecoveryHost,
  records: readonly PartitionRecord[],
  signal: AbortSignal,
): Promise<void> {
  const left = new Map(
    records.map((record) => {
      const path = partitionPath(host.dataPath, record.number);
      return [path, finishedSalvage(path) ? { ...record, state: 'open' as const } : record];
    }),
  );
  while (left.size > 0 && !signal.aborted) {
    let current: string | undefined;
    const done: Promise<void>[] = [];
    const jobs = [...left].map(([path, { state, blocks }]): WalkJob => {
      return state === 'closed' ? { path, blocks } : { path };
    });
    const args = ['walk', ...jobs.map((job) => JSON.stringify(job))];
    const failure = await runChild(args, signal, WALK_SILENCE_MS, (line) => {
      const { path, report, error } = line as { path: string; report?: WalkReport; error?: string };
      current = path;
      const record = left.get(path);
      if (record === undefined || (report === undefined && error === undefined)) return;
      left.delete(path);
      current = undefined;
      if (report !== undefined) accept(host, record, report);
      else done.push(salvage(host, record, error!, signal));
    });
    await Promise.all(done);
    if (signal.aborted || failure === undefined) return;
    // The child died over a partition: that one is damaged, the others are still to be walked.
    const path = current ?? left.keys().next().value;
    if (path === undefined) return;
    const record = left.get(path)!;
    left.delete(path);
    await salvage(host, record, failure, signal);
  }
}

/** The process ended between the two renames at the end of a salvage: the second is made up for. */
export function finishedSalvage(path: string): boolean {
  if (existsSync(path) || !existsSync(salvagedPath(path))) return false;
  renameSync(salvagedPath(path), path);
  return true;
}

/** Where a salvaged partition grows. The damaged one is moved aside only once it is complete. */
export function salvagedPath(path: string): string {
  return `${path}.new`;
}

function accept(host: RecoveryHost, record: PartitionRecord, report: WalkReport): void {
  for (const block of report.damaged) host.damages.tell(record.number, block);
  vouchFor(host, record, report);
}

/** Readers may map it from now on. */
function vouchFor(
  host: RecoveryHost,
  record: PartitionRecord,
  { blocks, spans, arrivalMax, newestMs, bytes }: Omit<WalkReport, 'damaged'>,
): void {
  host.catalogue.put({
    ...record,
    checkedBoot: host.catalogue.boot,
    state: 'closed',
    newestMs: newestMs || record.newestMs,
    blocks,
    spans,
    arrivalMax,
    bytes,
  });
  host.progressed();
}

async function salvage(
  host: RecoveryHost,
  record: PartitionRecord,
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  const path = partitionPath(host.dataPath, record.number);
  host.counters.add('partitions_damaged');
  if (!existsSync(path)) {
    host.counters.drop('damaged', record.spans);
    host.catalogue.put({ ...record, state: 'damaged' });
    host.log.error(
      { partition: record.number, path, spansLost: record.spans },
      'a partition is missing: its spans are lost',
    );
    host.progressed();
    return;
  }
  const fresh = salvagedPath(path);
  removePartition(fresh);
  let report: SalvageReport | undefined;
  const failure = await runChild(['salvage', path, fresh], signal, undefined, (line) => {
    report = (line as { report: SalvageReport }).report;
  });
  if (signal.aborted) return;
  const aside = asidePath(path);
  renameSync(path, aside);
  if (failure !== undefined || report === undefined) {
    host.counters.drop('damaged', record.spans);
    host.catalogue.put({ ...record, state: 'damaged' });
    host.log.error(
      { partition: record.number, reason, failure, keptAside: aside },
      'a partition is damaged and nothing of it could be read',
    );
    host.setAside();
    host.progressed();
    return;
  }
  renameSync(fresh, path);
  const lost = record.state === 'closed' ? Math.max(0, record.spans - report.spans) : 0;
  if (lost > 0) host.counters.drop('damaged', lost);
  host.log.error(
    { partition: record.number, reason, saved: report, spansLost: lost, keptAside: aside },
    'a partition was damaged; what could be read of it was saved',
  );
  host.setAside();
  vouchFor(host, record, report);
}

/** Resolves with why the child failed, or undefined. */
function runChild(
  args: readonly string[],
  signal: AbortSignal,
  silenceMs: number | undefined,
  line: (value: unknown) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CHILD, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
    });
    const watch =
      silenceMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), silenceMs);
    createInterface({ input: child.stdout }).on('line', (text) => {
      watch?.refresh();
      const value = parsed(text);
      if (value !== undefined) line(value);
    });
    child.on('error', (error) => {
      clearTimeout(watch);
      resolve(error.message);
    });
    child.on('close', (code, killed) => {
      clearTimeout(watch);
      if (code === 0) resolve(undefined);
      else resolve(killed === null ? `exit code ${code}: ${said.trim()}` : `killed by ${killed}`);
    });
  });
}

/** Undefined for what a child that crashed left of a line, or what a library printed. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
