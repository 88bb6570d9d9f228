/**
 * Who calls whom in the newest traces of a range. Bounds: TRACES_MAX traces, SPANS_MAX spans and READ_MS, after each of which a page
 * of a search ends it.
 */

import type { SpanSource } from '../contracts/span-source.ts';
import type { CallsOfRange, TimeRange } from '../contracts/trace-reader.ts';
import type { ReadOptions } from './read-whole.ts';
import { CallCounts } from './service-calls.ts';
import { readMatches } from './trace-search.ts';

const TRACES_MAX = 500;
const SPANS_MAX = 100_000;
const READ_MS = 1_500;
const PAGE = 20;

export async function readCalls(
  sources: readonly SpanSource[],
  range: TimeRange,
  options: ReadOptions,
): Promise<CallsOfRange> {
  const counts = new CallCounts();
  const until = performance.now() + READ_MS;
  let traces = 0;
  let spans = 0;
  let earliest: bigint | undefined;
  let cursor: string | undefined;
  do {
    const query = { ...range, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const page = await readMatches(sources, query, options, function* (_, trace) {
      const columns = yield* trace.columns();
      const { baseUnixNano } = columns;
      if (earliest === undefined || baseUnixNano < earliest) earliest = baseUnixNano;
      traces++;
      spans += columns.count;
      yield* counts.add(columns, trace.merged.records);
      return true;
    });
    cursor = page.next;
  } while (
    cursor !== undefined &&
    traces < TRACES_MAX &&
    spans < SPANS_MAX &&
    performance.now() < until
  );
  const complete = cursor === undefined;
  return { calls: counts.calls, examined: { traces, spans, until: earliest, complete } };
}
