/** What was found over time, as the API tells it, in numbers that can be drawn. */
import { API, askJson, type Query, urlOf } from '../../../data/api.ts';
import { millisOf } from '../../../format/time.ts';

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
  readonly examined?: { readonly spans: number; readonly of: number };
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

export async function askHistogram(
  query: Query,
  buckets: number,
  signal: AbortSignal,
): Promise<SearchHistogram> {
  const url = urlOf(`${API}/traces/histogram`, { ...query, buckets });
  return readHistogram(await askJson<ToldHistogram>(url, signal));
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
  const { spans, of } = told.examined ?? { spans: 1, of: 1 };
  return {
    ...{ from, to, step, columns, what: told.what },
    count: columns.reduce((sum, { count }) => sum + count, 0),
    most: columns.reduce((most, { count }) => Math.max(most, count), 0),
    share: of === 0 ? 1 : Math.min(1, spans / of),
  };
}
