/** Gathers streams into chunks and puts the chunks behind a header: a column block. */
import { crc32 } from 'node:zlib';
import { compressBound, ZstdCompressor } from '../compression/zstd-compressor.ts';
import { ByteWriter } from './byte-writer.ts';
import {
  BLOCK_MAGIC,
  BLOCK_VERSION,
  CHUNK,
  CHUNK_COUNT,
  CHUNK_ENTRY_BYTES,
  HEADER_BYTES,
  METHOD,
} from './chunk-format.ts';
import { entropy } from './entropy.ts';

/** Which chunks streams of unknown kind go to. */
export interface StreamGroup {
  readonly dense: number;
  readonly even: number;
  readonly sparse: number;
}

export const ROW_STREAMS: StreamGroup = {
  dense: CHUNK.rowsDense,
  even: CHUNK.rowsEven,
  sparse: CHUNK.rowsSparse,
};
export const VALUE_STREAMS: StreamGroup = {
  dense: CHUNK.dense,
  even: CHUNK.even,
  sparse: CHUNK.sparse,
};

/** Streams shorter than this say too little about themselves. */
const JUDGED_BYTES = 128;
/** Bits a byte above which compression gains nothing. */
const DENSE_BITS = 7.6;
/** zstd's: 1 makes blocks 0.5 % larger, 9 as much smaller for a fifth more time. */
const LEVEL = 3;

export class ChunkWriter {
  readonly #chunks = Array.from({ length: CHUNK_COUNT }, () => new ByteWriter());
  readonly #histogram = new Int32Array(256);

  get meta(): ByteWriter {
    return this.#chunks[CHUNK.meta]!;
  }

  clear(): void {
    for (const chunk of this.#chunks) chunk.clear();
  }

  put(chunk: number, bytes: Uint8Array): void {
    this.#chunks[chunk]!.raw(bytes);
  }

  /** Puts a stream where it belongs and says so in the meta chunk. */
  stream(group: StreamGroup, bytes: Uint8Array): void {
    const chunk = this.#judge(group, bytes);
    this.meta.byte(chunk);
    this.#chunks[chunk]!.raw(bytes);
  }

  #judge(group: StreamGroup, bytes: Uint8Array): number {
    const { length } = bytes;
    if (length < JUDGED_BYTES) return group.sparse;
    const histogram = this.#histogram.fill(0);
    let repeats = 0;
    let before = -1;
    // A part of a long one tells.
    const stride = Math.max(1, length >>> 11);
    let judged = 0;
    for (let i = 0; i < length; i += stride) {
      const byte = bytes[i]!;
      judged++;
      histogram[byte] = histogram[byte]! + 1;
      if (byte === before) repeats++;
      before = byte;
    }
    const each = entropy(histogram, judged) / judged;
    if (each > DENSE_BITS) return group.dense;
    return each > 3 && repeats * 4 < judged ? group.even : group.sparse;
  }

  /** The block. */
  finish(spanCount: number): Buffer {
    const pieces: Uint8Array[] = [];
    const used = this.#chunks.filter(({ length }) => length > 0).length;
    const headerBytes = HEADER_BYTES + used * CHUNK_ENTRY_BYTES + 4;
    const header = Buffer.alloc(headerBytes);
    header.writeUInt32LE(BLOCK_MAGIC, 0);
    header[4] = BLOCK_VERSION;
    header[5] = used;
    header.writeUInt32LE(spanCount, 8);
    let at = HEADER_BYTES;
    let total = headerBytes;
    for (const [number, chunk] of this.#chunks.entries()) {
      if (chunk.length === 0) continue;
      const bytes = chunk.bytes;
      const packed = isStored(number) ? bytes : compressed(bytes);
      header[at] = number;
      header[at + 1] = packed === bytes ? METHOD.stored : METHOD.zstd;
      header.writeUInt32LE(packed.length, at + 4);
      header.writeUInt32LE(bytes.length, at + 8);
      header.writeUInt32LE(crc32(packed), at + 12);
      at += CHUNK_ENTRY_BYTES;
      total += packed.length;
      pieces.push(packed);
    }
    header.writeUInt32LE(crc32(header.subarray(0, at)), at);
    return Buffer.concat([header, ...pieces], total);
  }
}

function isStored(chunk: number): boolean {
  return (
    chunk === CHUNK.traceIds ||
    chunk === CHUNK.ids ||
    chunk === CHUNK.rowsDense ||
    chunk === CHUNK.dense
  );
}

/** One a thread, and memory that its frames are copied out of. */
const zstd = new ZstdCompressor({ level: LEVEL });
let scratch = Buffer.alloc(0);
const SCRATCH_MAX = 4 * 1024 * 1024;

/** The bytes themselves where compression gains nothing. */
function compressed(bytes: Uint8Array): Uint8Array {
  const bound = compressBound(bytes.length);
  let output = scratch;
  if (bound > output.length) output = Buffer.allocUnsafeSlow(bound);
  if (bound <= SCRATCH_MAX) scratch = output;
  const length = zstd.compress(bytes, output, 0);
  return length < bytes.length ? Uint8Array.from(output.subarray(0, length)) : bytes;
}
