/** A filled description as bytes, through the plain protobuf writer. */
import { ProtobufWriter } from '../../src/otlp/wire/protobuf-writer.ts';
import type {
  AttributeSpec,
  AttributesSpec,
  FilledRequest,
  FilledSpan,
  LinkSpec,
} from './otlp-request-spec.ts';

const STATUS_CODES = { unset: 0, ok: 1, error: 2 } as const;

export function nanos(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}

export function writeRequest(request: FilledRequest): Uint8Array {
  const writer = new ProtobufWriter(4096);
  for (const resource of request.resources) {
    const resourceSpans = writer.begin(1);
    if (!resource.absent) {
      const mark = writer.begin(1);
      if (resource.service !== undefined) {
        writeAttributes(writer, 1, { 'service.name': resource.service });
      }
      writeAttributes(writer, 1, resource.attributes ?? {});
      writer.end(mark);
    }
    for (const scope of resource.scopes) writeScopeSpans(writer, scope);
    if (resource.schemaUrl !== undefined) writer.string(3, resource.schemaUrl);
    writer.end(resourceSpans);
  }
  return writer.finish();
}

function writeScopeSpans(
  writer: ProtobufWriter,
  scope: FilledRequest['resources'][number]['scopes'][number],
): void {
  const scopeSpans = writer.begin(2);
  if (!scope.absent) {
    const mark = writer.begin(1);
    if (scope.name !== undefined) writer.string(1, scope.name);
    if (scope.version !== undefined) writer.string(2, scope.version);
    writeAttributes(writer, 3, scope.attributes ?? {});
    writer.end(mark);
  }
  for (const span of scope.spans) {
    const mark = writer.begin(2);
    writeSpan(writer, span);
    writer.end(mark);
  }
  if (scope.schemaUrl !== undefined) writer.string(3, scope.schemaUrl);
  writer.end(scopeSpans);
}

function writeSpan(writer: ProtobufWriter, span: FilledSpan): void {
  writer.view(1, Buffer.from(span.traceId, 'hex'));
  writer.view(2, Buffer.from(span.spanId, 'hex'));
  if (span.traceState) writer.string(3, span.traceState);
  if (span.parentSpanId) writer.view(4, Buffer.from(span.parentSpanId, 'hex'));
  if (span.name) writer.string(5, span.name);
  if (span.kind) writer.int64Number(6, span.kind);
  writer.fixed64(7, span.startUnixNano);
  writer.fixed64(8, span.endUnixNano);
  writeAttributes(writer, 9, span.attributes ?? {});
  if (span.droppedAttributes) writer.uint32(10, span.droppedAttributes);
  for (const event of span.events ?? []) {
    const mark = writer.begin(11);
    writer.fixed64(1, span.startUnixNano + nanos(event.atMs ?? 0));
    writer.string(2, event.name ?? 'event');
    writeAttributes(writer, 3, event.attributes ?? {});
    if (event.droppedAttributes) writer.uint32(4, event.droppedAttributes);
    writer.end(mark);
  }
  if (span.droppedEvents) writer.uint32(12, span.droppedEvents);
  for (const link of span.links ?? []) writeLink(writer, link, span);
  if (span.droppedLinks) writer.uint32(14, span.droppedLinks);
  if (span.status !== undefined || span.statusMessage !== undefined) {
    const mark = writer.begin(15);
    if (span.statusMessage) writer.string(2, span.statusMessage);
    const code =
      typeof span.status === 'number' ? span.status : STATUS_CODES[span.status ?? 'unset'];
    if (code) writer.int64Number(3, code);
    writer.end(mark);
  }
  if (span.flags !== undefined) writer.fixed32(16, span.flags);
  if (span.raw) writer.raw(span.raw);
}

/** A link without ids points at its own span. */
function writeLink(writer: ProtobufWriter, link: LinkSpec, span: FilledSpan): void {
  const mark = writer.begin(13);
  writer.view(1, Buffer.from(link.traceId ?? span.traceId, 'hex'));
  writer.view(2, Buffer.from(link.spanId ?? span.spanId, 'hex'));
  if (link.traceState) writer.string(3, link.traceState);
  writeAttributes(writer, 4, link.attributes ?? {});
  if (link.droppedAttributes) writer.uint32(5, link.droppedAttributes);
  if (link.flags !== undefined) writer.fixed32(6, link.flags);
  writer.end(mark);
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: AttributesSpec): void {
  const pairs = Array.isArray(attributes) ? attributes : Object.entries(attributes);
  for (const [key, value] of pairs) {
    const mark = writer.begin(field);
    writer.string(1, key);
    const valueMark = writer.begin(2);
    writeAnyValue(writer, value);
    writer.end(valueMark);
    writer.end(mark);
  }
}

function writeAnyValue(writer: ProtobufWriter, value: AttributeSpec): void {
  if (value === null) return;
  if (typeof value === 'string') writer.string(1, value);
  else if (typeof value === 'boolean') writer.bool(2, value);
  else if (typeof value === 'bigint') writer.int64(3, value);
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.int64Number(3, value);
    else writer.double(4, value);
  } else if (value instanceof Uint8Array) writer.view(7, value);
  else if (Array.isArray(value)) {
    const mark = writer.begin(5);
    for (const element of value) {
      const elementMark = writer.begin(1);
      writeAnyValue(writer, element);
      writer.end(elementMark);
    }
    writer.end(mark);
  } else {
    const mark = writer.begin(6);
    writeAttributes(writer, 1, value as AttributesSpec);
    writer.end(mark);
  }
}
