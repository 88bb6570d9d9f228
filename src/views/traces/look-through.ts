/** A search read page by page for what is told of all of it together, as far as a bounded effort reaches. */
import type { TraceSummary } from '../../model/trace-summary.ts';
import type { TraceQuery } from '../../store/contracts/trace-query.ts';
import type { TraceReader } from '../../store/contracts/trace-reader.ts';
import { type LookedThrough, SearchTotals } from './search-totals.ts';

export interface LookBounds {
  /** It ends with the page that reaches it. */
  readonly tracesMax: number;
  /** After so long a page of the search ends it. */
  readonly timeMs: number;
}

const PAGE = 100;

/** Shows `see` every trace that is found, the newest first. */
export async function lookThrough(
  reader: TraceReader,
  query: TraceQuery,
  { tracesMax, timeMs }: LookBounds,
  signal: AbortSignal,
  see: (trace: TraceSummary) => void,
): Promise<LookedThrough> {
  const totals = new SearchTotals();
  const until = performance.now() + timeMs;
  let traces = 0;
  let { cursor: next } = query;
  do {
    const page = await reader.search(
      { ...query, limit: PAGE, ...(next === undefined ? {} : { cursor: next }) },
      signal,
    );
    for (const trace of page.items) see(trace);
    totals.add(page.examined);
    traces += page.items.length;
    ({ next } = page);
  } while (next !== undefined && traces < tracesMax && performance.now() < until);
  return { traces, next, examined: totals.progress(next === undefined) };
}
