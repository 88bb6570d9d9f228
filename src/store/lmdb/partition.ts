/**
 * One partition: an LMDB environment of its own for what arrived in one stretch of time. Append-only:
 * blocks are put under rising numbers and never change; retention unlinks the whole directory.
 *
 *   heads       block number + 1 → head (head-format.ts)
 *   bodies      block number + 1 → body (body-format.ts)
 *   statistics  minute since the epoch → encoded minute (store/statistics)
 *
 * Beside the environment lies `traces`, once closed: (trace hash, block) pairs of all blocks, behind their
 * CRC. A file and not a value, so that a partition whose writer was killed is never written to through LMDB
 * again: what its pages were when they were checked, they stay.
 */
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Database, open, type RootDatabase } from 'lmdb';
import { replaceFile } from '../replace-file.ts';
import type { BlockHead } from './head-format.ts';
import { DATA_FILE, TRACES_FILE } from './partition-path.ts';
import { encodeTraceIndex } from './trace-index.ts';

export interface EncodedBlock {
  readonly blockNumber: number;
  readonly head: Buffer;
  readonly body: Buffer;
}

const CRC_BYTES = 4;
/**
 * Address space, and so more than a partition ever takes: one that grew would be mapped anew by whichever thread sees it first,
 * and lmdb takes no lock for that. Threads of a process share one environment.
 */
const MAP_BYTES = 1024 ** 3;

export class Partition {
  readonly path: string;
  readonly #env: RootDatabase<Buffer, string>;
  readonly #heads: Database<Buffer, number>;
  readonly #bodies: Database<Buffer, number>;
  readonly #statistics: Database<Buffer, number>;

  /** Opens, or creates unless `readOnly`. lmdb is safe to open in several threads of one process. */
  constructor(path: string, mode: { readonly readOnly: boolean }) {
    this.path = path;
    if (!mode.readOnly) mkdirSync(path, { recursive: true, mode: 0o700 });
    // Every commit is flushed before it returns (overlappingSync off): that is what an acknowledgement means.
    this.#env = open<Buffer, string>({
      path,
      encoding: 'binary',
      maxDbs: 8,
      mapSize: MAP_BYTES,
      noMemInit: true,
      overlappingSync: false,
      // Otherwise a path with a dot in its name is taken for a file.
      noSubdir: false,
      readOnly: mode.readOnly,
    });
    const byNumber = { encoding: 'binary', keyEncoding: 'uint32' } as const;
    this.#heads = this.#env.openDB<Buffer, number>('heads', byNumber);
    this.#bodies = this.#env.openDB<Buffer, number>('bodies', byNumber);
    this.#statistics = this.#env.openDB<Buffer, number>('statistics', byNumber);
    if (!mode.readOnly) chmodSync(join(path, DATA_FILE), 0o600);
  }

  /** Commits a block and minutes of statistics together; durable when it returns. @throws on an I/O fault */
  commit(block: EncodedBlock | undefined, minutes: Iterable<readonly [number, Uint8Array]>): void {
    this.#env.transactionSync(() => {
      if (block !== undefined) {
        this.#heads.putSync(keyOf(block.blockNumber), block.head);
        this.#bodies.putSync(keyOf(block.blockNumber), block.body);
      }
      for (const [minute, encoded] of minutes) {
        this.#statistics.putSync(minute, encoded as Buffer);
      }
    });
  }

  /** Lets this thread see what others have committed since its last read. */
  refresh(): void {
    this.#env.resetReadTxn();
  }

  blockCount(): number {
    for (const last of this.#heads.getKeys({ reverse: true, limit: 1 })) return last as number;
    return 0;
  }

  head(blockNumber: number): Buffer | undefined {
    return this.#heads.getBinary(keyOf(blockNumber));
  }

  /** A view that the next read overwrites. */
  body(blockNumber: number): Buffer | undefined {
    return trimmed(this.#bodies.getBinaryFast(keyOf(blockNumber)) as Buffer | undefined);
  }

  /** Undefined while the partition is open, and where the index is missing or damaged: heads have it all. */
  traceIndex(): Buffer | undefined {
    return readTraceIndex(this.path);
  }

  statistics(minute: number): Buffer | undefined {
    return this.#statistics.getBinary(minute);
  }

  *statisticsBetween(fromMinute: number, toMinute: number): Iterable<[number, Buffer]> {
    for (const { key, value } of this.#statistics.getRange({ start: fromMinute, end: toMinute }))
      yield [key, value];
  }

  *minutesBetween(fromMinute: number, toMinute: number): Iterable<number> {
    const range = { start: Math.max(0, fromMinute), end: Math.min(toMinute, 0xffffffff) };
    for (const key of this.#statistics.getKeys(range)) yield key as number;
  }

  fileBytes(): number {
    return partitionBytes(this.path);
  }

  /** The file by what its pages hold; of a partition that is written to meanwhile, about. */
  pageBytes(): PageBytes {
    const [heads, bodies, statistics, root] = [
      this.#heads,
      this.#bodies,
      this.#statistics,
      this.#env,
    ].map((database) => database.getStats() as EnvironmentStats);
    const { pageSize, lastPageNumber, free } = root!;
    const used = [heads!, bodies!, statistics!, root!, free].map(pagesOf);
    const trees = used.reduce((sum, pages) => sum + pages, META_PAGES);
    return {
      heads: used[0]! * pageSize,
      bodies: used[1]! * pageSize,
      statistics: used[2]! * pageSize,
      free: Math.max(0, lastPageNumber + 1 - trees) * pageSize,
    };
  }

  close(): Promise<void> {
    return this.#env.close();
  }
}

export interface PageBytes {
  readonly heads: number;
  readonly bodies: number;
  readonly statistics: number;
  /** In no tree: to be used by later commits. */
  readonly free: number;
}

interface TreeStats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** What lmdb's getStats gives, of what is used here. `free` is the tree of free pages. */
interface EnvironmentStats extends TreeStats {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly free: TreeStats;
}

const META_PAGES = 2;

function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }: TreeStats): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}

/** Of the environment's file and the index. */
export function partitionBytes(path: string): number {
  const index = statSync(join(path, TRACES_FILE), { throwIfNoEntry: false });
  return statSync(join(path, DATA_FILE)).size + (index?.size ?? 0);
}

/** Durable when it returns. @throws on an I/O fault */
export function writeTraceIndex(
  path: string,
  heads: Iterable<Pick<BlockHead, 'blockNumber' | 'traceHashes'>>,
): void {
  const index = encodeTraceIndex(heads);
  const checksum = Buffer.alloc(CRC_BYTES);
  checksum.writeUInt32LE(crc32(index));
  replaceFile(join(path, TRACES_FILE), Buffer.concat([checksum, index]));
}

function readTraceIndex(path: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(path, TRACES_FILE));
  } catch {
    return undefined;
  }
  const index = bytes.subarray(CRC_BYTES);
  return index.length > 0 && bytes.readUInt32LE(0) === crc32(index) ? index : undefined;
}

/** Blocks count from 0, keys from 1: lmdb reads no key 0 backwards, and the last block is found backwards. */
function keyOf(blockNumber: number): number {
  return blockNumber + 1;
}

/** lmdb's shared buffer says its value's length in a property; native code would take all of it. */
function trimmed(shared: Buffer | undefined): Buffer | undefined {
  return shared?.subarray(0, shared.length);
}
