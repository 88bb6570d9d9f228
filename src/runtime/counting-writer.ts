/**
 * Where kept spans go with persistence off: counted, and into the forwarding queue if there is one. Statistics
 * stay in memory, of the last two hours by start of the span.
 */
import type { Clock } from '../model/clock.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import type { TraceWriter, WriteResult } from '../store/contracts/trace-writer.ts';
import { StatisticsTable } from '../store/statistics/statistics-table.ts';
import type { Counters } from '../telemetry/counters.ts';

/** Takes the kept spans of a batch, all or none; false where they do not fit. */
export interface SpanQueue {
  offer(batch: SpanBatch): boolean;
}

const MINUTES_KEPT = 120;
const MINUTE_NANO = 60_000_000_000n;
const RETRY_AFTER_MS = 1_000;

export class CountingWriter implements TraceWriter {
  readonly statistics: StatisticsTable = new StatisticsTable();
  readonly #queue: SpanQueue | undefined;
  readonly #clock: Clock;
  readonly #counters: Counters;
  #oldest = 0;

  constructor(queue: SpanQueue | undefined, host: { clock: Clock; counters: Counters }) {
    this.#queue = queue;
    this.#clock = host.clock;
    this.#counters = host.counters;
  }

  write(batch: SpanBatch): Promise<WriteResult> {
    if (this.#queue?.offer(batch) === false)
      return Promise.resolve({
        status: 'busy',
        retryAfterMs: RETRY_AFTER_MS,
        reason: 'the forwarding queue is full and nothing is persisted',
      });
    this.#counters.add('statistics_keys_capped', this.statistics.addBatch(batch));
    this.#forgetOld();
    return Promise.resolve({ status: 'durable' });
  }

  #forgetOld(): void {
    const oldest = Number(this.#clock.unixNano() / MINUTE_NANO) - MINUTES_KEPT;
    if (oldest <= this.#oldest) return;
    this.#oldest = oldest;
    for (const minute of this.statistics.minuteNumbers())
      if (minute < oldest) this.statistics.forget(minute);
  }
}
