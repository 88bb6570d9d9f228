import type { SpanBatch } from '../otlp/span-batch.ts';
import type { ConsumeResult } from './consume-result.ts';

/**
 * Where receivers hand spans over. The batch is read before `consume` returns its promise (see
 * SpanBatch, Ownership); the promise resolves once the outcome is known, that is after the data is
 * durable. Overlapping calls and duplicate resends are safe. An aborted signal withdraws interest in
 * the answer, not the spans.
 */
export interface SpanConsumer {
  consume(batch: SpanBatch, signal: AbortSignal): Promise<ConsumeResult>;
}
