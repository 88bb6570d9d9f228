/**
 * The body of a block: the spans themselves, compressed, and self-describing, so that a body found by a
 * linear scan of a damaged file can be put back. docs/decisions/0002-lmdb-layout.md has the byte table.
 *
 * Decoding checks the CRC over everything before a byte of it is believed. Little-endian.
 */
import { crc32 } from 'node:zlib';
import { decodeJsonLines, encodeJsonLines } from '../../otlp/json/json-lines.ts';
import { DamagedBlock } from '../columns/damaged-block.ts';
import { compressBound, ZstdCompressor } from '../compression/zstd-compressor.ts';
import { ZstdDecompressor } from '../compression/zstd-decompressor.ts';

export const BODY_MAGIC = 0x424e5953; // "SYNB"
export const BODY_VERSION = 1;
export const BODY_HEADER_BYTES = 56;

export const BODY_ENCODINGS = { otlp: 1, json: 2 } as const;
export type BodyEncoding = keyof typeof BODY_ENCODINGS;

const DENSE_ARRIVALS = 1;
const SPAN_FLAGS = 2;
/** Kept between bodies. */
const BODY_MEMORY_MAX = 4 * 1024 * 1024;

/** Of a span within a block. */
export const SPAN_PROMOTED = 1;
export const SPAN_RAISED = 2;

export interface BodyContent {
  readonly blockNumber: number;
  readonly writtenAtMs: number;
  /** A TracesData message. */
  readonly traces: Uint8Array;
  readonly spanCount: number;
  /** One a span, in the order of the message. */
  readonly arrivals: Float64Array;
  /** SPAN_PROMOTED | SPAN_RAISED, one a span. */
  readonly flags: Uint8Array;
  /** T of the spans with SPAN_RAISED. */
  readonly threshold: bigint;
}

/** A window of 256 KiB stays in the cache: a sixth less time, for a fiftieth more bytes. */
const WINDOW_LOG = 18;

/** Encodes bodies one after the other, in memory of its own. */
export class BodyEncoder {
  readonly #encoding: BodyEncoding;
  readonly #zstd = new ZstdCompressor({ windowLog: WINDOW_LOG });
  #memory = Buffer.alloc(0);

  constructor(encoding: BodyEncoding) {
    this.#encoding = encoding;
  }

  /** Valid until the next call. */
  encode(content: BodyContent): Buffer {
    const raw = this.#encoding === 'json' ? encodeJsonLines(content.traces) : content.traces;
    const { arrivals, flags, spanCount } = content;
    const first = spanCount === 0 ? 0 : arrivals[0]!;
    const dense = arrivals.every((arrival, i) => arrival === first + i);
    const flagged = flags.some((value) => value !== 0);
    const extrasLength = (dense ? 0 : spanCount * 8) + (flagged ? spanCount : 0);
    const payloadAt = BODY_HEADER_BYTES + extrasLength;
    const body = this.#room(payloadAt + compressBound(raw.length));
    const payloadLength = this.#zstd.compress(raw, body, payloadAt);
    body.writeUInt32LE(BODY_MAGIC, 0);
    body[4] = BODY_VERSION;
    body[5] = BODY_ENCODINGS[this.#encoding];
    body[6] = (dense ? DENSE_ARRIVALS : 0) | (flagged ? SPAN_FLAGS : 0);
    body[7] = 1;
    body.writeUInt32LE(content.blockNumber, 8);
    body.writeUInt32LE(spanCount, 12);
    body.writeBigUInt64LE(BigInt(first), 16);
    body.writeBigUInt64LE(BigInt(content.writtenAtMs), 24);
    body.writeBigUInt64LE(content.threshold, 32);
    body.writeUInt32LE(extrasLength, 40);
    body.writeUInt32LE(payloadLength, 44);
    body.writeUInt32LE(raw.length, 48);
    let at = BODY_HEADER_BYTES;
    if (!dense) {
      for (let i = 0; i < spanCount; i++) body.writeDoubleLE(arrivals[i]!, at + i * 8);
      at += spanCount * 8;
    }
    if (flagged) body.set(flags, at);
    const whole = body.subarray(0, payloadAt + payloadLength);
    whole.writeUInt32LE(bodyChecksum(whole), 52);
    return whole;
  }

  /** What one outsized block needed is not kept. */
  #room(bytes: number): Buffer {
    if (bytes > BODY_MEMORY_MAX) return Buffer.allocUnsafeSlow(bytes);
    if (this.#memory.length < bytes)
      this.#memory = Buffer.allocUnsafeSlow(Math.min(bytes * 2, BODY_MEMORY_MAX));
    return this.#memory;
  }
}

/** Over everything but the checksum's own four bytes. */
function bodyChecksum(body: Uint8Array): number {
  return crc32(body.subarray(BODY_HEADER_BYTES), crc32(body.subarray(0, 52)));
}

/** Bytes of the body that starts at the beginning of `bytes`, or undefined where none does. */
export function bodyLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < BODY_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== BODY_MAGIC) return undefined;
  return BODY_HEADER_BYTES + view.getUint32(40, true) + view.getUint32(44, true);
}

/** Checks a body without decompressing it. @throws DamagedBlock */
export function checkBody(bytes: Uint8Array): { blockNumber: number; spanCount: number } {
  const length = bodyLength(bytes);
  if (length !== bytes.length) throw new DamagedBlock('a block body has the wrong length or magic');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(52, true) !== bodyChecksum(bytes))
    throw new DamagedBlock('a block body fails its checksum');
  if (bytes[4] !== BODY_VERSION)
    throw new DamagedBlock(
      `a block body has format version ${bytes[4]}, this reads ${BODY_VERSION}`,
    );
  return { blockNumber: view.getUint32(8, true), spanCount: view.getUint32(12, true) };
}

/** One a thread. */
const zstd = new ZstdDecompressor();

/**
 * Whether some bytes occur in the message that a body holds; true where it would have to be decoded to know. A tenth of what
 * decoding takes. @throws DamagedBlock
 */
export function mayContain(bytes: Uint8Array, needle: Uint8Array): boolean {
  if (bytes[5] === BODY_ENCODINGS.json) return true;
  const { spanCount } = checkBody(bytes);
  const { payloadAt, rawLength } = payloadOf(bytes, spanCount);
  const raw = decompressed(() => zstd.glance(bytes.subarray(payloadAt), rawLength));
  return Buffer.from(raw.buffer, raw.byteOffset, raw.length).indexOf(needle) >= 0;
}

function payloadOf(
  bytes: Uint8Array,
  spanCount: number,
): { readonly payloadAt: number; readonly rawLength: number } {
  const bodyFlags = bytes[6]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const payloadAt =
    BODY_HEADER_BYTES +
    ((bodyFlags & DENSE_ARRIVALS) !== 0 ? 0 : spanCount * 8) +
    ((bodyFlags & SPAN_FLAGS) !== 0 ? spanCount : 0);
  return { payloadAt, rawLength: view.getUint32(48, true) };
}

function decompressed(decompress: () => Uint8Array): Uint8Array {
  try {
    return decompress();
  } catch (error) {
    throw new DamagedBlock(`a block's payload: ${error}`);
  }
}

/** @throws DamagedBlock */
export function decodeBody(bytes: Uint8Array): BodyContent {
  const { blockNumber, spanCount } = checkBody(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = Number(view.getBigUint64(16, true));
  const bodyFlags = bytes[6]!;
  let at = BODY_HEADER_BYTES;
  const arrivals = new Float64Array(spanCount);
  if ((bodyFlags & DENSE_ARRIVALS) !== 0) {
    for (let i = 0; i < spanCount; i++) arrivals[i] = first + i;
  } else {
    for (let i = 0; i < spanCount; i++) arrivals[i] = view.getFloat64(at + i * 8, true);
    at += spanCount * 8;
  }
  let flags = new Uint8Array(spanCount);
  if ((bodyFlags & SPAN_FLAGS) !== 0) {
    flags = bytes.slice(at, at + spanCount);
  }
  const { payloadAt, rawLength } = payloadOf(bytes, spanCount);
  const raw = decompressed(() => zstd.decompress(bytes.subarray(payloadAt), rawLength));
  return {
    blockNumber,
    writtenAtMs: Number(view.getBigUint64(24, true)),
    traces: bytes[5] === BODY_ENCODINGS.json ? decodeJsonLines(raw) : raw,
    spanCount,
    arrivals,
    flags,
    threshold: view.getBigUint64(32, true),
  };
}
