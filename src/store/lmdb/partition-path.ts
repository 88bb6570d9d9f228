/** Where a partition lies, and which of its files belong to which form. */
import { rmSync } from 'node:fs';
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

/** Unlinks a partition; threads that still read it go on until they close it. */
export function removePartition(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Unlinks what belongs to a form that the partition does not, or does no longer, lie in. */
export function removeForm(path: string, form: 'blocks' | 'columns'): void {
  const files =
    form === 'blocks'
      ? [DATA_FILE, LOCK_FILE, TRACES_FILE, `${TRACES_FILE}${ASIDE}`]
      : [SEGMENT_FILE, `${SEGMENT_FILE}${ASIDE}`];
  for (const file of files) rmSync(join(path, file), { force: true });
}
