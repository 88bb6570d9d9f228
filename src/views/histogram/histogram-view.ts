/**
 * What a search finds, over time. Where statistics know what is asked for, spans are counted as they came, exactly, by the minute.
 * Else traces are searched for, the newest first, and it says how far that went: TRACES_MAX traces, or SEARCH_MS, after which a page
 * of the search ends it.
 */
import type { Clock } from '../../model/clock.ts';
import type {
  StatisticsFilter,
  TimeRange,
  TraceReader,
} from '../../store/contracts/trace-reader.ts';
import { RawParams } from '../params/raw-params.ts';
import { stepFor } from '../statistics/statistics-step.ts';
import { RANGE_DEFAULT_NANO } from '../statistics/statistics-view.ts';
import { lookThrough } from '../traces/look-through.ts';
import type { TotalProgress } from '../traces/search-totals.ts';
import { FILTER_NAMES, filterOf, type GivenFilter } from '../traces/span-filter-params.ts';
import type { View } from '../view.ts';
import { HISTOGRAM_BUCKETS_MAX } from '../view-choices.ts';

export interface HistogramParams {
  /** @default the hour that ends now */
  readonly range: TimeRange;
  /** With the range in it. */
  readonly filter: GivenFilter;
  /** @default 60 */
  readonly buckets: number;
}

export interface HistogramPoint {
  /** Start of the step: a multiple of its length, so that the first may begin before the range. */
  readonly at: bigint;
  readonly count: number;
  readonly errors: number;
}

export interface TraceHistogram {
  readonly from: bigint;
  readonly to: bigint;
  readonly stepNano: bigint;
  readonly points: readonly HistogramPoint[];
  readonly source: 'statistics' | 'search';
  readonly what: 'spans' | 'traces';
  /** Of a search. */
  readonly examined: TotalProgress | undefined;
}

const BUCKETS_DEFAULT = 60;
const TRACES_MAX = 1_000;
const SEARCH_MS = 1_500;
const SECOND_NANO = 1_000_000_000n;
const STEPS_SECONDS = [1, 2, 5, 10, 15, 30] as const;

export function histogramView(clock: Clock): View<HistogramParams, TraceHistogram> {
  return {
    name: 'histogram',

    parseParams(raw) {
      const params = new RawParams(raw, [...FILTER_NAMES, 'buckets']);
      const { lastNano: _lastNano, ...filter } = filterOf(params, clock);
      const range = params.range(clock.unixNano(), RANGE_DEFAULT_NANO);
      const buckets = params.integer('buckets', 1, HISTOGRAM_BUCKETS_MAX) ?? BUCKETS_DEFAULT;
      return { range, filter: { ...filter, ...range }, buckets };
    },

    render(reader, params, signal) {
      return isCounted(params.filter)
        ? counted(reader, params, signal)
        : found(reader, params, signal);
    },
  };
}

function isCounted({ minDurationNano, maxDurationNano, took, attributes }: GivenFilter): boolean {
  const others = [minDurationNano, maxDurationNano, took, attributes];
  return others.every((filter) => filter === undefined);
}

async function counted(
  reader: TraceReader,
  { range, filter, buckets }: HistogramParams,
  signal: AbortSignal,
): Promise<TraceHistogram> {
  const { fromUnixNano: from, toUnixNano: to } = range;
  const step = stepFor(from, to, buckets);
  const { service, operation, kind, status } = filter;
  const given = Object.entries({ service, operation, kind, status });
  const where: StatisticsFilter = Object.fromEntries(
    given.filter(([, value]) => value !== undefined),
  );
  const { series, stepNano } = await reader.statistics(range, 'total', step, where);
  signal.throwIfAborted();
  const points = (series[0]?.points ?? []).map(({ at, count, errors }) => ({ at, count, errors }));
  return { from, to, stepNano, points, source: 'statistics', what: 'spans', examined: undefined };
}

async function found(
  reader: TraceReader,
  { range, filter, buckets }: HistogramParams,
  signal: AbortSignal,
): Promise<TraceHistogram> {
  const { fromUnixNano: from, toUnixNano: to } = range;
  const stepNano = searchStep(from, to, buckets);
  const first = from - (from % stepNano);
  const count = Number((to - first + stepNano - 1n) / stepNano);
  const points = Array.from({ length: count }, (_, i) => {
    return { at: first + BigInt(i) * stepNano, count: 0, errors: 0 };
  });
  const bounds = { tracesMax: TRACES_MAX, timeMs: SEARCH_MS };
  const { examined } = await lookThrough(reader, filter, bounds, signal, (trace) => {
    // A trace may have begun before the span in it that was looked for.
    const at = Number((trace.startUnixNano - first) / stepNano);
    const point = points[Math.min(Math.max(at, 0), count - 1)]!;
    point.count++;
    if (trace.errorCount > 0) point.errors++;
  });
  return { from, to, stepNano, points, source: 'search', what: 'traces', examined };
}

/** Traces that are found need not be counted by whole minutes. */
function searchStep(from: bigint, to: bigint, buckets: number): bigint {
  const seconds = STEPS_SECONDS.find(
    (step) => to - from <= BigInt(step) * SECOND_NANO * BigInt(buckets),
  );
  return seconds === undefined ? stepFor(from, to, buckets) : BigInt(seconds) * SECOND_NANO;
}
