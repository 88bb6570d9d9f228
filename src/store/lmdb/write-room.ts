/**
 * Whether there is room for a commit, asked before LMDB begins one. LMDB must never meet a full disk or the
 * process's limit on the size of a file: a page that cannot be written can end the process. So writes
 * stop well before either. Knows the file system and the limit; decides nothing about partitions.
 */
import { readFileSync, type StatsFsBase, statfsSync } from 'node:fs';

export interface WriteRoomSettings {
  /** Of the data. */
  readonly path: string;
  /** Kept free on the file system. @default 64 MiB */
  readonly reserveBytes?: number;
  /** The system's answer about free space, for tests. */
  readonly statfs?: (path: string) => Pick<StatsFsBase<number>, 'bavail' | 'bsize'>;
  /** Of one file. @default the limit of this process */
  readonly fileBytesMax?: number;
}

/** A group commit is up to 2 MiB before compression; with less a file even that might not fit. */
const FILE_BYTES_MIN = 16 * 1024 * 1024;

export class WriteRoom {
  /** A partition is closed before its file grows beyond this: half of what a file may have. */
  readonly partitionBytesMax: number;
  readonly #settings: WriteRoomSettings;
  readonly #fileBytesMax: number;

  constructor(settings: WriteRoomSettings) {
    this.#settings = settings;
    this.#fileBytesMax = settings.fileBytesMax ?? fileSizeLimit();
    this.partitionBytesMax = this.#fileBytesMax / 2;
  }

  /** Why a commit of so many bytes cannot be made now; undefined where it can. @throws where statfs does */
  objection(bytes: number): string | undefined {
    const { path, reserveBytes = 64 * 1024 * 1024, statfs = statfsSync } = this.#settings;
    if (this.#fileBytesMax < FILE_BYTES_MIN)
      return `the limit on the size of a file (${this.#fileBytesMax} bytes, ulimit -f) is too low to store anything in ${path}: raise it to ${FILE_BYTES_MIN} bytes or more`;
    if (bytes > this.partitionBytesMax)
      return `${bytes} bytes do not fit below the limit on the size of a file (${this.#fileBytesMax} bytes, ulimit -f): raise it, or send smaller requests`;
    const { bavail, bsize } = statfs(path);
    if (bavail * bsize >= reserveBytes + bytes) return undefined;
    return `the disk that holds ${path} has less than ${Math.round(reserveBytes / 2 ** 20)} MiB free: free some space, or lower retention.max_bytes`;
  }
}

/** RLIMIT_FSIZE in bytes; Infinity where there is none, or none to be asked for. */
function fileSizeLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max file size\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
