/** What was found over time, as the API tells it, in numbers that can be drawn. */
import { API, askJson, type Query, urlOf } from '../../../data/api.ts';
import { millisOf } from '../../../format/time.ts';

const FARTHEST = '365d';
const ROUNDS_MAX = 4;
const BUCKETS_OF_SEARCH = 100;

interface ToldHistogram {
  readonly from: string;
  readonly to: string;
  readonly stepNano: string;
  readonly points: readonly {
    readonly at: string;
    readonly count: number;
    readonly errors: number;
  }[];
  /** Counted as spans came in, or looked for now. */
  readonly source: 'statistics' | 'search';
  readonly what: 'spans' | 'traces';
  /** Of what was looked for. */
  readonly examined?: {
    readonly spans: number;
    readonly of: number;
    /** All of the range was looked at. */
    readonly complete: boolean;
  };
}

/** Times are milliseconds since 1970. */
export interface SearchHistogram {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly columns: readonly HistogramColumn[];
  readonly what: 'spans' | 'traces';
  readonly count: number;
  readonly most: number;
  /** The share of the spans that were looked at; 1 where all were. */
  readonly share: number;
}

export interface HistogramColumn {
  /** Within the range: the first step may begin before it. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly errors: number;
}

/** Of a query without a range: since the first span that there is. */
export async function askHistogram(
  query: Query,
  buckets: number,
  signal: AbortSignal,
): Promise<SearchHistogram> {
  const { last, from, to } = query;
  const hasRange = [last, from, to].some((end) => end !== undefined);
  const since = hasRange ? from : await beginning(signal);
  return readHistogram(await ask({ ...query, from: since }, buckets, signal));
}

const ask = (query: Query, buckets: number, signal: AbortSignal): Promise<ToldHistogram> =>
  askJson(urlOf(`${API}/traces/histogram`, { ...query, buckets }), signal);

/** The step in which counting began: of a year, then of what was found of it, until it is a small part. Undefined where there is nothing. */
async function beginning(signal: AbortSignal): Promise<string | undefined> {
  let range: Query = { last: FARTHEST };
  let from: string | undefined;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { points } = await ask(range, BUCKETS_OF_SEARCH, signal);
    const first = points.findIndex(({ count }) => count > 0);
    if (first === -1) break;
    from = points[first]!.at;
    if (first < points.length / 4) break;
    range = { from };
  }
  return from;
}

export function readHistogram(told: ToldHistogram): SearchHistogram {
  const [from, to] = [millisOf(told.from), millisOf(told.to)];
  const step = Number(told.stepNano) / 1e6;
  const columns = told.points
    .map(({ at, count, errors }) => {
      const begin = millisOf(at);
      return { from: Math.max(from, begin), to: Math.min(to, begin + step), count, errors };
    })
    .filter((column) => column.to > column.from);
  const { spans, of, complete } = told.examined ?? { spans: 1, of: 1, complete: true };
  return {
    ...{ from, to, step, columns, what: told.what },
    count: columns.reduce((sum, { count }) => sum + count, 0),
    most: columns.reduce((most, { count }) => Math.max(most, count), 0),
    share: complete || of === 0 ? 1 : Math.min(1, spans / of),
  };
}
