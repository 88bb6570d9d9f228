/**
 * Which rows stand in which ResourceSpans and ScopeSpans while a block is written, with the distinct frames
 * of both. Envelopes without a row are not kept.
 *
 *   ResourceSpans (varint) · their frames (strings) · the ScopeSpans in each (ints)
 *   ScopeSpans (varint) · their frames (strings) · the rows in each (ints)
 *   services (varint), each length (varint) and bytes · of each distinct resource frame: service + 1, or 0
 */
import { frameBytes, type SpanBatch } from '../../otlp/span-batch.ts';
import { ABSENT, RESOURCE, SCOPE } from '../../otlp/span-columns.ts';
import { ByteTable } from './byte-table.ts';
import { CHUNK } from './chunk-format.ts';
import { type ChunkWriter, ROW_STREAMS } from './chunk-writer.ts';
import { encodeInts } from './encode-ints.ts';
import type { StringGroup, StringsEncoder } from './encode-strings.ts';
import { NumberValues, StringValues } from './value-columns.ts';

const FRAMES: StringGroup = {
  indexes: ROW_STREAMS,
  text: { dense: CHUNK.frames, even: CHUNK.frames, sparse: CHUNK.frames },
};
const RESOURCE_COLUMN = 0;
const SCOPE_COLUMN = 1;
const NO_SERVICE = -1;

export class Envelopes {
  readonly #table = new ByteTable();
  #resources = this.#column(RESOURCE_COLUMN);
  #scopes = this.#column(SCOPE_COLUMN);
  readonly #scopesEach = new NumberValues();
  readonly #rowsEach = new NumberValues();
  /** Each once. */
  readonly services: string[] = [];
  /** By distinct resource frame. */
  readonly #serviceOf: number[] = [];
  /** Index into `services` of the resource entered last, or −1. */
  service: number = NO_SERVICE;
  /** Bytes of the frames, each as often as it stands. */
  frameBytes = 0;

  clear(): void {
    this.#table.clear();
    this.#resources = this.#column(RESOURCE_COLUMN);
    this.#scopes = this.#column(SCOPE_COLUMN);
    this.#scopesEach.count = 0;
    this.#rowsEach.count = 0;
    this.services.length = 0;
    this.#serviceOf.length = 0;
    this.frameBytes = 0;
  }

  enterResource(batch: SpanBatch, view: DataView, resource: number): void {
    const at = resource * RESOURCE.stride;
    const { resources } = batch;
    const sizeBefore = this.#resources.size;
    this.#push(
      this.#resources,
      batch,
      view,
      resources[at + RESOURCE.segmentFirst]!,
      resources[at + RESOURCE.segmentCount]!,
    );
    this.#scopesEach.push(0);
    if (this.#resources.size > sizeBefore) {
      const offset = resources[at + RESOURCE.serviceOffset]!;
      const end = offset + resources[at + RESOURCE.serviceLength]!;
      const name =
        offset === ABSENT ? undefined : Buffer.from(batch.bytes.subarray(offset, end)).toString();
      let service = name === undefined ? NO_SERVICE : this.services.indexOf(name);
      if (name !== undefined && service < 0) service = this.services.push(name) - 1;
      this.#serviceOf.push(service);
    }
    this.service = this.#serviceOf[this.#resources.lastIndex]!;
  }

  enterScope(batch: SpanBatch, view: DataView, scope: number): void {
    const at = scope * SCOPE.stride;
    this.#push(
      this.#scopes,
      batch,
      view,
      batch.scopes[at + SCOPE.segmentFirst]!,
      batch.scopes[at + SCOPE.segmentCount]!,
    );
    this.#rowsEach.push(0);
    this.#scopesEach.addToLast(1);
  }

  addRow(): void {
    this.#rowsEach.addToLast(1);
  }

  /** The distinct resource frames, views. */
  *resourceFrames(): Iterable<Uint8Array> {
    for (const entry of this.#entries(RESOURCE_COLUMN)) yield this.#table.bytes(entry);
  }

  encode(chunks: ChunkWriter, strings: StringsEncoder): void {
    const { meta } = chunks;
    for (const [column, frames, each] of [
      [RESOURCE_COLUMN, this.#resources, this.#scopesEach],
      [SCOPE_COLUMN, this.#scopes, this.#rowsEach],
    ] as const) {
      meta.varint(frames.count);
      const entries = this.#entries(column);
      strings.encode(FRAMES, this.#table, entries, frames.indexes, frames.count);
      encodeInts(chunks, ROW_STREAMS, each.values, each.count);
    }
    meta.varint(this.services.length);
    for (const service of this.services) meta.counted(Buffer.from(service));
    for (const service of this.#serviceOf) meta.varint(service + 1);
  }

  #column(column: number): StringValues {
    return new StringValues(this.#table, column, column, false);
  }

  #entries(column: number): Int32Array {
    const { columns, count } = this.#table;
    return Int32Array.from({ length: count }, (_, i) => i).filter((i) => columns[i] === column);
  }

  #push(
    column: StringValues,
    batch: SpanBatch,
    view: DataView,
    segment: number,
    count: number,
  ): void {
    let length: number;
    if (count === 1) {
      length = batch.segments[segment * 2 + 1]!;
      column.push(view, batch.segments[segment * 2]!, length);
    } else {
      const frame = frameBytes(batch, segment, count);
      length = frame.length;
      column.push(new DataView(frame.buffer, frame.byteOffset, length), 0, length);
    }
    this.frameBytes += length;
  }
}
