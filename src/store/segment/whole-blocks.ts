/**
 * Blocks of a segment found without its directory: a block says what it is and how long, and carries checksums. Reads the file in
 * windows of WINDOW_BYTES; holds one block beside.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { memorySource } from '../columns/byte-source.ts';
import {
  BLOCK_MAGIC,
  CHUNK_COUNT,
  CHUNK_ENTRY_BYTES,
  HEADER_BYTES,
} from '../columns/chunk-format.ts';
import { ColumnBlock } from '../columns/column-block.ts';

const WINDOW_BYTES = 16 * 1024 * 1024;
const HEADER_BYTES_MAX = HEADER_BYTES + CHUNK_COUNT * CHUNK_ENTRY_BYTES + 4;
/** The writer keeps a block below 128 MiB before compression; the bytes of a header that lies may say more. */
const BLOCK_BYTES_MAX = 256 * 1024 * 1024;

/** Every block whose checksums hold, in the order of the file. @throws on an I/O fault */
export function* wholeBlocks(path: string): Generator<ColumnBlock> {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const magic = Buffer.alloc(4);
    magic.writeUInt32LE(BLOCK_MAGIC);
    for (let start = 0; start < size; ) {
      const window = readAt(file, start, Math.min(WINDOW_BYTES + HEADER_BYTES_MAX, size - start));
      let next = start + WINDOW_BYTES;
      for (let at = window.indexOf(magic); at >= 0 && at < WINDOW_BYTES; ) {
        const length = blockLength(window.subarray(at));
        const block =
          length > 0 && start + at + length <= size
            ? soundBlock(readAt(file, start + at, length))
            : undefined;
        if (block !== undefined) yield block;
        // Within a whole block there is none.
        const from = block === undefined ? at + 1 : at + length;
        next = Math.max(next, start + from);
        at = from >= WINDOW_BYTES ? -1 : window.indexOf(magic, from);
      }
      start = next;
    }
  } finally {
    closeSync(file);
  }
}

/** As the header says; 0 where it cannot be one. */
function blockLength(header: Buffer): number {
  const count = header[5] ?? 0;
  const end = HEADER_BYTES + count * CHUNK_ENTRY_BYTES;
  if (count > CHUNK_COUNT || header.length < end + 4) return 0;
  let length = end + 4;
  for (let at = HEADER_BYTES; at < end; at += CHUNK_ENTRY_BYTES)
    length += header.readUInt32LE(at + 4);
  return length <= BLOCK_BYTES_MAX ? length : 0;
}

function soundBlock(bytes: Buffer): ColumnBlock | undefined {
  try {
    const block = ColumnBlock.open(memorySource(bytes));
    block.verify();
    return block;
  } catch {
    return undefined;
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}
