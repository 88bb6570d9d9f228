/**
 * A segment opened for reading: its directory in memory, blocks and look-ups read from the file when asked for. Nothing is
 * mapped, so that no damage to the file can end the process.
 *
 * Everything is synchronous. Methods @throw DamagedBlock where what they read fails its checksum; a damaged section
 * other than the directory costs only what it was for.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, zstdDecompressSync } from 'node:zlib';
import { ColumnBlock } from '../columns/column-block.ts';
import { DamagedBlock } from '../columns/damaged-block.ts';
import { decodeMinute } from '../statistics/statistics-codec.ts';
import { Postings } from './postings.ts';
import { decodeDirectory, directoryBytes, type SegmentDirectory } from './segment-directory.ts';
import { readSections, SECTION, type Section } from './segment-format.ts';
import type { WrittenBlock } from './segment-writer.ts';

/** A section that is decompressed is at most this much larger than it lies. */
const TABLE_BYTES_MAX = 256 * 1024 * 1024;
const PERIOD_BYTES_MAX = 64 * 1024 * 1024;
const PERIOD_WORDS = 4;
const BUCKETS_OF: Readonly<Record<number, number>> = {
  [SECTION.traceTable]: SECTION.traceBuckets,
  [SECTION.valueTable]: SECTION.valueBuckets,
};

/** Where the statistics of one period lie. */
export interface PeriodEntry {
  readonly unit: number;
  readonly minute: number;
  readonly length: number;
  readonly offset: number;
}

export class Segment {
  readonly path: string;
  readonly fileBytes: number;
  readonly directory: SegmentDirectory;
  readonly #file: number;
  readonly #sections: ReadonlyMap<number, Section>;
  readonly #postings = new Map<number, Postings>();
  #written: readonly WrittenBlock[] | undefined;
  #periods: readonly PeriodEntry[] | undefined;
  #isClosed = false;

  /** @throws DamagedBlock, or an I/O fault */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'r');
    try {
      this.fileBytes = fstatSync(this.#file).size;
      this.#sections = readSections(this.fileBytes, (offset, length) => this.#read(offset, length));
      this.directory = decodeDirectory(
        this.#section(SECTION.numbers),
        this.#section(SECTION.names),
      );
    } catch (error) {
      closeSync(this.#file);
      throw asDamage(error);
    }
  }

  /** Memory held, about. */
  get bytes(): number {
    let bytes = directoryBytes(this.directory) + (this.#periods?.length ?? 0) * 64;
    for (const postings of this.#postings.values()) bytes += postings.bytes;
    return bytes + (this.#written?.length ?? 0) * 32;
  }

  block(number: number): ColumnBlock {
    const offset = this.directory.offset[number];
    const length = this.directory.length[number];
    if (offset === undefined || length === undefined) throw new DamagedBlock(`no block ${number}`);
    return ColumnBlock.open({
      length,
      read: (at, bytes) => this.#read(offset + at, Math.min(bytes, length - at)),
    });
  }

  /** Blocks that may hold a trace, or an attribute value; rising. */
  blocksOfTrace(hash: number): number[] {
    return this.#blocksOf(SECTION.traceTable, hash);
  }

  blocksOfValue(hash: number): number[] {
    return this.#blocksOf(SECTION.valueTable, hash);
  }

  /** The blocks as they were written before the rewrite. */
  get written(): readonly WrittenBlock[] {
    if (this.#written === undefined) {
      const words = wordsOf(unpacked(this.#section(SECTION.written)));
      const written: WrittenBlock[] = [];
      for (let i = 0; i + 1 < words.length; i += 2)
        written.push({ spans: words[i]!, lost: words[i + 1]! });
      this.#written = written;
    }
    return this.#written;
  }

  /** Four words a trace. */
  promoted(): Uint32Array {
    return wordsOf(this.#section(SECTION.promoted));
  }

  /** In no order. */
  get periods(): readonly PeriodEntry[] {
    if (this.#periods === undefined) {
      const words = wordsOf(this.#section(SECTION.periods));
      this.#periods = Array.from({ length: words.length / PERIOD_WORDS }, (_, i) => {
        const [unit = 0, minute = 0, length = 0, offset = 0] = words.subarray(i * PERIOD_WORDS);
        return { unit, minute, length, offset };
      });
    }
    return this.#periods;
  }

  /** As encodeMinute made them; their checksum is for the caller. */
  statistics({ offset, length }: PeriodEntry): Buffer {
    const section = this.#sections.get(SECTION.statistics);
    if (section === undefined || offset + length > section.length)
      throw new DamagedBlock('statistics are not where the index says');
    return unpacked(this.#read(section.offset + offset, length), PERIOD_BYTES_MAX);
  }

  /**
   * Reads everything but the blocks and what postings point to, so that damage is found in what no other call needs too.
   * A few pages a thousand blocks.
   */
  verifySections(): void {
    for (const [type, { crc }] of this.#sections) if (crc !== 0) this.#section(type);
    const spans = this.directory.spanCount.reduce((sum, count) => sum + count, 0);
    if (this.written.reduce((sum, written) => sum + written.spans, 0) !== spans)
      throw new DamagedBlock('a segment has another number of spans than were written');
    for (const type of [SECTION.traceTable, SECTION.valueTable]) this.#postingsOf(type);
    void this.periods;
  }

  /** Reads everything: the file as a whole. */
  verify(): void {
    this.verifySections();
    for (const [block, spanCount] of this.directory.spanCount.entries()) {
      const opened = this.block(block);
      if (opened.spanCount !== spanCount) throw new DamagedBlock(`block ${block} is another one`);
      opened.verify();
    }
    for (const period of this.periods)
      if (decodeMinute(this.statistics(period)) === undefined)
        throw new DamagedBlock('statistics fail their checksum');
    this.#postingsOf(SECTION.traceTable).verify();
    this.#postingsOf(SECTION.valueTable).verify();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }

  #blocksOf(tableType: number, hash: number): number[] {
    const blocks = this.#postingsOf(tableType).blocksOf(hash);
    return blocks === 'all' ? Array.from(this.directory.spanCount.keys()) : blocks;
  }

  #postingsOf(tableType: number): Postings {
    let postings = this.#postings.get(tableType);
    if (postings === undefined) {
      const buckets = this.#sections.get(BUCKETS_OF[tableType]!);
      if (buckets === undefined) throw new DamagedBlock('a segment lacks postings');
      postings = new Postings(
        unpacked(this.#section(tableType)),
        this.directory.blockCount,
        (offset, length) =>
          this.#read(buckets.offset + offset, Math.min(length, buckets.length - offset)),
      );
      this.#postings.set(tableType, postings);
    }
    return postings;
  }

  #section(type: number): Buffer {
    const section = this.#sections.get(type);
    if (section === undefined) throw new DamagedBlock(`a segment lacks its section ${type}`);
    const bytes = this.#read(section.offset, section.length);
    if (bytes.length !== section.length || crc32(bytes) !== section.crc)
      throw new DamagedBlock(`section ${type} of a segment fails its checksum`);
    return bytes;
  }

  /** Fewer at the end of the file. */
  #read(offset: number, length: number): Buffer {
    if (!(length >= 0) || offset < 0 || offset > this.fileBytes)
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
}

function unpacked(bytes: Buffer, maxOutputLength: number = TABLE_BYTES_MAX): Buffer {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength });
  } catch (error) {
    throw asDamage(error);
  }
}

/** What zstd or JSON cannot read, although its checksum holds, was never right. I/O faults stay what they are. */
function asDamage(error: unknown): unknown {
  if (error instanceof DamagedBlock || (error as NodeJS.ErrnoException).syscall !== undefined)
    return error;
  return new DamagedBlock(String(error));
}

/** A copy, aligned. */
function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(Uint8Array.prototype.slice.call(bytes, 0, bytes.length & ~3).buffer);
}
