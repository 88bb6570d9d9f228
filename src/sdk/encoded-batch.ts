/**
 * The rows of a request that the encoder wrote itself, as the scanner would find them in its bytes. Rows
 * come scope by scope in the order of the bytes. Filled anew for each request; its arrays only grow.
 */
import type { SpanBatch } from '../otlp/span-batch.ts';
import { ABSENT, COLUMN, RESOURCE, SCOPE, STRIDE } from '../otlp/span-columns.ts';
import type { ResourceFrame } from './span-frames.ts';

export class EncodedBatch implements SpanBatch {
  bytes: Uint8Array = new Uint8Array(0);
  count = 0;
  rows: Uint32Array = new Uint32Array(64 * STRIDE);
  scopeCount = 0;
  scopes: Uint32Array = new Uint32Array(16 * SCOPE.stride);
  resourceCount = 0;
  resources: Uint32Array = new Uint32Array(16 * RESOURCE.stride);
  segments: Uint32Array = new Uint32Array(64);
  threshold = 0n;
  #segmentCount = 0;

  reset(): void {
    this.count = 0;
    this.scopeCount = 0;
    this.resourceCount = 0;
    this.#segmentCount = 0;
  }

  /** A scope of the resource that is added next: its frame at `offset`, its spans from `spansAt` on. */
  addScope(
    offset: number,
    frameLength: number,
    spansAt: number,
    spans: Uint32Array,
    count: number,
  ): void {
    const scope = this.scopeCount++;
    if (this.scopeCount * SCOPE.stride > this.scopes.length) this.scopes = grown(this.scopes);
    const at = scope * SCOPE.stride;
    this.scopes[at + SCOPE.resource] = this.resourceCount;
    this.scopes[at + SCOPE.segmentFirst] = this.#segmentCount;
    this.scopes[at + SCOPE.segmentCount] = this.#addSegment(offset, frameLength);
    const first = this.count * STRIDE;
    this.count += count;
    while (this.count * STRIDE > this.rows.length) this.rows = grown(this.rows);
    const { rows } = this;
    rows.set(spans.subarray(0, count * STRIDE), first);
    for (let row = first, end = this.count * STRIDE; row < end; row += STRIDE) {
      rows[row + COLUMN.scope] = scope;
      rows[row + COLUMN.offset] = rows[row + COLUMN.offset]! + spansAt;
      // What is not there has no place either.
      if (rows[row + COLUMN.nameLength] !== 0)
        rows[row + COLUMN.nameOffset] = rows[row + COLUMN.nameOffset]! + spansAt;
      if (rows[row + COLUMN.traceStateLength] !== 0)
        rows[row + COLUMN.traceStateOffset] = rows[row + COLUMN.traceStateOffset]! + spansAt;
    }
  }

  /** The resource of the scopes since the last one: its field at [field, end), its frame at `offset`, rows from `rowFirst` on. */
  addResource(
    field: number,
    end: number,
    offset: number,
    frame: ResourceFrame,
    rowFirst: number,
  ): void {
    const resource = this.resourceCount++;
    if (this.resourceCount * RESOURCE.stride > this.resources.length)
      this.resources = grown(this.resources);
    const at = resource * RESOURCE.stride;
    const { resources } = this;
    resources.fill(0, at, at + RESOURCE.stride);
    resources[at + RESOURCE.segmentFirst] = this.#segmentCount;
    resources[at + RESOURCE.segmentCount] = this.#addSegment(offset, frame.bytes.length);
    const isNamed = frame.serviceOffset !== ABSENT;
    resources[at + RESOURCE.serviceOffset] = isNamed ? offset + frame.serviceOffset : ABSENT;
    resources[at + RESOURCE.serviceLength] = frame.serviceLength;
    resources[at + RESOURCE.fieldOffset] = field;
    resources[at + RESOURCE.fieldLength] = end - field;
    resources[at + RESOURCE.rowFirst] = rowFirst;
    resources[at + RESOURCE.rowCount] = this.count - rowFirst;
  }

  #addSegment(offset: number, length: number): number {
    const at = this.#segmentCount++ * 2;
    if (at + 2 > this.segments.length) this.segments = grown(this.segments);
    this.segments[at] = offset;
    this.segments[at + 1] = length;
    return 1;
  }
}

function grown(words: Uint32Array): Uint32Array {
  const larger = new Uint32Array(words.length * 2);
  larger.set(words);
  return larger;
}
