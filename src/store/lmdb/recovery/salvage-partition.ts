/**
 * Saves what can be saved of a partition whose LMDB pages are damaged: block bodies say what they are and carry
 * a checksum, so that a scan of the raw file finds them wherever they lie. What is found goes into a new
 * partition under its old block numbers; heads are made again from the bodies.
 *
 * A body lies in one piece: within a leaf page, or in overflow pages that follow each other. Reads the file
 * in windows of 64 MiB; holds one body at a time beside it.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { batchOfBody, describeBlock } from '../block.ts';
import {
  BODY_HEADER_BYTES,
  BODY_MAGIC,
  bodyLength,
  checkBody,
  decodeBody,
} from '../body-format.ts';
import { encodeHead } from '../head-format.ts';
import { DATA_FILE, Partition } from '../partition.ts';

export interface SalvageReport {
  readonly blocks: number;
  readonly spans: number;
  /** Numbers below the highest found that are not there. */
  readonly missing: readonly number[];
}

const WINDOW_BYTES = 64 * 1024 * 1024;
/** A block is at most a slab or one outsized request. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;

/** Reads `damagedPath`, writes the partition `newPath`. */
export async function salvagePartition(
  damagedPath: string,
  newPath: string,
): Promise<SalvageReport> {
  const partition = new Partition(newPath, { readOnly: false });
  const found = new Set<number>();
  let spans = 0;
  for (const body of bodiesOf(join(damagedPath, DATA_FILE))) {
    const { blockNumber } = checkBody(body);
    if (found.has(blockNumber)) continue;
    const content = decodeBody(body);
    const batch = batchOfBody(content);
    const head = describeBlock(batch, {
      blockNumber,
      spanCount: content.spanCount,
      bodyBytes: body.length,
      writtenAtMs: content.writtenAtMs,
    });
    partition.commit({ blockNumber, head: encodeHead(head), body }, []);
    found.add(blockNumber);
    spans += content.spanCount;
  }
  await partition.close();
  const highest = Math.max(-1, ...found);
  const missing: number[] = [];
  for (let block = 0; block < highest; block++) if (!found.has(block)) missing.push(block);
  return { blocks: found.size, spans, missing };
}

/** Every sound body in the file, in the order of the file. */
function* bodiesOf(path: string): Generator<Buffer> {
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
        const body = readAt(handle, start + at, length);
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
    batchOfBody(decodeBody(body));
    return true;
  } catch {
    return false;
  }
}
