/** What of a request may leave the program: the spans that the SDK sampled. Others are only recorded. */
import { framedSpans } from '../exporters/otlp/split-request.ts';
import { SpanScanner } from '../otlp/scan-traces.ts';
import { COLUMN, STRIDE } from '../otlp/span-columns.ts';
import { writeTraces } from '../otlp/write-traces.ts';

const W3C_SAMPLED = 1;

/** The request itself where all of it may; undefined where nothing may. */
export function sampledOnly(request: Uint8Array): Uint8Array | undefined {
  const batch = new SpanScanner();
  batch.scan(request);
  const isSampled = (row: number): boolean =>
    (batch.rows[row * STRIDE + COLUMN.flags]! & W3C_SAMPLED) !== 0;
  let sampled = 0;
  for (let row = 0; row < batch.count; row++) if (isSampled(row)) sampled++;
  if (sampled === batch.count) return request;
  return sampled === 0
    ? undefined
    : writeTraces(framedSpans(batch).filter((_, row) => isSampled(row)));
}
