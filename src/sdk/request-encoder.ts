/**
 * Spans of the SDK, a few hundred at a time, as one ExportTraceServiceRequest grouped by resource and scope.
 *
 * Spans of a scope keep their order; scopes and resources stand in the order in which they were first met.
 * Its rows come with it, as the scanner would find them, where every span is one that the scanner takes.
 * A span that throws while it is read (an attribute may be a getter of the program's) is left out and
 * counted. Bounds: SPANS_MAX spans, BYTES_MAX bytes and one span more, GROUPS_MAX scopes a request. Keeps
 * one buffer a scope from request to request; the request itself is the caller's.
 */
import { SCAN_LIMITS } from '../otlp/scan-limits.ts';
import { SdkSpanRow } from '../otlp/sdk-span-row.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { COLUMN, STRIDE } from '../otlp/span-columns.ts';
import { ProtobufWriter, varintSize } from '../otlp/wire/protobuf-writer.ts';
import {
  type SdkResource,
  type SdkScope,
  type SdkSpan,
  writeSdkSpanNoted,
} from '../otlp/write-sdk-span.ts';
import { EncodedBatch } from './encoded-batch.ts';
import type { EndedSpans } from './ended-spans.ts';
import type { ResourceFrame, SpanFrames } from './span-frames.ts';

const SPANS_MAX = 512;
const BYTES_MAX = 1024 * 1024;
const GROUPS_MAX = 64;
/** A buffer that grew beyond this for one request is not kept for the next. */
const KEPT_BYTES_MAX = 2 * BYTES_MAX;
/** How often the time is looked at. */
const SPANS_A_LOOK = 32;
/** The writer asks for this much before it writes a number. */
const LENGTH_ROOM = 10;

export interface EncodedRequest {
  readonly request: Uint8Array;
  readonly spanCount: number;
  /** What a scan of the request would find, until the next is encoded; undefined where it has to be scanned. */
  readonly batch: SpanBatch | undefined;
}

export interface EncodeOutcome {
  /** Undefined where nothing could be written. */
  readonly encoded: EncodedRequest | undefined;
  /** Spans left out because they could not be read. */
  readonly unreadable: number;
  /** The next span's resource waits for attributes. */
  readonly pending: SdkResource | undefined;
}

interface Group {
  resource: ResourceFrame;
  scope: Uint8Array;
  readonly writer: ProtobufWriter;
  /** Of its spans; places are the writer's. */
  rows: Uint32Array;
  count: number;
  /** Of the last span: a guess at the length of the next. */
  lastLength: number;
}

export class RequestEncoder {
  readonly #frames: SpanFrames;
  /** The first `#used` belong to the request under way. */
  readonly #groups: Group[] = [];
  #used = 0;
  readonly #row = new SdkSpanRow();
  readonly #batch = new EncodedBatch();
  /** Of the span before, in the same request: most come from the same place. */
  #resource: SdkResource | undefined;
  #scope: SdkScope | undefined;
  #last: Group | undefined;
  /** Every span of the request has its row. */
  #isPlain = true;

  constructor(frames: SpanFrames) {
    this.#frames = frames;
  }

  /** Takes spans off the buffer until the request is full or the time (of performance.now) has come. */
  encode(ended: EndedSpans, untilMs: number): EncodeOutcome {
    this.#used = 0;
    this.#isPlain = true;
    this.#resource = undefined;
    this.#scope = undefined;
    let spanCount = 0;
    let bytes = 0;
    let unreadable = 0;
    let pending: SdkResource | undefined;
    for (let tried = 1; spanCount < SPANS_MAX && bytes < BYTES_MAX; tried++) {
      const span = ended.peek();
      if (span === undefined) break;
      if (tried % SPANS_A_LOOK === 0 && performance.now() >= untilMs) break;
      let written: number | SdkResource | undefined;
      try {
        written = this.#write(span);
      } catch {
        unreadable++;
        ended.drop();
        continue;
      }
      if (written === undefined) break;
      if (typeof written === 'object') {
        pending = written;
        break;
      }
      ended.drop();
      spanCount++;
      bytes += written;
    }
    if (spanCount === 0) return { encoded: undefined, unreadable, pending };
    const request = this.#request();
    const batch = this.#isPlain ? this.#batch : undefined;
    return { encoded: { request, spanCount, batch }, unreadable, pending };
  }

  /** Bytes written; the resource where it is to be waited for; undefined where there is no group left. */
  #write(span: SdkSpan): number | SdkResource | undefined {
    if (span.resource !== this.#resource || span.instrumentationScope !== this.#scope) {
      const resource = this.#frames.resource(span.resource);
      if (resource === undefined) return span.resource;
      const group = this.#group(resource, this.#frames.scope(span.instrumentationScope));
      if (group === undefined) return undefined;
      this.#last = group;
      this.#resource = span.resource;
      this.#scope = span.instrumentationScope;
    }
    const group = this.#last!;
    const { writer, lastLength } = group;
    const start = writer.offset;
    try {
      const mark = writer.beginSized(2, lastLength);
      writeSdkSpanNoted(writer, span, this.#row);
      const length = writer.offset - mark;
      group.lastLength = length;
      // Before its bytes may be moved: the row is then moved after them.
      this.#isPlain &&= this.#fill(group, mark);
      writer.endSized(mark, lastLength);
      const moved = writer.offset - length - mark;
      if (moved !== 0 && this.#isPlain) moveRow(group.rows, group.count, moved);
      group.count++;
    } catch (error) {
      writer.offset = start;
      throw error;
    }
    return writer.offset - start;
  }

  #fill(group: Group, start: number): boolean {
    if ((group.count + 1) * STRIDE > group.rows.length) group.rows = grown(group.rows);
    return this.#row.fill(group.writer, start, group.rows, group.count);
  }

  #group(resource: ResourceFrame, scope: Uint8Array): Group | undefined {
    for (let i = 0; i < this.#used; i++) {
      const group = this.#groups[i]!;
      if (group.scope === scope && group.resource === resource) return group;
    }
    if (this.#used === GROUPS_MAX) return undefined;
    const kept = this.#groups[this.#used];
    const group: Group =
      kept !== undefined && kept.writer.bytes.length <= KEPT_BYTES_MAX
        ? kept
        : freshGroup(resource, scope);
    group.resource = resource;
    group.scope = scope;
    group.count = 0;
    group.writer.reset();
    this.#groups[this.#used++] = group;
    return group;
  }

  #request(): Uint8Array {
    const groups = this.#groups.slice(0, this.#used).filter(({ count }) => count > 0);
    const byResource = new Map<ResourceFrame, Group[]>();
    for (const group of groups) {
      const scopes = byResource.get(group.resource);
      if (scopes === undefined) byResource.set(group.resource, [group]);
      else scopes.push(group);
      const { frameBytesMax } = SCAN_LIMITS;
      if (group.resource.bytes.length > frameBytesMax || group.scope.length > frameBytesMax)
        this.#isPlain = false;
    }
    const lengths = [...byResource].map(([{ bytes }, scopes]) =>
      scopes.reduce((sum, group) => sum + fieldSize(scopeLength(group)), bytes.length),
    );
    const total = lengths.reduce((sum, length) => sum + fieldSize(length), 0);
    const writer = new ProtobufWriter(total + LENGTH_ROOM);
    const batch = this.#batch;
    batch.reset();
    for (const [i, [resource, scopes]] of [...byResource].entries()) {
      const field = writer.offset;
      const rowFirst = batch.count;
      openField(writer, 1, lengths[i]!);
      const frameAt = writer.offset;
      writer.raw(resource.bytes);
      for (const group of scopes) {
        openField(writer, 2, scopeLength(group));
        const scopeAt = writer.offset;
        writer.raw(group.scope);
        if (this.#isPlain)
          batch.addScope(scopeAt, group.scope.length, writer.offset, group.rows, group.count);
        writer.raw(group.writer.bytes.subarray(0, group.writer.offset));
      }
      batch.addResource(field, writer.offset, frameAt, resource, rowFirst);
    }
    batch.bytes = writer.take();
    return batch.bytes;
  }
}

function freshGroup(resource: ResourceFrame, scope: Uint8Array): Group {
  const writer = new ProtobufWriter(16 * 1024);
  return {
    resource,
    scope,
    writer,
    rows: new Uint32Array(64 * STRIDE),
    count: 0,
    lastLength: 512,
  };
}

function scopeLength({ scope, writer }: Group): number {
  return scope.length + writer.offset;
}

/** Bytes that a length-delimited field with a number below 16 takes. */
function fieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

function openField(writer: ProtobufWriter, field: number, length: number): void {
  writer.tag(field, 2);
  writer.varint(length);
}

/** Its bytes were moved; what is not there has no place either. */
function moveRow(rows: Uint32Array, row: number, by: number): void {
  const at = row * STRIDE;
  rows[at + COLUMN.offset] = rows[at + COLUMN.offset]! + by;
  if (rows[at + COLUMN.nameLength] !== 0)
    rows[at + COLUMN.nameOffset] = rows[at + COLUMN.nameOffset]! + by;
  if (rows[at + COLUMN.traceStateLength] !== 0)
    rows[at + COLUMN.traceStateOffset] = rows[at + COLUMN.traceStateOffset]! + by;
}

function grown(words: Uint32Array): Uint32Array {
  const larger = new Uint32Array(words.length * 2);
  larger.set(words);
  return larger;
}
