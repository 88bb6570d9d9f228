/**
 * A partition's file read as plain bytes, without LMDB, which ends the process that maps a damaged one.
 * Says whether the meta pages follow each other, and finds block bodies wherever they lie: they say what
 * they are and carry a checksum.
 *
 * A body lies in one piece: within a leaf page, or in overflow pages that follow each other. Reads the file
 * in windows of 64 MiB; holds one body at a time beside it.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { BODY_HEADER_BYTES, BODY_MAGIC, bodyLength, checkBody } from '../body-format.ts';

const WINDOW_BYTES = 64 * 1024 * 1024;
/** A block is at most a slab or one outsized request. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;

/** Of LMDB's meta page (data format 2): magic u32, page size u32, transaction id u64. */
const META = { magic: 24, pageBytes: 48, txnId: 152, end: 160 } as const;
const META_MAGIC = 0xbeefc0de;

/**
 * Transactions write the two meta pages in turns, so that their numbers are neighbours, the even one in the
 * first page. Where they are not, LMDB would take an old state for the newest. True for a layout unknown here.
 */
export function hasSoundMetas(path: string): boolean {
  const handle = openSync(path, 'r');
  try {
    const first = readAt(handle, 0, META.end);
    if (first.length < META.end || first.readUInt32LE(META.magic) !== META_MAGIC) return true;
    const second = readAt(handle, first.readUInt32LE(META.pageBytes), META.end);
    if (second.length < META.end || second.readUInt32LE(META.magic) !== META_MAGIC) return false;
    const even = first.readBigUInt64LE(META.txnId);
    const odd = second.readBigUInt64LE(META.txnId);
    return even % 2n === 0n && (odd - even === 1n || even - odd === 1n);
  } finally {
    closeSync(handle);
  }
}

/** Every body whose checksum holds, in the order of the file; a block may come more than once. */
export function* rawBodies(path: string): Generator<Buffer> {
  const handle = openSync(path, 'r');
  try {
    const { size } = fstatSync(handle);
    const magic = Buffer.alloc(4);
    magic.writeUInt32LE(BODY_MAGIC);
    for (let start = 0; start < size; start += WINDOW_BYTES) {
      const window = readAt(
        handle,
        start,
        Math.min(WINDOW_BYTES + BODY_HEADER_BYTES, size - start),
      );
      for (let at = window.indexOf(magic); at >= 0; at = window.indexOf(magic, at + 1)) {
        if (at >= WINDOW_BYTES) break;
        const length = bodyLength(window.subarray(at));
        if (length === undefined || length > BODY_BYTES_MAX || start + at + length > size) continue;
        const inside = at + length <= window.length;
        const body = inside ? window.subarray(at, at + length) : readAt(handle, start + at, length);
        if (isSound(body)) yield body;
      }
    }
  } finally {
    closeSync(handle);
  }
}

function readAt(handle: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const read = readSync(handle, bytes, 0, length, position);
  return bytes.subarray(0, read);
}

function isSound(body: Buffer): boolean {
  try {
    checkBody(body);
    return true;
  } catch {
    return false;
  }
}
