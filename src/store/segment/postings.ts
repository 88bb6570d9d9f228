/**
 * Which blocks of a segment may hold a hash: (hash, block) pairs, packed so that a look-up reads some hundred bytes.
 * For hashes of traces and of attribute values alike. Never misses a pair it was given; names a block too many
 * now and then.
 *
 * A hash is known by its top `hashBits` bits. Pairs are sorted and cut into buckets by the top `bucketBits` of those.
 * A bucket is a CRC-32 and the number of its pairs, u32 each, then per pair the distance of the other bits to the pair before,
 * Rice-coded with `riceBits`, and the block in `blockBits`. A hash in more than a quarter of the blocks is common: it is listed whole, without pairs.
 *
 *   table    u32 pairs · u8 hashBits · u8 bucketBits · u8 riceBits · u8 blockBits · u32 common · common hashes u32 each, sorted ·
 *            2^bucketBits + 1 offsets of buckets u32 each
 *   buckets  one after the other
 */
import { crc32 } from 'node:zlib';
import { DamagedBlock } from '../columns/damaged-block.ts';
import { BitReader, BitWriter } from './bit-stream.ts';

const COMMON_SHARE = 1 / 4;
const PAIRS_A_BUCKET = 256;
const TABLE_BYTES = 12;
const CRC_BYTES = 4;
/** CRC-32, and the number of pairs: hashes that somebody chose may all fall into one bucket. */
const BUCKET_HEADER_BYTES = 8;
/** Look-ups in vain before it is worth to know what is there: about what that takes. */
const MISSES_MAX = 1_024;
/** Of what is there: at most 4 MiB. */
const PRESENCE_BITS_MAX = 25;
const DEAL_BITS = 12;
/** A pair is a double: 32 bits of hash over 21 of block. */
const BLOCKS_MAX = 0x200000;

export interface EncodedPostings {
  readonly table: Buffer;
  readonly buckets: Buffer;
}

/**
 * `ofBlock[i]`: the hashes of block i, each once. At most 2,097,152 blocks. With `spareBits` beyond what numbers the pairs a
 * look-up names a block too many once in 2^spareBits times or less.
 */
export function encodePostings(
  ofBlock: readonly Uint32Array[],
  spareBits: number,
): EncodedPostings {
  const all = sortedPairs(ofBlock);
  const commonFrom = Math.max(2, Math.floor(ofBlock.length * COMMON_SHARE) + 1);
  const { pairs, common } = withoutCommon(all, commonFrom);
  const sizes = sizesFor(pairs.count, ofBlock.length, spareBits);
  const { buckets, offsets } = encodeBuckets(pairs, sizes);
  const table = Buffer.alloc(TABLE_BYTES + (common.length + offsets.length) * 4);
  table.writeUInt32LE(pairs.count, 0);
  table.set([sizes.hashBits, sizes.bucketBits, sizes.riceBits, sizes.blockBits], 4);
  table.writeUInt32LE(common.length, 8);
  let at = TABLE_BYTES;
  for (const hash of common) at = table.writeUInt32LE(hash, at);
  for (const offset of offsets) at = table.writeUInt32LE(offset, at);
  return { table, buckets };
}

interface Sizes {
  readonly hashBits: number;
  readonly bucketBits: number;
  readonly riceBits: number;
  readonly blockBits: number;
}

function sizesFor(pairs: number, blocks: number, spareBits: number): Sizes {
  const hashBits = Math.min(32, Math.ceil(Math.log2(pairs + 1)) + spareBits);
  const bucketBits = Math.min(
    hashBits,
    Math.ceil(Math.log2(Math.ceil(pairs / PAIRS_A_BUCKET) + 1)),
  );
  const meanGap = 2 ** hashBits / (pairs + 1);
  return {
    hashBits,
    bucketBits,
    riceBits: Math.max(0, Math.min(31, Math.floor(Math.log2(meanGap * 0.7 + 1)))),
    blockBits: Math.ceil(Math.log2(Math.max(1, blocks))),
  };
}

/** Sorted by hash, then block: dealt out by the top bits of the hash first, so that what is sorted stays in the cache. */
function sortedPairs(ofBlock: readonly Uint32Array[]): Float64Array {
  if (ofBlock.length > BLOCKS_MAX) throw new RangeError('a segment has too many blocks');
  const ends = new Uint32Array(2 ** DEAL_BITS);
  for (const hashes of ofBlock)
    for (let i = 0; i < hashes.length; i++) ends[hashes[i]! >>> (32 - DEAL_BITS)]!++;
  let total = 0;
  for (let heap = 0; heap < ends.length; heap++) {
    const first = total;
    total += ends[heap]!;
    ends[heap] = first;
  }
  const pairs = new Float64Array(total);
  for (const [block, hashes] of ofBlock.entries())
    for (let i = 0; i < hashes.length; i++) {
      const hash = hashes[i]!;
      pairs[ends[hash >>> (32 - DEAL_BITS)]!++] = hash * BLOCKS_MAX + block;
    }
  let first = 0;
  for (const end of ends) {
    pairs.subarray(first, end).sort();
    first = end;
  }
  return pairs;
}

interface Pairs {
  readonly count: number;
  readonly hashes: Uint32Array;
  readonly blocks: Uint32Array;
}

/** Taken apart, without the hashes that stand in `commonFrom` blocks or more. */
function withoutCommon(all: Float64Array, commonFrom: number): { pairs: Pairs; common: number[] } {
  const common: number[] = [];
  const hashes = new Uint32Array(all.length);
  const blocks = new Uint32Array(all.length);
  let count = 0;
  let run = 0;
  for (let i = 0; i < all.length; i++) {
    const hash = Math.floor(all[i]! / BLOCKS_MAX);
    if (count > run && hashes[run] !== hash) {
      // The hash before is complete, and no common one.
      run = count;
    }
    hashes[count] = hash;
    blocks[count++] = all[i]! - hash * BLOCKS_MAX;
    if (count - run < commonFrom) continue;
    common.push(hash);
    count = run;
    while (i + 1 < all.length && Math.floor(all[i + 1]! / BLOCKS_MAX) === hash) i++;
  }
  return { pairs: { count, hashes, blocks }, common };
}

function encodeBuckets(
  { count, hashes, blocks }: Pairs,
  { hashBits, bucketBits, riceBits, blockBits }: Sizes,
): { buckets: Buffer; offsets: Uint32Array } {
  const offsets = new Uint32Array(2 ** bucketBits + 1);
  const restBits = hashBits - bucketBits;
  const restMask = 2 ** restBits - 1;
  const riceMask = 2 ** riceBits - 1;
  const pieces: Uint8Array[] = [];
  const writer = new BitWriter();
  let length = 0;
  let at = 0;
  for (let bucket = 0; bucket < 2 ** bucketBits; bucket++) {
    offsets[bucket] = length;
    let before = 0;
    const first = at;
    for (; at < count; at++) {
      const top = hashes[at]! >>> (32 - hashBits);
      if (shifted(top, restBits) !== bucket) break;
      const rest = (top & restMask) >>> 0;
      writer.unary(shifted(rest - before, riceBits));
      writer.write(((rest - before) & riceMask) >>> 0, riceBits);
      writer.write(blocks[at]!, blockBits);
      before = rest;
    }
    if (at === first) continue;
    // The end of the last byte may read as one pair more: the count tells.
    const bits = writer.take();
    const head = Buffer.alloc(BUCKET_HEADER_BYTES);
    head.writeUInt32LE(at - first, CRC_BYTES);
    head.writeUInt32LE(crc32(bits, crc32(head.subarray(CRC_BYTES))), 0);
    pieces.push(head, bits);
    length += head.length + bits.length;
  }
  offsets[2 ** bucketBits] = length;
  return { buckets: Buffer.concat(pieces, length), offsets };
}

/** To the right by up to 32 places. */
function shifted(value: number, places: number): number {
  return places === 32 ? 0 : value >>> places;
}

/** A bit for so many of a hash's top bits that about one in eight is set. */
class Presence {
  readonly #bits: Uint8Array;
  readonly #shift: number;

  constructor(hashBits: number, pairs: number) {
    const size = Math.min(hashBits, PRESENCE_BITS_MAX, Math.ceil(Math.log2(pairs + 1)) + 3);
    this.#bits = new Uint8Array(Math.ceil(2 ** size / 8));
    this.#shift = hashBits - size;
  }

  get bytes(): number {
    return this.#bits.length;
  }

  add(top: number): void {
    const at = shifted(top, this.#shift);
    this.#bits[at >>> 3]! |= 1 << (at & 7);
  }

  mayHold(top: number): boolean {
    const at = shifted(top, this.#shift);
    return (this.#bits[at >>> 3]! & (1 << (at & 7))) !== 0;
  }
}

/** Looks hashes up. `read` gives bytes of the buckets. */
export class Postings {
  readonly #sizes: Sizes;
  readonly #common: ReadonlySet<number>;
  readonly #offsets: Uint32Array;
  readonly #blocks: number;
  readonly #pairs: number;
  readonly #read: (offset: number, length: number) => Uint8Array;
  #misses = 0;
  #presence: Presence | undefined;

  /** @throws DamagedBlock where the table cannot be one */
  constructor(table: Buffer, blocks: number, read: (offset: number, length: number) => Uint8Array) {
    if (table.length < TABLE_BYTES) throw new DamagedBlock('postings are cut short');
    const [hashBits, bucketBits, riceBits, blockBits] = table.subarray(4, 8) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const common = table.readUInt32LE(8);
    if (
      hashBits > 32 ||
      bucketBits > Math.min(hashBits, 24) ||
      riceBits > 31 ||
      table.length !== TABLE_BYTES + (common + 2 ** bucketBits + 1) * 4
    )
      throw new DamagedBlock('postings have the wrong shape');
    this.#sizes = { hashBits, bucketBits, riceBits, blockBits };
    this.#pairs = table.readUInt32LE(0);
    const words = new Uint32Array(common + 2 ** bucketBits + 1);
    new Uint8Array(words.buffer).set(table.subarray(TABLE_BYTES));
    this.#common = new Set(words.subarray(0, common));
    this.#offsets = words.subarray(common);
    this.#blocks = blocks;
    this.#read = read;
  }

  /** Memory held, about. */
  get bytes(): number {
    return this.#offsets.byteLength + this.#common.size * 40 + (this.#presence?.bytes ?? 0);
  }

  /** Blocks that may hold the hash, rising; 'all' where it is common. @throws DamagedBlock */
  blocksOf(hash: number): number[] | 'all' {
    if (this.#common.has(hash)) return 'all';
    const { hashBits, bucketBits, riceBits, blockBits } = this.#sizes;
    const top = Math.floor(hash / 2 ** (32 - hashBits));
    const restSize = 2 ** (hashBits - bucketBits);
    const bucket = Math.floor(top / restSize);
    const wanted = top % restSize;
    if (this.#offsets[bucket + 1] === this.#offsets[bucket]) return [];
    if (this.#presence?.mayHold(top) === false) return [];
    const { bytes, view } = this.#bucket(bucket);
    const bits = new BitReader(bytes.subarray(BUCKET_HEADER_BYTES));
    // Several hashes may share their highest bits, and a block.
    const blocks = new Set<number>();
    let rest = 0;
    for (let pair = view.getUint32(CRC_BYTES, true); pair > 0; pair--) {
      rest += bits.unary() * 2 ** riceBits + bits.read(riceBits);
      const block = bits.read(blockBits);
      if (rest > wanted) break;
      if (rest === wanted && block < this.#blocks) blocks.add(block);
    }
    if (blocks.size === 0 && ++this.#misses === MISSES_MAX) this.#learn();
    return [...blocks].sort((a, b) => a - b);
  }

  /** Reads every bucket. @throws DamagedBlock */
  verify(): void {
    for (let bucket = 0; bucket + 1 < this.#offsets.length; bucket++)
      if (this.#offsets[bucket + 1] !== this.#offsets[bucket]) this.#bucket(bucket);
  }

  /** A trace lies in few segments of many: from now on most of them need not be read to know that it is not there. */
  #learn(): void {
    const { hashBits, bucketBits, riceBits, blockBits } = this.#sizes;
    const restSize = 2 ** (hashBits - bucketBits);
    const presence = new Presence(hashBits, this.#pairs);
    for (let bucket = 0; bucket + 1 < this.#offsets.length; bucket++) {
      if (this.#offsets[bucket + 1] === this.#offsets[bucket]) continue;
      const { bytes, view } = this.#bucket(bucket);
      const bits = new BitReader(bytes.subarray(BUCKET_HEADER_BYTES));
      let top = bucket * restSize;
      for (let pair = view.getUint32(CRC_BYTES, true); pair > 0; pair--) {
        top += bits.unary() * 2 ** riceBits + bits.read(riceBits);
        bits.read(blockBits);
        presence.add(top);
      }
    }
    this.#presence = presence;
  }

  #bucket(bucket: number): { readonly bytes: Uint8Array; readonly view: DataView } {
    const offset = this.#offsets[bucket]!;
    const length = this.#offsets[bucket + 1]! - offset;
    const bytes = this.#read(offset, length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (
      bytes.length !== length ||
      length < BUCKET_HEADER_BYTES ||
      view.getUint32(0, true) !== crc32(bytes.subarray(CRC_BYTES))
    )
      throw new DamagedBlock('a bucket of postings fails its checksum');
    // A pair takes so many bits at least: a count that cannot be is not followed.
    const { riceBits, blockBits } = this.#sizes;
    const bits = (length - BUCKET_HEADER_BYTES) * 8;
    if (view.getUint32(CRC_BYTES, true) * (1 + riceBits + blockBits) > bits)
      throw new DamagedBlock('a bucket of postings says that it holds more than it can');
    return { bytes, view };
  }
}
