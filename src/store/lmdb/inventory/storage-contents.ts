/**
 * What the bytes of one partition hold, told without reading its data: page counts of LMDB, a segment's list of sections.
 *
 * LMDB is opened only where the caller vouches for it. Partitions that are closed do not change: what was found is kept for as long as
 * they are there.
 */
import type { StorageContents } from '../../../model/storage-inventory.ts';
import { segmentContents } from '../../segment/segment-contents.ts';
import { SEGMENT_FILE } from '../../segment/segment-format.ts';
import type { PartitionRecord } from '../catalogue.ts';
import { Partition } from '../partition.ts';
import { LOCK_FILE, partitionPath, segmentPath, TRACES_FILE } from '../partition-path.ts';
import { bytesOf, type FileSizes } from './data-files.ts';

export const NOTHING: StorageContents = {
  spans: 0,
  directory: 0,
  traces: 0,
  values: 0,
  statistics: 0,
  free: 0,
  other: 0,
  unknown: 0,
};

export class KnownContents {
  readonly #dataPath: string;
  /** Of closed partitions, by number and form. */
  readonly #known = new Map<string, StorageContents>();

  constructor(dataPath: string) {
    this.#dataPath = dataPath;
  }

  /** `files`: those of its form. `isSound`: it may be opened. @throws DamagedBlock, or an I/O fault */
  of(record: PartitionRecord, files: FileSizes, isSound: boolean): StorageContents {
    if (!isSound) return { ...NOTHING, unknown: bytesOf(files) };
    const key = keyOf(record);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const contents =
      record.form === 'columns'
        ? ofSegment(partitionPath(this.#dataPath, record.number), files)
        : ofEnvironment(partitionPath(this.#dataPath, record.number), files);
    if (record.state === 'closed') this.#known.set(key, contents);
    return contents;
  }

  /** Forgets all others. */
  keep(records: readonly PartitionRecord[]): void {
    const there = new Set(records.map(keyOf));
    for (const key of this.#known.keys()) if (!there.has(key)) this.#known.delete(key);
  }
}

function keyOf({ number, form }: PartitionRecord): string {
  return `${number} ${form}`;
}

function ofSegment(path: string, files: FileSizes): StorageContents {
  const { blocks, ...rest } = segmentContents(segmentPath(path));
  return rounded({ ...NOTHING, ...rest, spans: blocks }, files.get(SEGMENT_FILE) ?? 0);
}

function ofEnvironment(path: string, files: FileSizes): StorageContents {
  const partition = new Partition(path, { readOnly: true });
  try {
    partition.refresh();
    const { bodies, heads, statistics, free } = partition.pageBytes();
    const traces = files.get(TRACES_FILE) ?? 0;
    const contents = { ...NOTHING, spans: bodies, directory: heads, traces, statistics, free };
    return rounded(contents, bytesOf(files) - (files.get(LOCK_FILE) ?? 0), files.get(LOCK_FILE));
  } finally {
    void partition.close();
  }
}

const PARTS = ['spans', 'directory', 'traces', 'values', 'statistics', 'free'] as const;

/** What the parts leave of the bytes is `other`. A file that grew since its size was taken has parts of more: they are cut. */
function rounded(contents: StorageContents, bytes: number, more = 0): StorageContents {
  const shown: Record<keyof StorageContents, number> = { ...contents };
  let left = bytes;
  for (const part of PARTS) {
    shown[part] = Math.min(contents[part], left);
    left -= shown[part];
  }
  return { ...shown, other: left + more };
}
