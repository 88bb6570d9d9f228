/**
 * A trace as the store would hand it out, built from the same terse descriptions as requests are: the
 * request's own bytes are scanned and cut into records, so that nothing is projected but real OTLP.
 */
import { parseTraceId, traceIdOfWords } from '../../src/model/ids.ts';
import { COLUMN, STRIDE } from '../../src/otlp/span-columns.ts';
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
  return { traceId: parseTraceId(traceId), records, spanCount: records.length, next: undefined };
}

/** Every span of a request as a record, numbered from 1. */
export function recordsOf(request: Uint8Array): { traceId: string; record: SpanRecord }[] {
  const batch = scannedBatch(request);
  return framedSpans(batch).map((framed, row) => ({
    traceId: traceIdOfWords(batch.rows, row * STRIDE + COLUMN.traceId),
    record: { ...framed, arrival: row + 1, origin: 'stored' },
  }));
}
