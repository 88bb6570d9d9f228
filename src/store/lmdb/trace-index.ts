/**
 * The trace hashes of all blocks of a closed partition, merged: a trace's blocks are found with one binary
 * search instead of one a block. Bytes: u32 count, then the hashes in order, then the block of each.
 * A block's own array stays in its head; the index can always be made again from the heads.
 */
import type { BlockHead } from './head-format.ts';

export function encodeTraceIndex(
  heads: Iterable<Pick<BlockHead, 'blockNumber' | 'traceHashes'>>,
): Buffer {
  const all = [...heads];
  const count = all.reduce((sum, head) => sum + head.traceHashes.length, 0);
  // A pair fits a double exactly: 32 bits of hash over 21 bits of block number.
  const pairs = new Float64Array(count);
  let at = 0;
  for (const head of all)
    for (const hash of head.traceHashes) pairs[at++] = hash * 0x200000 + head.blockNumber;
  pairs.sort();
  const out = Buffer.alloc(4 + count * 8);
  out.writeUInt32LE(count, 0);
  for (let i = 0; i < count; i++) {
    const hash = Math.floor(pairs[i]! / 0x200000);
    out.writeUInt32LE(hash, 4 + i * 4);
    out.writeUInt32LE(pairs[i]! - hash * 0x200000, 4 + count * 4 + i * 4);
  }
  return out;
}

/** Blocks that may hold the trace, in rising order. */
export function blocksOfHash(index: Buffer, hash: number): number[] {
  const count = index.readUInt32LE(0);
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (index.readUInt32LE(4 + middle * 4) < hash) low = middle + 1;
    else high = middle;
  }
  const blocks: number[] = [];
  for (; low < count && index.readUInt32LE(4 + low * 4) === hash; low++)
    blocks.push(index.readUInt32LE(4 + count * 4 + low * 4));
  return blocks;
}
