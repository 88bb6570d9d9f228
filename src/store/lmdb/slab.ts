/**
 * Batches gathered for one group commit: plain memory that is filled on the ingest thread, transferred to
 * the writer, read there as one SpanBatch, and transferred back to be filled again. One copy of a
 * request's bytes on its way to disk. (Shared memory was measured five times slower to copy into.)
 *
 * Bounds: `bytes` and rows grow only for a single batch that is larger than the slab itself.
 */
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { ABSENT, COLUMN, RESOURCE, SCOPE, STRIDE } from '../../otlp/span-columns.ts';

export const SLAB_BYTES: number = 2 * 1024 * 1024;
const SLAB_ROWS = 8 * 1024;

/** A slab's memory and marks: plain data that postMessage moves. */
export interface SlabParts {
  bytes: Uint8Array;
  rows: Uint32Array;
  scopes: Uint32Array;
  resources: Uint32Array;
  segments: Uint32Array;
  count: number;
  scopeCount: number;
  resourceCount: number;
  segmentCount: number;
  bytesUsed: number;
  threshold: bigint;
}

function freshParts(bytes: number = SLAB_BYTES, rows: number = SLAB_ROWS): SlabParts {
  return {
    bytes: new Uint8Array(bytes),
    rows: new Uint32Array(rows * STRIDE),
    scopes: new Uint32Array((rows >> 3) * SCOPE.stride),
    resources: new Uint32Array((rows >> 4) * RESOURCE.stride),
    segments: new Uint32Array((rows >> 2) * 2),
    count: 0,
    scopeCount: 0,
    resourceCount: 0,
    segmentCount: 0,
    bytesUsed: 0,
    threshold: 0n,
  };
}

export class Slab implements SpanBatch {
  bytes: Uint8Array;
  rows: Uint32Array;
  scopes: Uint32Array;
  resources: Uint32Array;
  segments: Uint32Array;
  count: number;
  scopeCount: number;
  resourceCount: number;
  segmentCount: number;
  bytesUsed: number;
  threshold: bigint;

  /** A new slab, or one around the memory of a parcel. */
  constructor(parts: SlabParts = freshParts()) {
    this.bytes = parts.bytes;
    this.rows = parts.rows;
    this.scopes = parts.scopes;
    this.resources = parts.resources;
    this.segments = parts.segments;
    this.count = parts.count;
    this.scopeCount = parts.scopeCount;
    this.resourceCount = parts.resourceCount;
    this.segmentCount = parts.segmentCount;
    this.bytesUsed = parts.bytesUsed;
    this.threshold = parts.threshold;
  }

  /** A batch that outlives the call it was passed to, in no more memory than it needs. */
  static copyOf(batch: SpanBatch): Slab {
    const slab = new Slab(freshParts(batch.bytes.length, batch.count));
    slab.append(batch);
    return slab;
  }

  /** Whether a batch fits without growing; an empty slab takes anything. */
  hasRoomFor(batch: SpanBatch): boolean {
    return (
      this.count === 0 ||
      (this.bytesUsed + batch.bytes.length <= this.bytes.length &&
        (this.count + batch.count) * STRIDE <= this.rows.length)
    );
  }

  append(batch: SpanBatch): void {
    const base = this.bytesUsed;
    this.bytes = withRoom(this.bytes, base, batch.bytes.length);
    this.bytes.set(batch.bytes, base);
    this.bytesUsed += batch.bytes.length;
    this.#appendRows(batch, base);
    this.#appendFrames(batch, base);
    if (batch.threshold > this.threshold) this.threshold = batch.threshold;
  }

  #appendRows(batch: SpanBatch, base: number): void {
    const words = batch.count * STRIDE;
    const first = this.count * STRIDE;
    this.rows = withRoom(this.rows, first, words);
    const rows = this.rows;
    rows.set(batch.rows.subarray(0, words), first);
    for (let at = first; at < first + words; at += STRIDE) {
      rows[at + COLUMN.offset] = rows[at + COLUMN.offset]! + base;
      rows[at + COLUMN.nameOffset] = rows[at + COLUMN.nameOffset]! + base;
      rows[at + COLUMN.traceStateOffset] = rows[at + COLUMN.traceStateOffset]! + base;
      rows[at + COLUMN.scope] = rows[at + COLUMN.scope]! + this.scopeCount;
    }
  }

  #appendFrames(batch: SpanBatch, base: number): void {
    const rowBase = this.count;
    const scopeWords = batch.scopeCount * SCOPE.stride;
    const firstScope = this.scopeCount * SCOPE.stride;
    this.scopes = withRoom(this.scopes, firstScope, scopeWords);
    this.scopes.set(batch.scopes.subarray(0, scopeWords), firstScope);
    for (let at = firstScope; at < firstScope + scopeWords; at += SCOPE.stride) {
      this.scopes[at + SCOPE.resource]! += this.resourceCount;
      this.scopes[at + SCOPE.segmentFirst]! += this.segmentCount;
    }
    const resourceWords = batch.resourceCount * RESOURCE.stride;
    const firstResource = this.resourceCount * RESOURCE.stride;
    this.resources = withRoom(this.resources, firstResource, resourceWords);
    this.resources.set(batch.resources.subarray(0, resourceWords), firstResource);
    let segments = 0;
    for (let at = firstResource; at < firstResource + resourceWords; at += RESOURCE.stride) {
      segments = Math.max(
        segments,
        this.resources[at + RESOURCE.segmentFirst]! + this.resources[at + RESOURCE.segmentCount]!,
      );
      this.resources[at + RESOURCE.segmentFirst]! += this.segmentCount;
      if (this.resources[at + RESOURCE.serviceOffset] !== ABSENT)
        this.resources[at + RESOURCE.serviceOffset]! += base;
      this.resources[at + RESOURCE.fieldOffset]! += base;
      this.resources[at + RESOURCE.rowFirst]! += rowBase;
    }
    const firstSegment = this.segmentCount * 2;
    this.segments = withRoom(this.segments, firstSegment, segments * 2);
    for (let i = 0; i < segments * 2; i += 2) {
      this.segments[firstSegment + i] = batch.segments[i]! + base;
      this.segments[firstSegment + i + 1] = batch.segments[i + 1]!;
    }
    this.count += batch.count;
    this.scopeCount += batch.scopeCount;
    this.resourceCount += batch.resourceCount;
    this.segmentCount += segments;
  }

  clear(): void {
    this.count = 0;
    this.scopeCount = 0;
    this.resourceCount = 0;
    this.segmentCount = 0;
    this.bytesUsed = 0;
    this.threshold = 0n;
    // What one outsized request made grow is given back.
    if (this.bytes.length > SLAB_BYTES) this.bytes = new Uint8Array(SLAB_BYTES);
  }

  /** For postMessage with its transfer list: after that the slab is an empty shell, to be dropped. */
  parcel(): { parts: SlabParts; transfer: ArrayBuffer[] } {
    const parts = { ...this } as SlabParts;
    const { bytes, rows, scopes, resources, segments } = parts;
    return {
      parts,
      transfer: [bytes, rows, scopes, resources, segments].map((a) => a.buffer as ArrayBuffer),
    };
  }
}

function withRoom<Words extends Uint8Array | Uint32Array>(
  words: Words,
  used: number,
  more: number,
): Words {
  if (used + more <= words.length) return words;
  const Type = words.constructor as { new (length: number): Words };
  const larger = new Type(Math.max(words.length * 2, used + more));
  larger.set(words.subarray(0, used));
  return larger;
}
