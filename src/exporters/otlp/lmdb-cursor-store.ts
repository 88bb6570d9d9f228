/**
 * The cursor and the dead letters of one destination, in a small LMDB environment of their own.
 *
 * It uses the synchronous transactions only: a commit that fails throws here and nowhere else. Nothing is
 * written when the disk is nearly full, which LMDB does not survive well. Dead letters are bounded in
 * bytes; the oldest make room. lmdb is loaded when the store is opened.
 *
 *   cursor   key 'cursor'  partition u64 · block u64 · ordinal u64, little-endian, crc32 u32 of the 24 bytes
 *   letters  key: number, rising   head length u32 · head (JSON: spanCount, code, reason, setAsideUnixNano) · request
 *            the whole followed by its crc32 u32
 */
import { mkdirSync, statfsSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Database, RootDatabase } from 'lmdb';
import type { LogCursor } from '../../store/contracts/span-log.ts';
import type { CursorStore, DeadLetter, DeadLetterStore } from './cursor-store.ts';

export interface LmdbCursorStoreSettings {
  /** The environment's own folder; made where it is missing. */
  readonly path: string;
  /** Of dead letters. @default 64 MiB */
  readonly deadLetterBytesMax?: number;
  /** Nothing is written while the disk has less. @default 32 MiB */
  readonly freeBytesMin?: number;
}

interface LetterHead {
  readonly spanCount: number;
  readonly code: string;
  readonly reason: string;
  readonly setAsideUnixNano: string;
}

interface StoredLetter {
  readonly bytes: number;
  readonly spanCount: number;
}

const CURSOR_BYTES = 28;
const CURSOR_KEY = 'cursor';

export class LmdbCursorStore implements CursorStore, DeadLetterStore {
  readonly #root: RootDatabase<Buffer, string>;
  readonly #letters: Database<Buffer, number>;
  readonly #path: string;
  readonly #bytesMax: number;
  readonly #freeBytesMin: number;
  /** By key, oldest first. */
  readonly #stored = new Map<number, StoredLetter>();
  #storedBytes = 0;
  #nextKey = 1;

  private constructor(
    root: RootDatabase<Buffer, string>,
    letters: Database<Buffer, number>,
    settings: LmdbCursorStoreSettings,
  ) {
    this.#root = root;
    this.#letters = letters;
    this.#path = settings.path;
    this.#bytesMax = settings.deadLetterBytesMax ?? 64 * 1024 * 1024;
    this.#freeBytesMin = settings.freeBytesMin ?? 32 * 1024 * 1024;
    for (const { key, value } of letters.getRange()) {
      const head = readHead(value);
      this.#stored.set(key, { bytes: value.length, spanCount: head?.spanCount ?? 0 });
      this.#storedBytes += value.length;
      this.#nextKey = key + 1;
    }
  }

  static async open(settings: LmdbCursorStoreSettings): Promise<LmdbCursorStore> {
    const { open } = await import('lmdb');
    mkdirSync(settings.path, { recursive: true, mode: 0o700 });
    const root = open<Buffer, string>({
      path: settings.path,
      encoding: 'binary',
      noMemInit: true,
      overlappingSync: false,
      maxDbs: 2,
    });
    const letters = root.openDB<Buffer, number>({ name: 'letters', encoding: 'binary' });
    return new LmdbCursorStore(root, letters, settings);
  }

  /** Dead letters kept, in requests and in bytes. */
  get kept(): { readonly letters: number; readonly bytes: number } {
    return { letters: this.#stored.size, bytes: this.#storedBytes };
  }

  load(): Promise<LogCursor | undefined> {
    const value = this.#root.get(CURSOR_KEY);
    if (value === undefined || value.length !== CURSOR_BYTES || !isSound(value))
      return Promise.resolve(undefined);
    return Promise.resolve({
      partition: Number(value.readBigUInt64LE(0)),
      block: Number(value.readBigUInt64LE(8)),
      ordinal: Number(value.readBigUInt64LE(16)),
    });
  }

  /** On a disk that is nearly full it saves nothing: a restart repeats more. */
  async save(cursor: LogCursor): Promise<void> {
    if (this.#isNearlyFull()) return;
    const value = Buffer.alloc(CURSOR_BYTES);
    value.writeBigUInt64LE(BigInt(cursor.partition), 0);
    value.writeBigUInt64LE(BigInt(cursor.block), 8);
    value.writeBigUInt64LE(BigInt(cursor.ordinal), 16);
    seal(value);
    this.#root.transactionSync(() => {
      this.#root.putSync(CURSOR_KEY, value);
    });
  }

  async add(letter: DeadLetter): Promise<number> {
    const value = encode(letter);
    if (value.length > this.#bytesMax || this.#isNearlyFull()) return letter.spanCount;
    const doomed: number[] = [];
    let room = this.#bytesMax - this.#storedBytes;
    for (const [key, { bytes }] of this.#stored) {
      if (room >= value.length) break;
      doomed.push(key);
      room += bytes;
    }
    const key = this.#nextKey++;
    this.#root.transactionSync(() => {
      for (const old of doomed) this.#letters.removeSync(old);
      this.#letters.putSync(key, value);
    });
    let gone = 0;
    for (const old of doomed) {
      const { bytes, spanCount } = this.#stored.get(old)!;
      this.#stored.delete(old);
      this.#storedBytes -= bytes;
      gone += spanCount;
    }
    this.#stored.set(key, { bytes: value.length, spanCount: letter.spanCount });
    this.#storedBytes += value.length;
    return gone;
  }

  /** Letters that were damaged on disk are left out. */
  list(limit: number): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (const { value } of this.#letters.getRange({ limit })) {
      const head = readHead(value);
      if (head === undefined) continue;
      letters.push({
        spanCount: head.spanCount,
        code: head.code,
        reason: head.reason,
        setAsideUnixNano: BigInt(head.setAsideUnixNano),
        request: Uint8Array.from(value.subarray(4 + value.readUInt32LE(0), value.length - 4)),
      });
    }
    return Promise.resolve(letters);
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #isNearlyFull(): boolean {
    const { bavail, bsize } = statfsSync(this.#path);
    return bavail * bsize < this.#freeBytesMin;
  }
}

function encode(letter: DeadLetter): Buffer {
  const head: LetterHead = {
    spanCount: letter.spanCount,
    code: letter.code,
    reason: letter.reason.slice(0, 1000),
    setAsideUnixNano: String(letter.setAsideUnixNano),
  };
  const headBytes = Buffer.from(JSON.stringify(head), 'utf8');
  const value = Buffer.alloc(4 + headBytes.length + letter.request.length + 4);
  value.writeUInt32LE(headBytes.length, 0);
  headBytes.copy(value, 4);
  value.set(letter.request, 4 + headBytes.length);
  seal(value);
  return value;
}

/** Undefined where the letter is damaged. */
function readHead(value: Buffer): LetterHead | undefined {
  if (value.length < 8 || !isSound(value)) return undefined;
  const length = value.readUInt32LE(0);
  return JSON.parse(value.toString('utf8', 4, 4 + length)) as LetterHead;
}

/** Writes the checksum of all before it into the last four bytes. */
function seal(value: Buffer): void {
  value.writeUInt32LE(crc32(value.subarray(0, -4)), value.length - 4);
}

function isSound(value: Buffer): boolean {
  return crc32(value.subarray(0, -4)) === value.readUInt32LE(value.length - 4);
}
