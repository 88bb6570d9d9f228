/**
 * A trace as the store would hand it out, built from the same terse descriptions as requests are: the
 * request's own bytes are scanned and cut into records, so that nothing is projected but real OTLP.
 */
import { parseTraceId, type TraceId, traceIdOfWords } from '../../src/model/ids.ts';
import { COLUMN, STRIDE } from '../../src/otlp/span-columns.ts';
import { atOnce } from '../../src/projection/in-turns.ts';
import { outlineTrace } from '../../src/projection/outline-trace.ts';
import { ProjectedTrace, type TraceNode } from '../../src/projection/project-trace.ts';
import { scanRecords } from '../../src/projection/scan-records.ts';
import { traceColumns } from '../../src/projection/trace-columns.ts';
import type { SpanRecord, Trace } from '../../src/store/contracts/span-record.ts';
import { framedSpans } from './framed-spans.ts';
import { buildRequest, type RequestSpec } from './otlp-request.ts';
import { scannedBatch } from './scanned-batch.ts';

/** `origin` may say otherwise for single spans, by index in wire order. */
export interface TraceSpec extends RequestSpec {
  readonly origins?: Readonly<Record<number, SpanRecord['origin']>>;
}

/** The records of the request's first trace. */
export function buildTrace(spec: TraceSpec): Trace {
  const all = recordsOf(buildRequest(spec));
  const traceId = all[0]!.traceId;
  const records = all
    .map(({ record }, index) => ({ ...record, origin: spec.origins?.[index] ?? record.origin }))
    .filter((_, index) => all[index]!.traceId === traceId);
  return traceOf(parseTraceId(traceId), records);
}

/** With its outline. One record a span, by arrival. */
export function traceOf(
  traceId: TraceId,
  records: readonly SpanRecord[],
  spanCount: number = records.length,
): Trace {
  const scanned = atOnce(scanRecords(records));
  const columns = atOnce(traceColumns(records, scanned, Int32Array.from(records.keys())));
  const outline = atOnce(outlineTrace(traceId, columns, records, spanCount));
  return { traceId, records, outline, spanCount, revision: String(spanCount) };
}

/** The trace as a view sees it, and every one of its nodes. */
export function projectTrace(trace: Trace): { trace: ProjectedTrace; nodes: readonly TraceNode[] } {
  const projected = new ProjectedTrace(trace);
  const nodes = Array.from({ length: trace.outline.count }, (_, row) => projected.node(row));
  return { trace: projected, nodes };
}

/** Every span of a request as a record, numbered from 1. */
export function recordsOf(request: Uint8Array): { traceId: string; record: SpanRecord }[] {
  const batch = scannedBatch(request);
  return framedSpans(batch).map((framed, row) => ({
    traceId: traceIdOfWords(batch.rows, row * STRIDE + COLUMN.traceId),
    record: { ...framed, arrival: row + 1, origin: 'stored' },
  }));
}
