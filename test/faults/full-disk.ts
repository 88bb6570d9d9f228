/**
 * Nowhere to write: a limit on the size of a file, and a disk that somebody fills. The service refuses before
 * the database meets either, loses nothing, and takes spans again once there is room, without a restart.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultScene, RunningProcess } from '../support/fault-scene.ts';
import { type LedgerReport, SpanLedger } from '../support/span-ledger.ts';
import { bulkyRequest, type Outcome, TraceLoad } from '../support/trace-load.ts';
import { readBack } from './read-back.ts';

const MIB = 2 ** 20;

export interface RoomReport {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly stored: LedgerReport;
}

/** Stores twice what one file may hold. */
export async function limitedFiles(
  scene: FaultScene,
  mebibytes: number,
): Promise<RoomReport & { readonly partitions: number }> {
  const dataPath = join(scene.folder(), 'data');
  const under = ['prlimit', `--fsize=${mebibytes * MIB}`, '--'];
  const running = await scene.start({ dataPath, under });
  const ledger = new SpanLedger();
  const load = new TraceLoad(running, ledger, {
    transports: ['grpc', 'http'],
    makeRequest: () => bulkyRequest(256 * 1024),
  }).start();
  await load.answered(mebibytes * 8);
  const outcomes = await load.stop();
  await ended(running);
  const stored = ledger.compare(await readBack(scene, dataPath));
  const partitions = readdirSync(join(dataPath, 'partitions')).length;
  return { outcomes, stored, partitions };
}

async function ended(running: RunningProcess): Promise<void> {
  const { code, signal } = await running.kill('SIGTERM');
  if (code !== 0) throw new Error(`it ended with ${code ?? signal}: ${running.process.stderr}`);
}

export interface DiskReport extends RoomReport {
  /** Requests that were taken again after space was freed, per round. */
  readonly takenAgain: readonly number[];
}

/**
 * On a small disk of its own that is filled to the last byte under load and freed again, a few times. Needs
 * root, for the mount.
 */
export async function filledDisk(scene: FaultScene, rounds: number): Promise<DiskReport> {
  const disk = scene.folder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', disk]);
  try {
    return await fillAndFree(scene, disk, rounds);
  } finally {
    await scene.endProcesses();
    execFileSync('umount', ['-l', disk]);
  }
}

async function fillAndFree(scene: FaultScene, disk: string, rounds: number): Promise<DiskReport> {
  const dataPath = join(disk, 'data');
  const running = await scene.start({ dataPath });
  const ledger = new SpanLedger();
  const load = new TraceLoad(running, ledger, {
    makeRequest: () => bulkyRequest(2_000),
  }).start();
  const takenAgain: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await load.answered(load.outcomes.ok + 20);
    fill(disk);
    const { refused } = load.outcomes;
    while (load.outcomes.refused < refused + 20) {
      // Reading goes on meanwhile.
      await running.get('/api/v1/instr/traces?limit=5');
      fill(disk);
    }
    rmSync(join(disk, 'ballast'));
    const { ok } = load.outcomes;
    await load.answered(ok + 20);
    await wait(100);
    takenAgain.push(load.outcomes.ok - ok);
  }
  fill(disk);
  await wait(500);
  const outcomes = await load.stop();
  await ended(running);
  rmSync(join(disk, 'ballast'));
  return { outcomes, takenAgain, stored: ledger.compare(await readBack(scene, dataPath)) };
}

/** What a start says on a disk that is full, and on one that is read-only; each with its exit code. Needs root. */
export async function unusableDisks(scene: FaultScene): Promise<readonly string[]> {
  const said: string[] = [];
  for (const options of ['size=1m', 'ro']) {
    const disk = scene.folder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
    try {
      if (options !== 'ro') fill(disk);
      const service = scene.spawn({ dataPath: join(disk, 'data') });
      const { code, signal } = await service.ended;
      said.push(`${code ?? signal}: ${service.stderr.trimEnd()}`);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  }
  return said;
}

/** To the last block. */
function fill(disk: string): void {
  const { bavail, bsize } = statfsSync(disk);
  try {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize), { flag: 'a' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
