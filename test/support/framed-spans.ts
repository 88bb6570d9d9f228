import type { SpanBatch } from '../../src/otlp/span-batch.ts';
import { frameBytes, spanBytes } from '../../src/otlp/span-batch.ts';
import { COLUMN, RESOURCE, SCOPE, STRIDE } from '../../src/otlp/span-columns.ts';
import type { FramedSpan } from '../../src/otlp/write-traces.ts';

/** Every span of a batch with its frames, as copies. */
export function framedSpans(batch: SpanBatch): FramedSpan[] {
  const spans: FramedSpan[] = [];
  for (let row = 0; row < batch.count; row++) {
    const scope = batch.rows[row * STRIDE + COLUMN.scope]! * SCOPE.stride;
    const resource = batch.scopes[scope + SCOPE.resource]! * RESOURCE.stride;
    spans.push({
      span: Uint8Array.from(spanBytes(batch, row)),
      resource: Uint8Array.from(
        frameBytes(
          batch,
          batch.resources[resource + RESOURCE.segmentFirst]!,
          batch.resources[resource + RESOURCE.segmentCount]!,
        ),
      ),
      scope: Uint8Array.from(
        frameBytes(
          batch,
          batch.scopes[scope + SCOPE.segmentFirst]!,
          batch.scopes[scope + SCOPE.segmentCount]!,
        ),
      ),
    });
  }
  return spans;
}
