/**
 * Puts records back into envelopes: spans with their frames become one TracesData message, which is an
 * ExportTraceServiceRequest too. Span and frame bytes are copied as they are; only lengths are written.
 * Neighbours with equal frames share an envelope; order is kept. The caller bounds what it passes.
 *
 *   TracesData 1 resource_spans · ResourceSpans (frame) 2 scope_spans · ScopeSpans (frame) 2 spans
 */
import { ProtobufWriter, varintSize } from './wire/protobuf-writer.ts';

/** The bytes of one span as the store keeps them. */
export interface FramedSpan {
  /** The Span message. */
  readonly span: Uint8Array;
  /** All fields of its ResourceSpans other than scope_spans. */
  readonly resource: Uint8Array;
  /** All fields of its ScopeSpans other than spans. */
  readonly scope: Uint8Array;
}

/** The writer asks for this much before it writes a number. */
const LENGTH_ROOM = 10;

/** A run of spans in one envelope, and the length of the envelope's message. */
interface Run {
  readonly first: number;
  count: number;
  length: number;
}

export function writeTraces(spans: readonly FramedSpan[]): Uint8Array {
  const scopes: Run[] = [];
  /** Runs of scopes. */
  const resources: Run[] = [];
  let total = 0;
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!;
    const before = spans[i - 1];
    const sameResource = before !== undefined && equalBytes(before.resource, span.resource);
    const sameScope = sameResource && equalBytes(before.scope, span.scope);
    if (!sameScope) scopes.push({ first: i, count: 0, length: span.scope.length });
    if (!sameResource) {
      resources.push({ first: scopes.length - 1, count: 0, length: span.resource.length });
    }
    const scope = scopes.at(-1)!;
    scope.count++;
    scope.length += fieldSize(span.span.length);
    if (!sameScope) resources.at(-1)!.count++;
  }
  for (const resource of resources) {
    for (let s = 0; s < resource.count; s++) {
      resource.length += fieldSize(scopes[resource.first + s]!.length);
    }
    total += fieldSize(resource.length);
  }
  const writer = new ProtobufWriter(total + LENGTH_ROOM);
  for (const resource of resources) {
    openField(writer, 1, resource.length);
    writer.raw(spans[scopes[resource.first]!.first]!.resource);
    for (let s = 0; s < resource.count; s++) {
      const scope = scopes[resource.first + s]!;
      openField(writer, 2, scope.length);
      writer.raw(spans[scope.first]!.scope);
      for (let i = 0; i < scope.count; i++) writer.view(2, spans[scope.first + i]!.span);
    }
  }
  return writer.take();
}

/** Bytes that a length-delimited field with a number below 16 takes. */
function fieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

function openField(writer: ProtobufWriter, field: number, length: number): void {
  writer.tag(field, 2);
  writer.varint(length);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0);
}
