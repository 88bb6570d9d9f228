/**
 * The path of every span, whoever received it: numbered, sampled, remembered in the ring, written if kept.
 *
 * A trace outside the sample that shows an error is promoted: what the ring still holds of it is written
 * after all, and whatever comes later is kept too. Knows the sampler, the ring and the writer by what they do
 * here alone. Holds nothing but the next arrival number.
 */
import type { SpanBatch } from '../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../otlp/span-columns.ts';
import type { TraceWriter, WriteResult } from '../store/contracts/trace-writer.ts';
import type { Counters } from '../telemetry/counters.ts';
import type { ConsumeResult } from './consume-result.ts';
import type { SpanConsumer } from './span-consumer.ts';

/** Sets BITS.kept and BITS.raised of every row, and the threshold; returns how many are kept. */
export interface RowSampler {
  apply(batch: WritableBatch): number;
}

/** What was received lately, kept or not. */
export interface SpanRecorder {
  insert(batch: SpanBatch): void;
  /** A trace's spans that are not kept yet, marked and ready to be written; valid until the next call. */
  promote(words: Uint32Array, at: number, arrivalFirst: number): SpanBatch | undefined;
  /** Takes a promotion back, where writing it failed. */
  demote(words: Uint32Array, at: number): void;
}

/** Traces that were promoted, for their late spans. Bounded by its owner. */
export interface PromotedSet {
  has(words: Uint32Array, at: number): boolean;
  add(words: Uint32Array, at: number): void;
}

/** What is known of spans that have only started. Bounded by its owner. */
export interface OpenSpanTable {
  /** Reads the batch before it returns. */
  settle(batch: SpanBatch): void;
}

/** The batch as receivers make it: rows and threshold may still be written. */
export type WritableBatch = Omit<SpanBatch, 'threshold'> & { threshold: bigint };

/** Whoever follows what arrives. */
export interface ArrivalFollowers {
  /** Reads the batch before it returns. */
  received(batch: SpanBatch): void;
}

export interface SpanIngestParts {
  readonly sampler: RowSampler;
  readonly recorder: SpanRecorder;
  readonly promoted: PromotedSet;
  readonly open?: OpenSpanTable;
  readonly arrivals?: ArrivalFollowers;
  readonly writer: TraceWriter;
  readonly counters: Counters;
  /** Above every arrival number given before, also by an earlier process. */
  readonly arrivalFirst: number;
}

const STATUS_ERROR = 2 << BITS.statusShift;

export class SpanIngest implements SpanConsumer {
  readonly #parts: SpanIngestParts;
  #arrival: number;

  constructor(parts: SpanIngestParts) {
    this.#parts = parts;
    this.#arrival = parts.arrivalFirst;
  }

  async consume(batch: SpanBatch, _signal: AbortSignal): Promise<ConsumeResult> {
    if (batch.count === 0) return { status: 'accepted' };
    const { sampler, recorder, writer, counters } = this.#parts;
    this.#numberRows(batch);
    let kept = sampler.apply(batch as WritableBatch);
    const writes: Promise<WriteResult>[] = [];
    const rescued: Uint32Array[] = [];
    if (kept < batch.count) {
      for (const trace of this.#tracesToPromote(batch)) {
        const earlier = recorder.promote(trace, 0, this.#arrival);
        if (earlier === undefined) continue;
        this.#arrival += earlier.count;
        counters.add('spans_promoted', earlier.count);
        rescued.push(trace);
        // The recorder's batch is valid until its next call: written at once.
        writes.push(writer.write(earlier));
      }
      kept += this.#keepPromoted(batch);
    }
    recorder.insert(batch);
    this.#parts.open?.settle(batch);
    this.#parts.arrivals?.received(batch);
    counters.add('spans_received', batch.count);
    if (kept < batch.count) counters.drop('sampled_out', batch.count - kept);
    writes.push(writer.write(batch));
    const results = await settled(writes);
    const refused = results.find((result) => result.status === 'busy');
    if (refused?.status === 'busy') {
      for (const trace of rescued) recorder.demote(trace, 0);
      return refused;
    }
    counters.add('spans_kept', kept);
    return { status: 'accepted' };
  }

  #numberRows(batch: SpanBatch): void {
    const { rows, count } = batch;
    for (let at = COLUMN.arrival, end = count * STRIDE; at < end; at += STRIDE) {
      const arrival = this.#arrival++;
      rows[at] = arrival % 0x100000000;
      rows[at + 1] = arrival / 0x100000000;
    }
  }

  /** Four words each: traces of rows outside the sample that show an error, not promoted before. */
  #tracesToPromote(batch: SpanBatch): Uint32Array[] {
    const { rows, count } = batch;
    const { promoted } = this.#parts;
    const traces: Uint32Array[] = [];
    for (let at = 0; at < count * STRIDE; at += STRIDE) {
      const bits = rows[at + COLUMN.bits]!;
      if ((bits & (BITS.kept | BITS.memoryOnly)) !== 0) continue;
      if ((bits & BITS.statusMask) !== STATUS_ERROR && (bits & BITS.exception) === 0) continue;
      if (promoted.has(rows, at + COLUMN.traceId)) continue;
      promoted.add(rows, at + COLUMN.traceId);
      traces.push(rows.slice(at + COLUMN.traceId, at + COLUMN.traceId + 4));
    }
    return traces;
  }

  /** Keeps the batch's own spans of promoted traces; a span that has only started waits for its end. */
  #keepPromoted(batch: SpanBatch): number {
    const { rows, count } = batch;
    const { promoted } = this.#parts;
    let kept = 0;
    for (let at = 0; at < count * STRIDE; at += STRIDE) {
      const bits = rows[at + COLUMN.bits]!;
      if ((bits & (BITS.kept | BITS.running | BITS.memoryOnly)) !== 0) continue;
      if (!promoted.has(rows, at + COLUMN.traceId)) continue;
      rows[at + COLUMN.bits] = bits | BITS.kept | BITS.promoted;
      kept++;
    }
    this.#parts.counters.add('spans_promoted', kept);
    return kept;
  }
}

/** All of them are waited for, so that none rejects unheard; then the first fault is thrown. */
async function settled(writes: readonly Promise<WriteResult>[]): Promise<WriteResult[]> {
  const results = await Promise.allSettled(writes);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/**
 * Where a process starts to number arrivals: 1,024 a millisecond since 1970, so that a restart is always
 * above what came before it without asking the store. Stays below 2^53 until the year 2248.
 */
export function arrivalAt(unixNano: bigint): number {
  return Number(unixNano / 1_000_000n) * 1_024;
}
