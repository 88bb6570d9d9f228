/**
 * A segment opened for reading: its directory in memory, blocks and look-ups read from the file when asked for.
 *
 * Everything is synchronous. Methods @throw DamagedBlock where what they read fails its checksum; a damaged section
 * other than the directory costs only what it was for.
 */
import { ColumnBlock } from '../columns/column-block.ts';
import { DamagedBlock } from '../columns/damaged-block.ts';
import { decodeMinute } from '../statistics/statistics-codec.ts';
import { Postings } from './postings.ts';
import { decodeDirectory, directoryBytes, type SegmentDirectory } from './segment-directory.ts';
import { asDamage, type PeriodEntry, SegmentFile } from './segment-file.ts';
import { SECTION } from './segment-format.ts';
import type { WrittenBlock } from './segment-writer.ts';

const BUCKETS_OF: Readonly<Record<number, number>> = {
  [SECTION.traceTable]: SECTION.traceBuckets,
  [SECTION.valueTable]: SECTION.valueBuckets,
};

export class Segment {
  readonly path: string;
  readonly directory: SegmentDirectory;
  readonly #file: SegmentFile;
  readonly #postings = new Map<number, Postings>();
  #written: readonly WrittenBlock[] | undefined;
  #periods: readonly PeriodEntry[] | undefined;

  /** @throws DamagedBlock, or an I/O fault */
  constructor(path: string) {
    this.path = path;
    this.#file = new SegmentFile(path);
    try {
      this.directory = decodeDirectory(
        this.#file.section(SECTION.numbers),
        this.#file.section(SECTION.names),
      );
    } catch (error) {
      this.#file.close();
      throw asDamage(error);
    }
  }

  get fileBytes(): number {
    return this.#file.fileBytes;
  }

  /** Memory held, about. */
  get bytes(): number {
    let bytes = directoryBytes(this.directory) + (this.#periods?.length ?? 0) * 64;
    for (const postings of this.#postings.values()) bytes += postings.bytes;
    return bytes + (this.#written?.length ?? 0) * 32;
  }

  get spanCount(): number {
    return this.directory.spanCount.reduce((sum, count) => sum + count, 0);
  }

  block(number: number): ColumnBlock {
    const offset = this.directory.offset[number];
    const length = this.directory.length[number];
    if (offset === undefined || length === undefined) throw new DamagedBlock(`no block ${number}`);
    return ColumnBlock.open({
      length,
      read: (at, bytes) => this.#file.read(offset + at, Math.min(bytes, length - at)),
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
    this.#written ??= this.#file.written();
    return this.#written;
  }

  /** Four words a trace. */
  promoted(): Uint32Array {
    return this.#file.promoted();
  }

  /** In no order. */
  get periods(): readonly PeriodEntry[] {
    this.#periods ??= this.#file.periods();
    return this.#periods;
  }

  /** As encodeMinute made them; their checksum is for the caller. */
  statistics(entry: PeriodEntry): Buffer {
    return this.#file.statistics(entry);
  }

  /**
   * Reads everything but the blocks and what postings and periods point to, so that damage is found in what no other call
   * needs too. A few pages a thousand blocks.
   */
  verifySections(): void {
    for (const type of this.#file.checkedSections) this.#file.section(type);
    if (this.written.reduce((sum, { spans }) => sum + spans, 0) !== this.spanCount)
      throw new DamagedBlock('a segment has another number of spans than were written');
    for (const type of [SECTION.traceTable, SECTION.valueTable]) this.#postingsOf(type);
  }

  /** Reads everything: the file as a whole. Called after each block: who has little memory can make room. */
  verify(after: (block: number) => void = () => {}): void {
    this.verifySections();
    for (const [block, spanCount] of this.directory.spanCount.entries()) {
      const opened = this.block(block);
      if (opened.spanCount !== spanCount) throw new DamagedBlock(`block ${block} is another one`);
      opened.verify();
      after(block);
    }
    for (const period of this.periods)
      if (decodeMinute(this.statistics(period)) === undefined)
        throw new DamagedBlock('statistics fail their checksum');
    this.#postingsOf(SECTION.traceTable).verify();
    this.#postingsOf(SECTION.valueTable).verify();
  }

  close(): void {
    this.#file.close();
  }

  #blocksOf(tableType: number, hash: number): number[] {
    const blocks = this.#postingsOf(tableType).blocksOf(hash);
    return blocks === 'all' ? Array.from(this.directory.spanCount.keys()) : blocks;
  }

  #postingsOf(tableType: number): Postings {
    let postings = this.#postings.get(tableType);
    if (postings === undefined) {
      const buckets = this.#file.place(BUCKETS_OF[tableType]!);
      postings = new Postings(
        this.#file.unpacked(tableType),
        this.directory.blockCount,
        (offset, length) =>
          this.#file.read(buckets.offset + offset, Math.min(length, buckets.length - offset)),
      );
      this.#postings.set(tableType, postings);
    }
    return postings;
  }
}
