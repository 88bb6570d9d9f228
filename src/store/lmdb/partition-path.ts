/** Where a partition lies, and which of its files belong to which form. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ASIDE } from '../replace-file.ts';
import { SEGMENT_FILE } from '../segment/segment-format.ts';

/** LMDB's own environment file. */
export const DATA_FILE = 'data.mdb';
export const LOCK_FILE = 'lock.mdb';
export const TRACES_FILE = 'traces';

export function partitionPath(dataPath: string, number: number): string {
  return join(dataPath, 'partitions', number.toString(16).padStart(8, '0'));
}

/** Of a partition's folder. */
export function segmentPath(path: string): string {
  return join(path, SEGMENT_FILE);
}

/** Where a damaged one is kept; beside it, so that it is renamed and never copied. */
export function asidePath(path: string): string {
  return `${path}.corrupt-${new Date().toISOString().replaceAll(':', '-')}`;
}

/** Unlinks a partition; threads that still read it go on until they close it. */
export function removePartition(path: string): void {
  // A thread that rewrites it may put a file there in this moment.
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 1 });
}

/** Moves the file of LMDB into a folder of its own, which is returned; the rest of its form goes. @throws on an I/O fault */
export function setBlocksAside(path: string): string {
  const aside = asidePath(path);
  mkdirSync(aside, { mode: 0o700 });
  renameSync(join(path, DATA_FILE), join(aside, DATA_FILE));
  removeForm(path, 'blocks');
  return aside;
}

/** Unlinks what belongs to a form that the partition does not, or does no longer, lie in. */
export function removeForm(path: string, form: 'blocks' | 'columns'): undefined {
  const files =
    form === 'blocks'
      ? [DATA_FILE, LOCK_FILE, TRACES_FILE, `${TRACES_FILE}${ASIDE}`]
      : [SEGMENT_FILE, `${SEGMENT_FILE}${ASIDE}`];
  for (const file of files) rmSync(join(path, file), { force: true });
}
