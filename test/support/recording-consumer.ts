/** A consumer that keeps what it is given and answers what it is told. */
import { type SpanBatch, spanBytes } from '../../src/otlp/span-batch.ts';
import type { ConsumeResult } from '../../src/pipeline/consume-result.ts';
import type { SpanConsumer } from '../../src/pipeline/span-consumer.ts';

export class RecordingConsumer implements SpanConsumer {
  /** The bytes of each batch, as they came. */
  readonly requests: Uint8Array[] = [];
  /** The bytes of each span, over all batches. */
  readonly spans: Uint8Array[] = [];
  /** What to do with a batch; replace it at will. */
  answer: (batch: SpanBatch, signal: AbortSignal) => ConsumeResult | Promise<ConsumeResult> =
    () => ({
      status: 'accepted',
    });

  async consume(batch: SpanBatch, signal: AbortSignal): Promise<ConsumeResult> {
    this.requests.push(Uint8Array.from(batch.bytes));
    for (let row = 0; row < batch.count; row++)
      this.spans.push(Uint8Array.from(spanBytes(batch, row)));
    return await this.answer(batch, signal);
  }
}
