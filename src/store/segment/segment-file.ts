/**
 * The file of a segment: its sections, each read and checked when it is asked for, as far as the list of them is whole. Nothing is
 * mapped, so that no damage to the file can end the process.
 *
 * Everything is synchronous. Methods @throw DamagedBlock where what they read fails its checksum.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, zstdDecompressSync } from 'node:zlib';
import { DamagedBlock } from '../columns/damaged-block.ts';
import { readSections, SECTION, type Section } from './segment-format.ts';
import type { WrittenBlock } from './segment-writer.ts';

/** A section that is decompressed is at most this much larger than it lies. */
const TABLE_BYTES_MAX = 256 * 1024 * 1024;
const PERIOD_BYTES_MAX = 64 * 1024 * 1024;
const PERIOD_WORDS = 4;

/** Where the statistics of one period lie. */
export interface PeriodEntry {
  readonly unit: number;
  readonly minute: number;
  readonly length: number;
  readonly offset: number;
}

export class SegmentFile {
  readonly fileBytes: number;
  readonly #file: number;
  readonly #sections: ReadonlyMap<number, Section>;
  #isClosed = false;

  /** @throws DamagedBlock, or an I/O fault */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
    try {
      this.fileBytes = fstatSync(this.#file).size;
      this.#sections = readSections(this.fileBytes, (offset, length) => this.read(offset, length));
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  /** Those that have a checksum as a whole. */
  get checkedSections(): readonly number[] {
    return [...this.#sections].filter(([, { crc }]) => crc !== 0).map(([type]) => type);
  }

  /** Where it lies. */
  place(type: number): Section {
    const section = this.#sections.get(type);
    if (section === undefined) throw new DamagedBlock(`a segment lacks its section ${type}`);
    return section;
  }

  section(type: number): Buffer {
    const { offset, length, crc } = this.place(type);
    const bytes = this.read(offset, length);
    if (bytes.length !== length || crc32(bytes) !== crc)
      throw new DamagedBlock(`section ${type} of a segment fails its checksum`);
    return bytes;
  }

  /** A section that is compressed. */
  unpacked(type: number): Buffer {
    return unpacked(this.section(type), TABLE_BYTES_MAX);
  }

  /** The blocks as they were written before the rewrite. */
  written(): WrittenBlock[] {
    const words = wordsOf(this.unpacked(SECTION.written));
    const written: WrittenBlock[] = [];
    for (let i = 0; i + 1 < words.length; i += 2)
      written.push({ spans: words[i]!, lost: words[i + 1]! });
    return written;
  }

  /** Four words a trace. */
  promoted(): Uint32Array {
    return wordsOf(this.section(SECTION.promoted));
  }

  /** In no order. */
  periods(): PeriodEntry[] {
    const words = wordsOf(this.section(SECTION.periods));
    return Array.from({ length: Math.floor(words.length / PERIOD_WORDS) }, (_, i) => {
      const [unit = 0, minute = 0, length = 0, offset = 0] = words.subarray(i * PERIOD_WORDS);
      return { unit, minute, length, offset };
    });
  }

  /** As encodeMinute made them; their checksum is for the caller. */
  statistics({ offset, length }: PeriodEntry): Buffer {
    const section = this.place(SECTION.statistics);
    if (offset + length > section.length)
      throw new DamagedBlock('statistics are not where the index says');
    return unpacked(this.read(section.offset + offset, length), PERIOD_BYTES_MAX);
  }

  /** Fewer at the end of the file. */
  read(offset: number, length: number): Buffer {
    // By now its number may be another file's.
    if (this.#isClosed) throw new Error('the segment was closed');
    if (!(length >= 0) || !(offset >= 0) || offset > this.fileBytes)
      throw new DamagedBlock('a place outside of the segment');
    const bytes = Buffer.allocUnsafeSlow(Math.min(length, this.fileBytes - offset));
    let got = 0;
    while (got < bytes.length) {
      const more = readSync(this.#file, bytes, got, bytes.length - got, offset + got);
      if (more === 0) break;
      got += more;
    }
    return bytes.subarray(0, got);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }
}

/** What zstd or JSON cannot read, although its checksum holds, was never right. I/O faults stay what they are. */
export function asDamage(error: unknown): unknown {
  if (error instanceof DamagedBlock || (error as NodeJS.ErrnoException).syscall !== undefined)
    return error;
  return new DamagedBlock(String(error));
}

function unpacked(bytes: Buffer, maxOutputLength: number): Buffer {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength });
  } catch (error) {
    throw asDamage(error);
  }
}

/** A copy, aligned. */
function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(Uint8Array.prototype.slice.call(bytes, 0, bytes.length & ~3).buffer);
}
