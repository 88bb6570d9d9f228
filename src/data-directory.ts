/**
 * What can be done with a data directory that no service runs on: look at it, and compact it. A composition root of the command line,
 * beside service.ts; loaded when it is needed.
 */
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { systemClock } from './model/clock.ts';
import type { CompactionReport, StorageInventory } from './model/storage-inventory.ts';
import { CatalogueReader, catalogueCondition } from './store/lmdb/catalogue.ts';
import { acquireDataLock, askOwner, type LockOwner, lockPath } from './store/lmdb/data-lock.ts';
import { inventoryAtRest } from './store/lmdb/inventory/store-inventory.ts';
import { LmdbStore } from './store/lmdb/lmdb-store.ts';
import { Counters } from './telemetry/counters.ts';
import type { Logger } from './telemetry/logger.ts';
import { packageVersion } from './telemetry/package-version.ts';

const PROGRESS_EVERY_MS = 500;
const CLOSE_WITHIN_MS = 10_000;
/** Nothing is rewritten but what the compaction asks for. */
const NEVER_MS = 2 ** 31;

/** Undefined where nobody has the directory. */
export async function ownerOf(config: Config): Promise<LockOwner | undefined> {
  return askOwner(lockPath(config.instrument.persistence.path));
}

/** @throws Error that says why there is nothing to look at */
export function refuseNoStore({ instrument }: Config): void {
  const { enabled, path } = instrument.persistence;
  if (!enabled) throw new Error('nothing is kept on disk: instrument.persistence.enabled is false');
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`there is no data directory ${path}`);
  if (!found.isDirectory()) throw new Error(`${path} is no directory`);
  if (catalogueCondition(path) === 'missing' && !existsSync(join(path, 'partitions')))
    throw new Error(
      `${path} is no data directory of Synton: it has neither catalogue nor partitions`,
    );
}

export interface DirectoryInventory {
  readonly inventory: StorageInventory;
  /** The catalogue cannot be believed: what the partitions hold is not known until a start has checked them. */
  readonly isCatalogueLost: boolean;
}

/** Opens columns alone, and changes nothing. @throws Error that says why it cannot be told */
export async function inventoryOf(config: Config): Promise<DirectoryInventory> {
  refuseNoStore(config);
  const { path } = config.instrument.persistence;
  return {
    inventory: await inventoryAtRest(path, config.retention),
    isCatalogueLost: catalogueCondition(path) !== 'sound',
  };
}

export interface CompactionOrder {
  readonly removeSetAside: boolean;
  /** Ends it: what is rewritten by then stays so, the rest is as it was. */
  readonly stop: AbortSignal;
  readonly log: Logger;
  /** Now and then: what is still to be rewritten. */
  readonly progress: (left: { readonly partitions: number; readonly bytes: number }) => void;
}

export interface CompactedDirectory {
  readonly isStopped: boolean;
  /** Absent where it was stopped. */
  readonly report?: CompactionReport;
  readonly setAsideRemoved?: { readonly folders: number; readonly bytes: number };
  readonly before: StorageInventory;
  readonly after: StorageInventory;
  /** Of the whole process. */
  readonly cpuMs: number;
}

/** @throws Error that says why it cannot be done: no store, another process has it, an I/O fault */
export async function compactDirectory(
  config: Config,
  order: CompactionOrder,
): Promise<CompactedDirectory> {
  refuseNoStore(config);
  const { path } = config.instrument.persistence;
  const outcome = await acquireDataLock(path, packageVersion());
  if (outcome.status === 'held') throw new Error(heldBy(path, outcome.owner));
  try {
    return await compactOwned(config, order);
  } finally {
    await outcome.lock.release();
  }
}

export function heldBy(path: string, { pid, version }: LockOwner): string {
  return `another process (pid ${pid}, version ${version}) is using ${path}`;
}

async function compactOwned(config: Config, order: CompactionOrder): Promise<CompactedDirectory> {
  const { path, format } = config.instrument.persistence;
  const { retention } = config;
  const begun = process.cpuUsage();
  const before = await inventoryAtRest(path, retention);
  const store = new LmdbStore({
    path,
    encoding: format,
    ...retention,
    counterThread: 1,
    rewriteDelayMs: NEVER_MS,
  });
  await store.start({ clock: systemClock, counters: new Counters(), log: order.log });
  const ended = await endedOrStopped(store, path, order);
  if ('failure' in ended && !order.stop.aborted)
    throw new Error(`${path} could not be compacted: ${ended.failure}`);
  const cpu = process.cpuUsage(begun);
  return {
    isStopped: 'failure' in ended,
    ...('failure' in ended ? {} : ended),
    before,
    after: await inventoryAtRest(path, retention),
    cpuMs: Math.round((cpu.user + cpu.system) / 1_000),
  };
}

async function endedOrStopped(
  store: LmdbStore,
  path: string,
  { removeSetAside, stop, progress }: CompactionOrder,
): Promise<
  | { report: CompactionReport; setAsideRemoved?: { folders: number; bytes: number } }
  | { failure: string }
> {
  const catalogue = new CatalogueReader(path);
  const timer = setInterval(() => {
    const left = catalogue.partitions().filter(({ form }) => form === 'blocks');
    progress({
      partitions: left.length,
      bytes: left.reduce((sum, { bytes }) => sum + bytes, 0),
    });
  }, PROGRESS_EVERY_MS);
  const close = () => store.shutdown(AbortSignal.timeout(CLOSE_WITHIN_MS));
  let closing: Promise<void> | undefined;
  const stopped = () => {
    closing ??= close();
  };
  stop.addEventListener('abort', stopped, { once: true });
  if (stop.aborted) stopped();
  try {
    const report = await store.compact();
    if ('failure' in report) return report;
    if (!removeSetAside) return { report };
    return { report, setAsideRemoved: await store.removeSetAside() };
  } finally {
    clearInterval(timer);
    stop.removeEventListener('abort', stopped);
    closing ??= close();
    await closing;
  }
}
