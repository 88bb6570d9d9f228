/**
 * The outer form of a segment: a closed partition rewritten into one file that is never changed again. Little-endian. Byte table:
 * docs/decisions/0010-segments.md.
 *
 *   0        u32 magic `SYNS` · u16 version · u16 zero
 *   8        blocks (docs/decisions/0009-column-blocks.md), one after the other
 *   …        sections
 *   …        list of sections: type u32 · length u32 · offset f64 · CRC-32 u32 · zero u32, 24 bytes each
 *   end − 24 offset of the list f64 · sections u32 · CRC-32 of the list u32 · version u32 · magic `SYNE` u32
 *
 * Buckets of postings and statistics carry checksums of their own, piece by piece: their sections' CRC is zero and not
 * checked, so that a look-up reads no more than it needs.
 */
import { crc32 } from 'node:zlib';
import { DamagedBlock } from '../columns/damaged-block.ts';

export const SEGMENT_FILE = 'columns';
export const SEGMENT_VERSION = 1;
export const HEADER_BYTES = 8;
export const TRAILER_BYTES = 24;
const ENTRY_BYTES = 24;
const MAGIC = 0x534e5953; // "SYNS"
const END_MAGIC = 0x454e5953; // "SYNE"
const SECTIONS_MAX = 64;

export const SECTION = {
  /** The directory's two parts (segment-directory.ts). */
  numbers: 1,
  names: 2,
  /** Postings of trace hashes, and of attribute values (postings.ts). */
  traceTable: 3,
  traceBuckets: 4,
  valueTable: 5,
  valueBuckets: 6,
  /** Of the blocks as they were written before: spans, and spans lost with damage, u32 each. */
  written: 7,
  /** Promoted traces, 16 bytes each. */
  promoted: 8,
  /** Per period: unit in minutes u32 · period u32 · length u32 · offset in `statistics` u32. */
  periods: 9,
  /** Encoded statistics (store/statistics/statistics-codec.ts), each zstd. */
  statistics: 10,
} as const;

export interface Section {
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

export function encodeHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(SEGMENT_VERSION, 4);
  return header;
}

/** The list and the trailer behind it; the list begins at `offset` of the file. */
export function encodeEnd(sections: ReadonlyMap<number, Section>, offset: number): Buffer {
  const list = Buffer.alloc(sections.size * ENTRY_BYTES);
  let at = 0;
  for (const [type, section] of sections) {
    list.writeUInt32LE(type, at);
    list.writeUInt32LE(section.length, at + 4);
    list.writeDoubleLE(section.offset, at + 8);
    list.writeUInt32LE(section.crc, at + 16);
    at += ENTRY_BYTES;
  }
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeDoubleLE(offset, 0);
  trailer.writeUInt32LE(sections.size, 8);
  trailer.writeUInt32LE(crc32(list), 12);
  trailer.writeUInt32LE(SEGMENT_VERSION, 16);
  trailer.writeUInt32LE(END_MAGIC, 20);
  return Buffer.concat([list, trailer]);
}

/** `read` gives bytes of the file, fewer at its end. @throws DamagedBlock */
export function readSections(
  fileBytes: number,
  read: (offset: number, length: number) => Buffer,
): Map<number, Section> {
  const trailer =
    fileBytes < HEADER_BYTES + TRAILER_BYTES
      ? Buffer.alloc(0)
      : read(fileBytes - TRAILER_BYTES, TRAILER_BYTES);
  if (trailer.length !== TRAILER_BYTES || trailer.readUInt32LE(20) !== END_MAGIC)
    throw new DamagedBlock('a segment has no end: it is cut short or overwritten');
  if (trailer.readUInt32LE(16) !== SEGMENT_VERSION)
    throw new DamagedBlock(
      `a segment has version ${trailer.readUInt32LE(16)}, this reads ${SEGMENT_VERSION}`,
    );
  const count = trailer.readUInt32LE(8);
  const offset = trailer.readDoubleLE(0);
  if (count > SECTIONS_MAX || offset + count * ENTRY_BYTES + TRAILER_BYTES !== fileBytes)
    throw new DamagedBlock('a segment has a wrong end');
  const list = read(offset, count * ENTRY_BYTES);
  if (list.length !== count * ENTRY_BYTES || crc32(list) !== trailer.readUInt32LE(12))
    throw new DamagedBlock("a segment's list of sections fails its checksum");
  const sections = new Map<number, Section>();
  for (let at = 0; at < list.length; at += ENTRY_BYTES)
    sections.set(list.readUInt32LE(at), {
      length: list.readUInt32LE(at + 4),
      offset: list.readDoubleLE(at + 8),
      crc: list.readUInt32LE(at + 16),
    });
  return sections;
}
