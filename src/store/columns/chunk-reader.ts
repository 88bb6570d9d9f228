/**
 * The chunks of one block, each read from its source when it is first wanted, then kept. Hands out places of
 * streams in the order in which they were written, as the meta chunk is read.
 *
 * @throws DamagedBlock where anything is missing, fails its checksum or is larger than it may be
 */
import { crc32 } from 'node:zlib';
import { ZstdDecompressor } from '../compression/zstd-decompressor.ts';
import type { ByteSource } from './byte-source.ts';
import {
  BLOCK_MAGIC,
  BLOCK_VERSION,
  CHUNK_BYTES_MAX,
  CHUNK_COUNT,
  CHUNK_ENTRY_BYTES,
  HEADER_BYTES,
  METHOD,
  ROWS_MAX,
} from './chunk-format.ts';
import { DamagedBlock } from './damaged-block.ts';

export interface StreamPlace {
  readonly chunk: number;
  readonly offset: number;
  readonly length: number;
}

interface ChunkPlace {
  readonly offset: number;
  readonly stored: number;
  readonly length: number;
  readonly crc: number;
  readonly method: number;
  /** Bytes whose place was handed out. */
  taken: number;
  bytes: Uint8Array | undefined;
}

const HEADER_BYTES_MAX = HEADER_BYTES + CHUNK_COUNT * CHUNK_ENTRY_BYTES + 4;
const NOTHING = new Uint8Array(0);
/** One a thread. */
const zstd = new ZstdDecompressor();

export class ChunkReader {
  readonly spanCount: number;
  readonly #source: ByteSource;
  readonly #chunks: (ChunkPlace | undefined)[] = new Array(CHUNK_COUNT).fill(undefined);

  constructor(source: ByteSource) {
    this.#source = source;
    const header = source.read(0, Math.min(source.length, HEADER_BYTES_MAX));
    const view = new DataView(header.buffer, header.byteOffset, header.length);
    if (header.length < HEADER_BYTES || view.getUint32(0, true) !== BLOCK_MAGIC)
      throw new DamagedBlock('no column block here');
    const count = header[5]!;
    const end = HEADER_BYTES + count * CHUNK_ENTRY_BYTES;
    if (count > CHUNK_COUNT || header.length < end + 4)
      throw new DamagedBlock('the header of a column block is cut short');
    if (view.getUint32(end, true) !== crc32(header.subarray(0, end)))
      throw new DamagedBlock('the header of a column block fails its checksum');
    if (header[4] !== BLOCK_VERSION)
      throw new DamagedBlock(
        `a column block has format version ${header[4]}, this reads ${BLOCK_VERSION}`,
      );
    this.spanCount = view.getUint32(8, true);
    if (this.spanCount === 0 || this.spanCount > ROWS_MAX)
      throw new DamagedBlock(`a column block of ${this.spanCount} rows`);
    let offset = end + 4;
    for (let at = HEADER_BYTES; at < end; at += CHUNK_ENTRY_BYTES) {
      const number = header[at]!;
      const method = header[at + 1]!;
      const stored = view.getUint32(at + 4, true);
      const length = view.getUint32(at + 8, true);
      if (
        number >= CHUNK_COUNT ||
        this.#chunks[number] !== undefined ||
        method > METHOD.zstd ||
        length > CHUNK_BYTES_MAX ||
        stored > length
      )
        throw new DamagedBlock('the header of a column block says what cannot be');
      const crc = view.getUint32(at + 12, true);
      this.#chunks[number] = { offset, stored, length, crc, method, taken: 0, bytes: undefined };
      offset += stored;
    }
    if (offset !== source.length) throw new DamagedBlock('a column block has the wrong length');
  }

  /** The place of the next `length` bytes of a chunk. */
  place(chunk: number, length: number): StreamPlace {
    const found = this.#chunks[chunk];
    const offset = found?.taken ?? 0;
    if (length > (found?.length ?? 0) - offset)
      throw new DamagedBlock('a column of a column block is cut short');
    if (found) found.taken += length;
    return { chunk, offset, length };
  }

  bytes(place: StreamPlace): Uint8Array {
    if (place.length === 0) return NOTHING;
    return this.chunk(place.chunk).subarray(place.offset, place.offset + place.length);
  }

  /** A whole chunk; empty where the block has none of that number. */
  chunk(number: number): Uint8Array {
    const chunk = this.#chunks[number];
    if (chunk === undefined) return NOTHING;
    chunk.bytes ??= this.#read(chunk);
    return chunk.bytes;
  }

  readAll(): void {
    for (let number = 0; number < CHUNK_COUNT; number++) this.chunk(number);
  }

  /** Whether every byte of every chunk but `meta` belongs to something. */
  get isUsedUp(): boolean {
    return this.#chunks.every((chunk, i) => i === 0 || !chunk || chunk.taken === chunk.length);
  }

  #read({ offset, stored, length, crc, method }: ChunkPlace): Uint8Array {
    const bytes = this.#source.read(offset, stored);
    if (bytes.length !== stored || crc32(bytes) !== crc)
      throw new DamagedBlock('a chunk of a column block fails its checksum');
    if (method === METHOD.stored) {
      if (stored !== length) throw new DamagedBlock('a chunk of a column block has a wrong length');
      return plain(bytes);
    }
    let raw: Uint8Array;
    try {
      raw = zstd.decompress(bytes, length);
    } catch (cause) {
      throw new DamagedBlock('a chunk of a column block does not decompress', { cause });
    }
    if (raw.length !== length)
      throw new DamagedBlock('a chunk of a column block has a wrong length');
    return plain(raw);
  }
}

/** No Buffer, whose `slice` is a view. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
