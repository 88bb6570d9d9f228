/** One call of `find`: what it looks for, what it has found, how far it came. Knows nothing of how spans lie. */
import { type TraceId, traceIdOfWords } from '../../model/ids.ts';
import { type SpanBatch, wideColumn } from '../../otlp/span-batch.ts';
import { COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import type { SpanMatch } from '../contracts/span-source.ts';
import type { SpanFilter } from '../contracts/trace-query.ts';
import { SpanMatcher } from '../reading/span-matcher.ts';

const YIELD_EVERY_MS = 10;

export class BlockSearch {
  readonly filter: SpanFilter;
  /** Arrivals at or above it are not wanted. */
  readonly before: number;
  readonly matcher: SpanMatcher;
  readonly matches: SpanMatch[] = [];
  blocksRead = 0;
  /** What opening them took, one being a block that is scanned or unpacked whole. */
  effort = 0;
  /** Of the match that made it enough. */
  reachedArrival = 0;
  readonly #limit: number;
  readonly #traces = new Set<TraceId>();
  #yieldAt = performance.now() + YIELD_EVERY_MS;

  constructor(filter: SpanFilter, page: { readonly before: number; readonly limit: number }) {
    this.filter = filter;
    this.before = page.before;
    this.matcher = new SpanMatcher(filter);
    this.#limit = page.limit;
  }

  /** Other work on this thread has waited long enough. */
  isDue(): boolean {
    const now = performance.now();
    if (now < this.#yieldAt) return false;
    this.#yieldAt = now + YIELD_EVERY_MS;
    return true;
  }

  /** Takes a match up; true once it is enough. Matches come by falling arrival. */
  take(rows: Uint32Array, at: number, arrival: number): boolean {
    const traceId = traceIdOfWords(rows, at);
    this.matches.push({ traceId, arrival });
    this.#traces.add(traceId);
    if (this.#traces.size < this.#limit) return false;
    this.reachedArrival = arrival;
    return true;
  }

  /** Looks at every row of a batch, youngest first; true once it is enough. */
  lookAt(batch: SpanBatch): boolean {
    const matches = this.matcher.over(batch);
    for (const row of rowsByArrival(batch)) {
      const arrival = wideColumn(batch.rows, row, COLUMN.arrival);
      if (arrival >= this.before || !matches(row)) continue;
      if (this.take(batch.rows, row * STRIDE, arrival)) return true;
    }
    return false;
  }
}

/** Rows by falling arrival. They nearly always are in rising order already. */
function rowsByArrival(batch: SpanBatch): number[] {
  const order = Array.from({ length: batch.count }, (_, row) => batch.count - 1 - row);
  const arrival = (row: number) => wideColumn(batch.rows, row, COLUMN.arrival);
  return order.sort((a, b) => arrival(b) - arrival(a));
}
