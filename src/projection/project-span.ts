/**
 * One record as a TraceSpan: the SYNTON model told from the bytes. Nothing is written back, and nothing
 * that the model has room for is left out. What depends on other spans of the trace (a parent that is
 * missing, outlived, or on another clock) is added by projectTrace.
 */
import { type Attribute, attributeOf } from '../model/attribute.ts';
import { classifySpanKind, classifySpanRole } from '../model/classify-span-kind.ts';
import { parseSpanId, type SpanId, type TraceId } from '../model/ids.ts';
import { OTEL_KINDS } from '../model/span-kind.ts';
import type { SpanMetadata, SpanStatus, TraceSpan } from '../model/trace-span.ts';
import type { ResourceFrame, ScopeFrame } from '../otlp/read-frames.ts';
import { type OtlpSpan, readSpan } from '../otlp/read-span.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import { FrameReader } from './frame-reader.ts';
import { held } from './held-nanos.ts';
import { spanEvents } from './span-events.ts';

/** Where a resource names no service, as the semantic conventions say. */
export const UNKNOWN_SERVICE = 'unknown_service';
export const STATUS_ERROR = 2;

/** @throws MalformedProtobuf, which bytes that the scanner accepted never cause */
export function projectSpan(
  record: SpanRecord,
  frames: FrameReader = new FrameReader(),
): TraceSpan {
  const sent = readSpan(record.span);
  const resource = frames.resource(record.resource);
  const scope = frames.scope(record.scope);
  const otelKind = OTEL_KINDS[sent.kind] ?? 'unspecified';
  const lookup = (key: string) => attributeOf(sent.attributes, key);
  const status = spanStatus(record.origin === 'running' ? 0n : sent.endUnixNano, sent.statusCode);
  const ended = status !== 'Running';
  return {
    traceId: sent.traceId as TraceId,
    spanId: sent.spanId as SpanId,
    parentSpanId: parseSpanId(sent.parentSpanId),
    name: sent.name,
    service: serviceName(resource.attributes),
    kind: classifySpanKind(otelKind, sent.name, lookup),
    otelKind,
    role: classifySpanRole(otelKind, sent.name, lookup),
    status,
    ...(record.process === 'gone' && !ended ? { stale: true } : {}),
    startUnixNano: sent.startUnixNano,
    endUnixNano: ended ? sent.endUnixNano : undefined,
    durationNano: ended ? durationBetween(sent.startUnixNano, sent.endUnixNano) : 0n,
    attributes: sent.attributes,
    events: spanEvents(sent, ended),
    links: sent.links,
    metadata: spanMetadata(record, sent, resource, scope, ended),
  };
}

/** `endUnixNano` 0: not ended. */
export function spanStatus(endUnixNano: bigint, statusCode: number): SpanStatus {
  if (endUnixNano === 0n) return 'Running';
  return statusCode === STATUS_ERROR ? 'Failed' : 'Completed';
}

/** Zero where the end lies before the start, 146 years at most. */
function durationBetween(startUnixNano: bigint, endUnixNano: bigint): bigint {
  return endUnixNano > startUnixNano ? held(endUnixNano - startUnixNano) : 0n;
}

export function serviceName(resource: readonly Attribute[]): string {
  const value = attributeOf(resource, 'service.name');
  return value?.type === 'string' && value.value !== '' ? value.value : UNKNOWN_SERVICE;
}

function spanMetadata(
  record: SpanRecord,
  sent: OtlpSpan,
  resource: ResourceFrame,
  scope: ScopeFrame,
  ended: boolean,
): SpanMetadata {
  const warnings: string[] = [];
  if (sent.invalidUtf8 || resource.invalidUtf8 || scope.invalidUtf8) warnings.push('invalid_utf8');
  if (ended && sent.endUnixNano < sent.startUnixNano) warnings.push('end_before_start');
  if (record.duplicateDiffers) warnings.push('duplicate_differs');
  return {
    resource: resource.attributes,
    resourceSchemaUrl: resource.schemaUrl,
    scopeName: scope.name,
    scopeVersion: scope.version,
    scope: scope.attributes,
    scopeSchemaUrl: scope.schemaUrl,
    traceState: sent.traceState,
    flags: sent.flags,
    droppedAttributes: sent.droppedAttributes,
    droppedEvents: sent.droppedEvents,
    droppedLinks: sent.droppedLinks,
    statusCode: sent.statusCode,
    statusMessage: sent.statusMessage,
    arrival: record.arrival,
    inMemoryOnly: record.origin !== 'stored',
    warnings,
  };
}
