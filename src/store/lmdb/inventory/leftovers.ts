/**
 * What interrupted work left in a data directory: folders of partitions that retention took out of the catalogue, salvage that
 * was never put in place, files of a form that a partition does not lie in. None of it is ever read.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ASIDE } from '../../replace-file.ts';
import { SEGMENT_FILE } from '../../segment/segment-format.ts';
import type { PartitionRecord } from '../catalogue.ts';
import { DATA_FILE, LOCK_FILE, partitionPath, TRACES_FILE } from '../partition-path.ts';
import { bytesOf, type DataFiles, type FileSizes, PARTITIONS } from './data-files.ts';

export interface Leftover {
  readonly path: string;
  readonly bytes: number;
}

/** What may lie in a partition's folder, by its form. */
export const FILES_OF: Readonly<Record<PartitionRecord['form'], ReadonlySet<string>>> = {
  blocks: new Set([DATA_FILE, LOCK_FILE, TRACES_FILE]),
  columns: new Set([SEGMENT_FILE]),
};
/** Files that Synton itself makes: a file of another name is somebody else's, and stays. */
export const OURS: ReadonlySet<string> = new Set([
  ...FILES_OF.blocks,
  ...FILES_OF.columns,
  `${TRACES_FILE}${ASIDE}`,
  `${SEGMENT_FILE}${ASIDE}`,
]);

/** Partitions that are damaged are left alone as they are. */
export function leftoversOf(
  dataPath: string,
  { partitions, salvaged }: DataFiles,
  records: readonly PartitionRecord[],
): Leftover[] {
  const known = new Map(records.map((record) => [record.number, record]));
  const found: Leftover[] = [];
  for (const [number, files] of partitions) {
    const path = partitionPath(dataPath, number);
    const record = known.get(number);
    if (record === undefined) found.push({ path, bytes: bytesOf(files) });
    else if (record.state !== 'damaged')
      for (const [name, bytes] of leftoverFiles(files, record))
        found.push({ path: join(path, name), bytes });
  }
  for (const { name, files } of salvaged) {
    const number = Number.parseInt(name, 16);
    // Where the partition's own folder is missing, the next start puts this in its place.
    if (partitions.has(number) || !known.has(number))
      found.push({ path: join(dataPath, PARTITIONS, name), bytes: bytesOf(files) });
  }
  return found;
}

export function removeLeftovers(leftovers: readonly Leftover[]): {
  entries: number;
  bytes: number;
} {
  for (const { path } of leftovers) rmSync(path, { recursive: true, force: true });
  return sumOf(leftovers);
}

export function sumOf(leftovers: readonly Leftover[]): { entries: number; bytes: number } {
  return {
    entries: leftovers.length,
    bytes: leftovers.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function leftoverFiles(files: FileSizes, { form }: PartitionRecord): [string, number][] {
  return [...files].filter(([name]) => OURS.has(name) && !FILES_OF[form].has(name));
}
