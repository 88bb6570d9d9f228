/**
 * The cursor and the dead letters of one destination, as plain files in a folder of their own.
 *
 * Files and not a database, so that no damage to them can end the process: each carries a checksum, and one
 * that fails it counts as absent. Nothing is written when the disk is nearly full. Dead letters are bounded in
 * bytes; the oldest make room.
 *
 *   cursor         as store/cursor-file.ts writes it
 *   NUMBER.letter  head length u32 · head (JSON: spanCount, code, reason, setAsideUnixNano) · request · crc32
 *                  u32 of all before it; little-endian; numbers rise, sixteen hexadecimal digits
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { LogCursor } from '../../store/contracts/span-log.ts';
import { readCursor, writeCursor } from '../../store/cursor-file.ts';
import { ASIDE, replaceFile } from '../../store/replace-file.ts';
import type { CursorStore, DeadLetter, DeadLetterStore } from './cursor-store.ts';

export interface FileCursorStoreSettings {
  /** The store's own folder; made where it is missing. */
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
  /** 0 where the letter is damaged. */
  readonly spanCount: number;
}

const LETTER_NAME = /^([0-9a-f]{16})\.letter$/;

export class FileCursorStore implements CursorStore, DeadLetterStore {
  readonly #path: string;
  readonly #bytesMax: number;
  readonly #freeBytesMin: number;
  /** By number, oldest first. */
  readonly #stored = new Map<number, StoredLetter>();
  #storedBytes = 0;
  #nextNumber = 1;

  /** @throws on an I/O fault; damage is none */
  constructor({ path, deadLetterBytesMax, freeBytesMin }: FileCursorStoreSettings) {
    this.#path = path;
    this.#bytesMax = deadLetterBytesMax ?? 64 * 1024 * 1024;
    this.#freeBytesMin = freeBytesMin ?? 32 * 1024 * 1024;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(path).sort()) {
      if (name.endsWith(ASIDE)) rmSync(join(path, name), { force: true });
      const digits = LETTER_NAME.exec(name)?.[1];
      if (digits !== undefined) this.#remember(Number.parseInt(digits, 16));
    }
    this.#makeRoom(0);
  }

  #remember(number: number): void {
    const value = readFileSync(this.#letterPath(number));
    this.#stored.set(number, { bytes: value.length, spanCount: readHead(value)?.spanCount ?? 0 });
    this.#storedBytes += value.length;
    this.#nextNumber = number + 1;
  }

  /** Dead letters kept, in requests and in bytes. */
  get kept(): { readonly letters: number; readonly bytes: number } {
    return { letters: this.#stored.size, bytes: this.#storedBytes };
  }

  async load(): Promise<LogCursor | undefined> {
    return readCursor(this.#path);
  }

  /** On a disk that is nearly full it saves nothing: a restart repeats more. */
  async save(cursor: LogCursor): Promise<void> {
    if (!this.#isNearlyFull()) writeCursor(this.#path, cursor);
  }

  async add(letter: DeadLetter): Promise<number> {
    const value = encode(letter);
    if (value.length > this.#bytesMax || this.#isNearlyFull()) return letter.spanCount;
    const number = this.#nextNumber++;
    replaceFile(this.#letterPath(number), value);
    const gone = this.#makeRoom(value.length);
    this.#stored.set(number, { bytes: value.length, spanCount: letter.spanCount });
    this.#storedBytes += value.length;
    return gone;
  }

  /** Letters that were damaged on disk are left out. */
  list(limit: number): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (const number of this.#stored.keys()) {
      if (letters.length >= limit) break;
      const value = readFileSync(this.#letterPath(number));
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

  /** Removes the oldest until so many bytes fit; returns how many spans went. */
  #makeRoom(bytes: number): number {
    let gone = 0;
    for (const [number, letter] of this.#stored) {
      if (this.#storedBytes + bytes <= this.#bytesMax) break;
      rmSync(this.#letterPath(number), { force: true });
      this.#stored.delete(number);
      this.#storedBytes -= letter.bytes;
      gone += letter.spanCount;
    }
    return gone;
  }

  #letterPath(number: number): string {
    return join(this.#path, `${number.toString(16).padStart(16, '0')}.letter`);
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
  value.writeUInt32LE(crc32(value.subarray(0, -4)), value.length - 4);
  return value;
}

/** Undefined where the letter is damaged. */
function readHead(value: Buffer): LetterHead | undefined {
  if (value.length < 8 || crc32(value.subarray(0, -4)) !== value.readUInt32LE(value.length - 4))
    return undefined;
  return JSON.parse(value.toString('utf8', 4, 4 + value.readUInt32LE(0))) as LetterHead;
}
