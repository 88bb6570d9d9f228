/**
 * Halves of a trace request: the first and the last of its spans, each under its own Resource and Scope.
 * Span and frame bytes stay as they are (otlp/write-traces.ts).
 */
import { SpanScanner } from '../../otlp/scan-traces.ts';
import { frameBytes, type SpanBatch, spanBytes } from '../../otlp/span-batch.ts';
import { COLUMN, RESOURCE, SCOPE, STRIDE } from '../../otlp/span-columns.ts';
import { type FramedSpan, writeTraces } from '../../otlp/write-traces.ts';

export interface RequestPart {
  /** ExportTraceServiceRequest. */
  readonly request: Uint8Array;
  readonly spanCount: number;
}

/** Undefined where there is nothing to halve: fewer than two spans, or bytes that are no such request. */
export function splitRequest(request: Uint8Array): readonly [RequestPart, RequestPart] | undefined {
  const scanner = new SpanScanner();
  if (scanner.scan(request).status !== 'ok' || scanner.count < 2) return undefined;
  const spans = framedSpans(scanner);
  const middle = spans.length >>> 1;
  return [partOf(spans.slice(0, middle)), partOf(spans.slice(middle))];
}

function partOf(spans: readonly FramedSpan[]): RequestPart {
  return { request: writeTraces(spans), spanCount: spans.length };
}

/** Every row of a batch with its frames; views of the batch's bytes where frames are in one piece. */
export function framedSpans(batch: SpanBatch): FramedSpan[] {
  const resources = frames(batch, batch.resources, batch.resourceCount, RESOURCE);
  const scopes = frames(batch, batch.scopes, batch.scopeCount, SCOPE);
  const spans: FramedSpan[] = [];
  for (let row = 0; row < batch.count; row++) {
    const scope = batch.rows[row * STRIDE + COLUMN.scope]!;
    const resource = batch.scopes[scope * SCOPE.stride + SCOPE.resource]!;
    spans.push({
      span: spanBytes(batch, row),
      resource: resources[resource]!,
      scope: scopes[scope]!,
    });
  }
  return spans;
}

function frames(
  batch: SpanBatch,
  words: Uint32Array,
  count: number,
  layout: { readonly stride: number; readonly segmentFirst: number; readonly segmentCount: number },
): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const at = index * layout.stride;
    return frameBytes(batch, words[at + layout.segmentFirst]!, words[at + layout.segmentCount]!);
  });
}
