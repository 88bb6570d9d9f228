/**
 * Spans of the SDK, a few hundred at a time, as one ExportTraceServiceRequest grouped by resource and scope.
 *
 * Spans of a scope keep their order; scopes and resources stand in the order in which they were first met.
 * A span that throws while it is read (an attribute may be a getter of the program's) is left out and
 * counted. Bounds: SPANS_MAX spans, BYTES_MAX bytes and one span more, GROUPS_MAX scopes a request. Keeps
 * one buffer a scope from request to request; the request itself is the caller's.
 */
import { ProtobufWriter, varintSize } from '../otlp/wire/protobuf-writer.ts';
import { type SdkResource, type SdkSpan, writeSdkSpan } from '../otlp/write-sdk-span.ts';
import type { EndedSpans } from './ended-spans.ts';
import type { SpanFrames } from './span-frames.ts';

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
  resource: Uint8Array;
  scope: Uint8Array;
  readonly writer: ProtobufWriter;
  /** Of the last span: a guess at the length of the next. */
  lastLength: number;
}

export class RequestEncoder {
  readonly #frames: SpanFrames;
  /** The first `#used` belong to the request under way. */
  readonly #groups: Group[] = [];
  #used = 0;

  constructor(frames: SpanFrames) {
    this.#frames = frames;
  }

  /** Takes spans off the buffer until the request is full or the time (of performance.now) has come. */
  encode(ended: EndedSpans, untilMs: number): EncodeOutcome {
    this.#used = 0;
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
    const encoded = spanCount === 0 ? undefined : { request: this.#request(), spanCount };
    return { encoded, unreadable, pending };
  }

  /** Bytes written; the resource where it is to be waited for; undefined where there is no group left. */
  #write(span: SdkSpan): number | SdkResource | undefined {
    const resource = this.#frames.resource(span.resource);
    if (resource === undefined) return span.resource;
    const group = this.#group(resource, this.#frames.scope(span.instrumentationScope));
    if (group === undefined) return undefined;
    const { writer, lastLength } = group;
    const start = writer.offset;
    try {
      const mark = writer.beginSized(2, lastLength);
      writeSdkSpan(writer, span);
      group.lastLength = writer.offset - mark;
      writer.endSized(mark, lastLength);
    } catch (error) {
      writer.offset = start;
      throw error;
    }
    return writer.offset - start;
  }

  #group(resource: Uint8Array, scope: Uint8Array): Group | undefined {
    for (let i = 0; i < this.#used; i++) {
      const group = this.#groups[i]!;
      if (group.scope === scope && group.resource === resource) return group;
    }
    if (this.#used === GROUPS_MAX) return undefined;
    const kept = this.#groups[this.#used];
    const group: Group =
      kept !== undefined && kept.writer.bytes.length <= KEPT_BYTES_MAX
        ? kept
        : { resource, scope, writer: new ProtobufWriter(16 * 1024), lastLength: 512 };
    group.resource = resource;
    group.scope = scope;
    group.writer.reset();
    this.#groups[this.#used++] = group;
    return group;
  }

  #request(): Uint8Array {
    const groups = this.#groups.slice(0, this.#used).filter(({ writer }) => writer.offset > 0);
    const byResource = new Map<Uint8Array, Group[]>();
    for (const group of groups) {
      const scopes = byResource.get(group.resource);
      if (scopes === undefined) byResource.set(group.resource, [group]);
      else scopes.push(group);
    }
    const lengths = [...byResource].map(([resource, scopes]) =>
      scopes.reduce((sum, group) => sum + fieldSize(scopeLength(group)), resource.length),
    );
    const total = lengths.reduce((sum, length) => sum + fieldSize(length), 0);
    const writer = new ProtobufWriter(total + LENGTH_ROOM);
    for (const [i, [resource, scopes]] of [...byResource].entries()) {
      openField(writer, 1, lengths[i]!);
      writer.raw(resource);
      for (const group of scopes) {
        openField(writer, 2, scopeLength(group));
        writer.raw(group.scope);
        writer.raw(group.writer.bytes.subarray(0, group.writer.offset));
      }
    }
    return writer.take();
  }
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
