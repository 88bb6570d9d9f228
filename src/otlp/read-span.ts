/**
 * One Span message as plain objects, for what a view shows; never on the way in. All sixteen fields are
 * read; unknown ones and wrong wire types are passed over. A `bytes` attribute is a view of the input.
 *
 *   Span 1 trace_id · 2 span_id · 3 trace_state · 4 parent_span_id · 5 name · 6 kind · 7 start (fixed64) ·
 *     8 end (fixed64) · 9 attributes · 10 dropped · 11 events · 12 dropped · 13 links · 14 dropped ·
 *     15 status · 16 flags (fixed32)
 *   Event 1 time (fixed64) · 2 name · 3 attributes · 4 dropped
 *   Link 1 trace_id · 2 span_id · 3 trace_state · 4 attributes · 5 dropped · 6 flags (fixed32)
 *   Status 2 message · 3 code
 */
import type { Attribute } from '../model/attribute.ts';
import type { SpanLink } from '../model/trace-span.ts';
import { readAttribute } from './read-attributes.ts';
import { ProtobufReader, WIRE } from './wire/protobuf-reader.ts';

export interface OtlpEvent {
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributes: number;
}

/** A Span message, field by field. Ids are hexadecimal and as sent, of any length. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  /** As sent: 0 to 5, or a number unknown to us. */
  readonly kind: number;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributes: number;
  readonly events: readonly OtlpEvent[];
  readonly droppedEvents: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinks: number;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly flags: number;
  /** Some string had to be mended with U+FFFD. */
  readonly invalidUtf8: boolean;
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

/** A Span lies three messages deep in its request, which counts towards the bound on nesting. */
const SPAN_DEPTH = 3;

/** @throws MalformedProtobuf, which bytes that the scanner accepted never cause */
export function readSpan(bytes: Uint8Array): OtlpSpan {
  const reader = new ProtobufReader(bytes, 0, bytes.length, SPAN_DEPTH);
  const attributes: Attribute[] = [];
  const events: OtlpEvent[] = [];
  const links: SpanLink[] = [];
  const span: Draft<OtlpSpan> = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    traceState: '',
    name: '',
    kind: 0,
    startUnixNano: 0n,
    endUnixNano: 0n,
    attributes,
    droppedAttributes: 0,
    events,
    droppedEvents: 0,
    links,
    droppedLinks: 0,
    statusCode: 0,
    statusMessage: '',
    flags: 0,
    invalidUtf8: false,
  };
  while (reader.next()) {
    if (reader.is(1, WIRE.bytes)) span.traceId = hex(reader.view());
    else if (reader.is(2, WIRE.bytes)) span.spanId = hex(reader.view());
    else if (reader.is(3, WIRE.bytes)) span.traceState = reader.string();
    else if (reader.is(4, WIRE.bytes)) span.parentSpanId = hex(reader.view());
    else if (reader.is(5, WIRE.bytes)) span.name = reader.string();
    else if (reader.is(6, WIRE.varint)) span.kind = reader.int32();
    else if (reader.is(7, WIRE.fixed64)) span.startUnixNano = reader.fixed64();
    else if (reader.is(8, WIRE.fixed64)) span.endUnixNano = reader.fixed64();
    else if (reader.is(9, WIRE.bytes)) attributes.push(readAttribute(reader.message()));
    else if (reader.is(10, WIRE.varint)) span.droppedAttributes = reader.uint32();
    else if (reader.is(11, WIRE.bytes)) events.push(readEvent(reader.message()));
    else if (reader.is(12, WIRE.varint)) span.droppedEvents = reader.uint32();
    else if (reader.is(13, WIRE.bytes)) links.push(readLink(reader.message()));
    else if (reader.is(14, WIRE.varint)) span.droppedLinks = reader.uint32();
    else if (reader.is(15, WIRE.bytes)) readStatus(reader.message(), span);
    else if (reader.is(16, WIRE.fixed32)) span.flags = reader.fixed32();
    else reader.skip();
  }
  span.invalidUtf8 = reader.findings.invalidUtf8;
  return span;
}

function readEvent(reader: ProtobufReader): OtlpEvent {
  const attributes: Attribute[] = [];
  const event: Draft<OtlpEvent> = { timeUnixNano: 0n, name: '', attributes, droppedAttributes: 0 };
  while (reader.next()) {
    if (reader.is(1, WIRE.fixed64)) event.timeUnixNano = reader.fixed64();
    else if (reader.is(2, WIRE.bytes)) event.name = reader.string();
    else if (reader.is(3, WIRE.bytes)) attributes.push(readAttribute(reader.message()));
    else if (reader.is(4, WIRE.varint)) event.droppedAttributes = reader.uint32();
    else reader.skip();
  }
  return event;
}

function readLink(reader: ProtobufReader): SpanLink {
  const attributes: Attribute[] = [];
  const link: Draft<SpanLink> = {
    traceId: '',
    spanId: '',
    traceState: '',
    attributes,
    droppedAttributes: 0,
    flags: 0,
  };
  while (reader.next()) {
    if (reader.is(1, WIRE.bytes)) link.traceId = hex(reader.view());
    else if (reader.is(2, WIRE.bytes)) link.spanId = hex(reader.view());
    else if (reader.is(3, WIRE.bytes)) link.traceState = reader.string();
    else if (reader.is(4, WIRE.bytes)) attributes.push(readAttribute(reader.message()));
    else if (reader.is(5, WIRE.varint)) link.droppedAttributes = reader.uint32();
    else if (reader.is(6, WIRE.fixed32)) link.flags = reader.fixed32();
    else reader.skip();
  }
  return link;
}

/** A status that comes twice is merged, as protobuf merges it. */
function readStatus(reader: ProtobufReader, span: Draft<OtlpSpan>): void {
  while (reader.next()) {
    if (reader.is(2, WIRE.bytes)) span.statusMessage = reader.string();
    else if (reader.is(3, WIRE.varint)) span.statusCode = reader.int32();
    else reader.skip();
  }
}

function hex(view: Uint8Array): string {
  return Buffer.from(view.buffer, view.byteOffset, view.length).toString('hex');
}
