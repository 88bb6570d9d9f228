/**
 * A read-only view of the spans in one run of OTLP bytes: columns beside the bytes themselves.
 *
 * `bytes` is a TracesData or ExportTraceServiceRequest message (the same thing on the wire). The
 * record of a span is its own bytes plus two frames: all fields of its ResourceSpans other than
 * scope_spans, and all fields of its ScopeSpans other than spans, unknown ones included, as they came.
 * Envelopes are rebuilt from frames; a span's bytes are never rewritten.
 *
 * Ownership: a batch belongs to whoever made it and is valid only until the call it was passed to
 * returns (for an async function: until its first await). Who wants to keep something copies it.
 */
import { COLUMN, STRIDE } from './span-columns.ts';

export interface SpanBatch {
  readonly bytes: Uint8Array;
  /** Rows; each is STRIDE words of `rows`. */
  readonly count: number;
  readonly rows: Uint32Array;
  readonly scopeCount: number;
  readonly scopes: Uint32Array;
  readonly resourceCount: number;
  readonly resources: Uint32Array;
  /** Pairs (offset, length) into `bytes`: the frames' pieces in wire order. */
  readonly segments: Uint32Array;
  /** The sampling threshold T (0 … 2^56) that spans with BITS.raised were raised to. */
  readonly threshold: bigint;
}

/** A span's u64 column as a number; exact below 2^53, which arrival numbers never pass. */
export function wideColumn(rows: Uint32Array, row: number, column: number): number {
  const at = row * STRIDE + column;
  return rows[at + 1]! * 0x100000000 + rows[at]!;
}

/** A span's u64 column as a bigint, for the edges. */
export function bigColumn(rows: Uint32Array, row: number, column: number): bigint {
  const at = row * STRIDE + column;
  return (BigInt(rows[at + 1]!) << 32n) | BigInt(rows[at]!);
}

/** The bytes of a span's message, a view. */
export function spanBytes(batch: SpanBatch, row: number): Uint8Array {
  const at = row * STRIDE;
  const offset = batch.rows[at + COLUMN.offset]!;
  return batch.bytes.subarray(offset, offset + batch.rows[at + COLUMN.length]!);
}

/** A frame: its pieces joined. A view where it is one piece, else a copy. */
export function frameBytes(batch: SpanBatch, segmentFirst: number, count: number): Uint8Array {
  const { bytes, segments } = batch;
  if (count === 1) {
    const offset = segments[segmentFirst * 2]!;
    return bytes.subarray(offset, offset + segments[segmentFirst * 2 + 1]!);
  }
  let length = 0;
  for (let i = 0; i < count; i++) length += segments[(segmentFirst + i) * 2 + 1]!;
  const frame = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const offset = segments[(segmentFirst + i) * 2]!;
    const pieceLength = segments[(segmentFirst + i) * 2 + 1]!;
    frame.set(bytes.subarray(offset, offset + pieceLength), at);
    at += pieceLength;
  }
  return frame;
}

/** Where a place in `bytes` stands within a frame whose pieces are joined; −1 where it is not in it. */
export function placeInFrame(
  batch: SpanBatch,
  segmentFirst: number,
  count: number,
  place: number,
): number {
  let before = 0;
  for (let i = segmentFirst; i < segmentFirst + count; i++) {
    const offset = batch.segments[i * 2]!;
    const length = batch.segments[i * 2 + 1]!;
    if (place >= offset && place < offset + length) return before + place - offset;
    before += length;
  }
  return -1;
}
