import type { SpanBatch } from '../../otlp/span-batch.ts';

/** What became of a write; a fault of the disk throws instead. */
export type WriteResult =
  | { readonly status: 'durable' }
  /** Nothing was written: too much is pending, or the disk is nearly full. */
  | { readonly status: 'busy'; readonly retryAfterMs: number; readonly reason: string };

/**
 * Where kept spans go. The batch is read before `write` returns its promise; the promise resolves once
 * every row with BITS.kept is durable, and rejects only on an I/O fault, after which nothing of the
 * batch may be acknowledged. Statistics are counted over all rows, kept or not. Idempotent: a byte-equal
 * resend adds nothing.
 */
export interface TraceWriter {
  write(batch: SpanBatch): Promise<WriteResult>;
}
