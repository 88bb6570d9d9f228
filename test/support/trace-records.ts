/**
 * A trace as the store would hand it out, built from the same terse descriptions as requests are: the
 * request's own bytes are scanned and cut into records, so that nothing is projected but real OTLP.
 */
import { parseTraceId, traceIdOfWords } from '../../src/model/ids.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { frameBytes, spanBytes } from '../../src/otlp/span-batch.ts';
import { COLUMN, RESOURCE, SCOPE, STRIDE } from '../../src/otlp/span-columns.ts';
import type { SpanRecord, Trace } from '../../src/store/contracts/span-record.ts';
import { buildRequest, type RequestSpec } from './otlp-request.ts';

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
  const batch = new SpanScanner();
  const outcome = batch.scan(request);
  if (outcome.status !== 'ok') throw new Error(outcome.reason);
  return Array.from({ length: batch.count }, (_, row) => {
    const scope = batch.rows[row * STRIDE + COLUMN.scope]! * SCOPE.stride;
    const resource = batch.scopes[scope + SCOPE.resource]! * RESOURCE.stride;
    return {
      traceId: traceIdOfWords(batch.rows, row * STRIDE + COLUMN.traceId),
      record: {
        span: spanBytes(batch, row),
        resource: frameBytes(
          batch,
          batch.resources[resource + RESOURCE.segmentFirst]!,
          batch.resources[resource + RESOURCE.segmentCount]!,
        ),
        scope: frameBytes(
          batch,
          batch.scopes[scope + SCOPE.segmentFirst]!,
          batch.scopes[scope + SCOPE.segmentCount]!,
        ),
        arrival: row + 1,
        origin: 'stored',
      },
    };
  });
}
