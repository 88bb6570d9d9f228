/**
 * What lies in a data directory, by name and size: nothing is opened. Files that go while they are looked at count as gone.
 *
 * Memory: a name and a number for each file. Folders within a partition's or a destination's are passed over: there are none.
 */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ASIDE } from '../../replace-file.ts';

/** Name → bytes. */
export type FileSizes = ReadonlyMap<string, number>;

export interface NamedFolder {
  readonly name: string;
  readonly files: FileSizes;
}

export interface DataFiles {
  /** By number; whether the catalogue knows them is another matter. */
  readonly partitions: ReadonlyMap<number, FileSizes>;
  /** `….corrupt-<time>`, the oldest first. */
  readonly setAside: readonly NamedFolder[];
  /** What was salvaged and not put in place: `….new`. */
  readonly salvaged: readonly NamedFolder[];
  readonly forwarding: readonly NamedFolder[];
  readonly otherBytes: number;
}

const PARTITION_NAME = /^[0-9a-f]{8}$/;
const SET_ASIDE_NAME = /^[0-9a-f]{8}\.corrupt-(.+)$/;
const SALVAGED_NAME = new RegExp(`^[0-9a-f]{8}\\${ASIDE}$`);

export const PARTITIONS = 'partitions';
const FORWARD = 'forward';

/** @throws on an I/O fault other than that something is not there */
export function dataFiles(dataPath: string): DataFiles {
  const partitions = new Map<number, FileSizes>();
  const setAside: NamedFolder[] = [];
  const salvaged: NamedFolder[] = [];
  const forwarding: NamedFolder[] = [];
  let otherBytes = 0;
  for (const entry of entriesOf(dataPath))
    if (!entry.isDirectory()) otherBytes += sizeOf(join(dataPath, entry.name));
  const inPartitions = join(dataPath, PARTITIONS);
  for (const entry of entriesOf(inPartitions)) {
    const { name } = entry;
    const path = join(inPartitions, name);
    if (!entry.isDirectory()) otherBytes += sizeOf(path);
    else if (PARTITION_NAME.test(name)) partitions.set(Number.parseInt(name, 16), filesOf(path));
    else if (SET_ASIDE_NAME.test(name)) setAside.push({ name, files: filesOf(path) });
    else if (SALVAGED_NAME.test(name)) salvaged.push({ name, files: filesOf(path) });
    else otherBytes += bytesOf(filesOf(path));
  }
  const inForward = join(dataPath, FORWARD);
  for (const entry of entriesOf(inForward)) {
    const path = join(inForward, entry.name);
    if (entry.isDirectory()) forwarding.push({ name: entry.name, files: filesOf(path) });
    else otherBytes += sizeOf(path);
  }
  return { partitions, setAside: byTime(setAside), salvaged, forwarding, otherBytes };
}

/** The set-aside folders alone, the oldest first. */
export function setAsideFolders(dataPath: string): NamedFolder[] {
  const path = join(dataPath, PARTITIONS);
  return byTime(
    entriesOf(path)
      .filter((entry) => entry.isDirectory() && SET_ASIDE_NAME.test(entry.name))
      .map(({ name }) => ({ name, files: filesOf(join(path, name)) })),
  );
}

export function bytesOf(files: FileSizes): number {
  let bytes = 0;
  for (const size of files.values()) bytes += size;
  return bytes;
}

/** By when they were set aside, which their names end in. */
function byTime(folders: NamedFolder[]): NamedFolder[] {
  const timeOf = ({ name }: NamedFolder) => SET_ASIDE_NAME.exec(name)![1]!;
  return folders.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
}

function filesOf(path: string): Map<string, number> {
  return new Map(
    entriesOf(path)
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => [name, sizeOf(join(path, name))]),
  );
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
