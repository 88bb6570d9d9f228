/** Everything that the statistics view asks for at once, so that all its numbers are of one moment. */
import { API, askJson, urlOf } from '../../data/api.ts';
import {
  type ResolvedRange,
  rangeBetween,
  rangeQuery,
  wholeMinutes,
} from '../../data/time-range.ts';
import type { DashboardStats, Statistics } from '../../data/wire.ts';
import type { DurationBucket } from './histogram-columns.ts';
import type { SeriesPoint } from './time-series.ts';

export interface Subject {
  readonly service: string | undefined;
  /** Only beside a service. */
  readonly operation: string | undefined;
}

export interface DurationHistogram {
  readonly buckets: readonly DurationBucket[];
  readonly p50Nano: string;
  readonly p95Nano: string;
  readonly p99Nano: string;
  readonly count: number;
}

export interface StatisticsData {
  readonly dashboard: DashboardStats;
  readonly services: readonly string[];
  /** The subject, one series. */
  readonly total: Statistics;
  /** Its parts: services, or the operations of one. */
  readonly parts: Statistics;
  /** The subject over the whole range, and over as long a time before. */
  readonly now: SeriesPoint | undefined;
  readonly before: SeriesPoint | undefined;
  readonly operationsNow: Statistics;
  readonly operationsBefore: Statistics;
  readonly operationsOver: Statistics;
  readonly durations: DurationHistogram;
}

const MINUTE_MS = 60_000;
const SPARK_POINTS = 24;

export async function askStatistics(
  range: ResolvedRange,
  { service, operation }: Subject,
  signal: AbortSignal,
): Promise<StatisticsData> {
  const now = wholeMinutes(range);
  const minutes = (now.to - now.from) / MINUTE_MS;
  const before = { from: Math.max(0, now.from - (now.to - now.from)), to: now.from };
  const series = (by: string, when: ResolvedRange, stepMinutes?: number) =>
    askJson<Statistics>(
      urlOf(`${API}/stats/series`, {
        ...{ by, service, ...rangeQuery(rangeBetween(when)) },
        step: stepMinutes === undefined ? undefined : `${stepMinutes}m`,
      }),
      signal,
    );
  const ofSubject = operation === undefined ? 'total' : 'operation';
  const rangeOf = rangeQuery(rangeBetween(now));
  const [dashboard, all, parts, total, wholeNow, wholeBefore, over, opsNow, opsBefore, durations] =
    await Promise.all([
      askJson<DashboardStats>(urlOf(`${API}/stats`, { service, ...rangeOf }), signal),
      askJson<{ services: readonly { name: string }[] }>(`${API}/services`, signal),
      series(service === undefined ? 'service' : 'operation', now),
      series(ofSubject, now),
      series(ofSubject, now, minutes),
      series(ofSubject, before, minutes),
      series('operation', now, Math.max(1, Math.ceil(minutes / SPARK_POINTS))),
      series('operation', now, minutes),
      series('operation', before, minutes),
      askJson<DurationHistogram>(
        urlOf(`${API}/stats/durations`, { service, operation, ...rangeOf }),
        signal,
      ),
    ]);
  const only = (statistics: Statistics): Statistics =>
    operation === undefined
      ? statistics
      : { ...statistics, series: statistics.series.filter(({ key }) => key === operation) };
  return {
    dashboard,
    services: all.services.map(({ name }) => name),
    total: only(total),
    parts,
    now: only(wholeNow).series[0]?.points[0],
    before: only(wholeBefore).series[0]?.points[0],
    operationsNow: opsNow,
    operationsBefore: opsBefore,
    operationsOver: over,
    durations,
  };
}
