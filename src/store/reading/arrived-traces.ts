/**
 * What has arrived since a cursor, over all places in memory. Bounds: TRACES_MAX traces of each place are told apart, of which as
 * many are read as were asked for, or as can be read in about READ_MS.
 */
import { InvalidParameter } from '../../model/errors.ts';
import type { TraceId } from '../../model/ids.ts';
import type { TraceSummary } from '../../model/trace-summary.ts';
import type { ArrivedQuery, ArrivedTraces } from '../contracts/arrived-traces.ts';
import type { ArrivedSpans, SpanSource } from '../contracts/span-source.ts';
import { hasTaken } from './has-taken.ts';
import type { OneByOne } from './one-by-one.ts';
import { decodeCursor, encodeCursor } from './page-cursor.ts';
import { type ReadOptions, readWhole } from './read-whole.ts';
import { TraceRecords } from './trace-records.ts';

const TRACES_MAX = 1_000;
const READ_MS = 200;
const CURSOR = 'tail';
const NOTHING: ArrivedSpans = { traceIds: [], newest: 0, lost: 0 };

/** @throws InvalidParameter on a cursor that is not of this */
export async function arrivedTraces(
  sources: readonly SpanSource[],
  { after, limit, columns, took, ...filter }: ArrivedQuery,
  signal: AbortSignal,
  large: OneByOne,
): Promise<ArrivedTraces> {
  const places = sources.filter(({ arrived }) => arrived !== undefined);
  const from =
    after === undefined ? undefined : decodeCursor('after', CURSOR, places.length, after);
  const found = await Promise.all(
    places.map(async (place, index) => {
      const page =
        from === undefined
          ? { after: Number.MAX_SAFE_INTEGER, limit: 0 }
          : { after: Number(from[index]), limit: TRACES_MAX };
      if (!Number.isSafeInteger(page.after)) throw new InvalidParameter('after', 'not a cursor');
      return (await place.arrived?.(filter, page, signal)) ?? NOTHING;
    }),
  );
  const cursor = encodeCursor(
    CURSOR,
    found.map(({ newest }) => newest),
  );
  if (from === undefined) return { items: [], more: 0, lost: 0, cursor };
  const traceIds = new Set<TraceId>(found.flatMap((one) => one.traceIds));
  const items: TraceSummary[] = [];
  const until = performance.now() + READ_MS;
  let read = 0;
  for (const traceId of traceIds) {
    if (read === limit || performance.now() > until) break;
    read++;
    const summary = await summaryOf(sources, traceId, columns, { signal, large });
    if (summary !== undefined && hasTaken(summary, took)) items.push(summary);
  }
  const lost = found.reduce((sum, one) => sum + one.lost, 0);
  return { items, more: traceIds.size - read, lost, cursor };
}

function summaryOf(
  sources: readonly SpanSource[],
  traceId: TraceId,
  columns: readonly string[] | undefined,
  options: ReadOptions,
): Promise<TraceSummary | undefined> {
  return readWhole(sources, traceId, options, function* (given) {
    const records = yield* TraceRecords.read(given.records);
    const summary = yield* records.summary(traceId, columns);
    return { ...summary, spanCount: summary.spanCount + given.beyond };
  });
}
