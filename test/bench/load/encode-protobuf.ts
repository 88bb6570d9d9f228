/** A described request as an ExportTraceServiceRequest in protobuf, its fields in order of their numbers. */
import { ProtobufWriter } from '../../../src/otlp/wire/protobuf-writer.ts';
import {
  type Attributes,
  ERROR_MESSAGE,
  type ResourceText,
  type ScopeText,
  type SpanText,
  type Value,
} from './shop-request.ts';
import type { Slot } from './slots.ts';

/** Bytes to stand for a slot: 16 for a trace id, 8 for everything else. Asked in the order of the wire. */
export type SlotBytes = (slot: Slot) => Uint8Array;

const SAMPLED_AND_LOCAL = 0x101;

export function encodeProtobuf(resources: readonly ResourceText[], of: SlotBytes): Buffer {
  const out = new ProtobufWriter(64 * 1024);
  for (const resource of resources) {
    const mark = out.begin(1);
    const inner = out.begin(1);
    writeAttributes(out, 1, resource.attributes, of);
    out.end(inner);
    for (const scope of resource.scopes) writeScope(out, scope, of);
    out.end(mark);
  }
  return Buffer.from(out.finish());
}

function writeScope(out: ProtobufWriter, scope: ScopeText, of: SlotBytes): void {
  const mark = out.begin(2);
  const inner = out.begin(1);
  out.string(1, scope.name);
  out.string(2, scope.version);
  out.end(inner);
  for (const span of scope.spans) {
    const spanMark = out.begin(2);
    writeSpan(out, span, of);
    out.end(spanMark);
  }
  if (scope.schemaUrl !== undefined) out.string(3, scope.schemaUrl);
  out.end(mark);
}

function writeSpan(out: ProtobufWriter, span: SpanText, of: SlotBytes): void {
  out.view(1, of(span.trace));
  out.view(2, of(span.id));
  if (span.parent !== undefined) out.view(4, of(span.parent));
  out.string(5, span.name);
  out.uint32(6, span.kind);
  writeTime(out, 7, of(span.start));
  writeTime(out, 8, of(span.end));
  writeAttributes(out, 9, span.attributes, of);
  for (const event of span.events) {
    const mark = out.begin(11);
    writeTime(out, 1, of(event.at));
    out.string(2, event.name);
    writeAttributes(out, 3, event.attributes, of);
    out.end(mark);
  }
  if (span.link !== undefined) {
    const mark = out.begin(13);
    out.view(1, of(span.link.trace));
    out.view(2, of(span.link.span));
    writeAttributes(out, 4, span.link.attributes, of);
    out.end(mark);
  }
  // Where nothing failed the message is there and empty, as Go's SDK and Collector write it.
  const status = out.begin(15);
  if (span.isError) {
    out.string(2, ERROR_MESSAGE);
    out.uint32(3, 2);
  }
  out.end(status);
  out.fixed32(16, SAMPLED_AND_LOCAL);
}

function writeTime(out: ProtobufWriter, field: number, bytes: Uint8Array): void {
  out.tag(field, 1);
  out.raw(bytes);
}

function writeAttributes(
  out: ProtobufWriter,
  field: number,
  attributes: Attributes,
  of: SlotBytes,
): void {
  for (const [key, value] of attributes) {
    const mark = out.begin(field);
    out.string(1, key);
    const inner = out.begin(2);
    writeValue(out, value, of);
    out.end(inner);
    out.end(mark);
  }
}

function writeValue(out: ProtobufWriter, value: Value, of: SlotBytes): void {
  if (typeof value === 'string') out.string(1, value);
  else if (typeof value === 'boolean') out.bool(2, value);
  else if (typeof value === 'number') out.int64Number(3, value);
  else if ('double' in value) out.double(4, value.double);
  else if ('slot' in value) out.view(1, Buffer.concat([Buffer.from(value.before), of(value.slot)]));
  else {
    const mark = out.begin(5);
    for (const text of value.list) {
      const element = out.begin(1);
      out.string(1, text);
      out.end(element);
    }
    out.end(mark);
  }
}
