/**
 * The body of a block: the spans themselves, compressed, and self-describing, so that a body found by a
 * linear scan of a damaged file can be put back. docs/decisions/0002-lmdb-layout.md has the byte table.
 *
 * Decoding checks the CRC over everything before a byte of it is believed. Little-endian.
 */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { decodeJsonLines, encodeJsonLines } from '../../otlp/json/json-lines.ts';
import { DamagedBlock } from '../columns/damaged-block.ts';

export const BODY_MAGIC = 0x424e5953; // "SYNB"
export const BODY_VERSION = 1;
export const BODY_HEADER_BYTES = 56;

export const BODY_ENCODINGS = { otlp: 1, json: 2 } as const;
export type BodyEncoding = keyof typeof BODY_ENCODINGS;

const DENSE_ARRIVALS = 1;
const SPAN_FLAGS = 2;

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

const COMPRESSION = {
  params: { [constants.ZSTD_c_compressionLevel]: 1 },
};

/** zstd's own bound, so that compression is one pass into one buffer. */
function compressBound(length: number): number {
  return length + (length >>> 8) + 512;
}

export function encodeBody(content: BodyContent, encoding: BodyEncoding): Buffer {
  const raw = encoding === 'json' ? encodeJsonLines(content.traces) : content.traces;
  const payload = zstdCompressSync(raw, {
    ...COMPRESSION,
    chunkSize: Math.max(64, compressBound(raw.length)),
  });
  const { arrivals, flags, spanCount } = content;
  const first = spanCount === 0 ? 0 : arrivals[0]!;
  const dense = arrivals.every((arrival, i) => arrival === first + i);
  const flagged = flags.some((value) => value !== 0);
  const extrasLength = (dense ? 0 : spanCount * 8) + (flagged ? spanCount : 0);
  const body = Buffer.allocUnsafe(BODY_HEADER_BYTES + extrasLength + payload.length);
  body.writeUInt32LE(BODY_MAGIC, 0);
  body[4] = BODY_VERSION;
  body[5] = BODY_ENCODINGS[encoding];
  body[6] = (dense ? DENSE_ARRIVALS : 0) | (flagged ? SPAN_FLAGS : 0);
  body[7] = 1;
  body.writeUInt32LE(content.blockNumber, 8);
  body.writeUInt32LE(spanCount, 12);
  body.writeBigUInt64LE(BigInt(first), 16);
  body.writeBigUInt64LE(BigInt(content.writtenAtMs), 24);
  body.writeBigUInt64LE(content.threshold, 32);
  body.writeUInt32LE(extrasLength, 40);
  body.writeUInt32LE(payload.length, 44);
  body.writeUInt32LE(raw.length, 48);
  let at = BODY_HEADER_BYTES;
  if (!dense) {
    for (let i = 0; i < spanCount; i++) body.writeDoubleLE(arrivals[i]!, at + i * 8);
    at += spanCount * 8;
  }
  if (flagged) {
    body.set(flags, at);
    at += spanCount;
  }
  body.set(payload, at);
  body.writeUInt32LE(bodyChecksum(body), 52);
  return body;
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
    at += spanCount;
  }
  const rawLength = view.getUint32(48, true);
  const raw = zstdDecompressSync(bytes.subarray(at), {
    chunkSize: Math.max(64, rawLength + 1),
    maxOutputLength: Math.max(1, rawLength),
  });
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
