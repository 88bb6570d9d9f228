/**
 * How things go, at a glance: counts, rates, the slowest and the most failing operations, what is stored
 * and what was dropped. Adds up what the reader counted; everything is over the range but `storage` and
 * `dropped`, which are as of now and since the start.
 */
import type { Clock } from '../../model/clock.ts';
import type { DashboardStats, DurationRecord, Statistics } from '../../model/statistics.ts';
import type { TimeRange } from '../../store/contracts/trace-reader.ts';
import { RawParams } from '../params/raw-params.ts';
import { stepFor } from '../statistics/statistics-step.ts';
import { RANGE_DEFAULT_NANO, RANGE_PARAMS } from '../statistics/statistics-view.ts';
import type { View } from '../view.ts';

export interface DashboardParams {
  /** @default the hour that ends now */
  readonly range: TimeRange;
  readonly service?: string;
}

export interface DashboardSettings {
  readonly clock: Clock;
  /** Every reason with its count, since the start. */
  readonly dropped: () => Readonly<Record<string, number>>;
}

/** Records in `slowest` and in `mostFailing`, each. */
export const RANKED_MAX = 10;

export function dashboardView(settings: DashboardSettings): View<DashboardParams, DashboardStats> {
  return {
    name: 'dashboard',

    parseParams(raw) {
      const params = new RawParams(raw, ['service', ...RANGE_PARAMS]);
      const service = params.text('service');
      return {
        range: params.range(settings.clock.unixNano(), RANGE_DEFAULT_NANO),
        ...(service === undefined ? {} : { service }),
      };
    },

    async render(reader, { range, service }, signal) {
      const where = service === undefined ? {} : { service };
      const step = stepFor(range.fromUnixNano, range.toUnixNano);
      const [throughput, byStatus, byKind, byService, durations, storage] = await Promise.all([
        reader.statistics(range, 'total', step, where),
        reader.statistics(range, 'status', step, where),
        reader.statistics(range, 'kind', step, where),
        reader.statistics(range, 'service', step, where),
        reader.durations(range, service),
        reader.storage(),
      ]);
      signal.throwIfAborted();
      const status = new Map(counts(byStatus).map(({ key, count }) => [key, count]));
      const completed = status.get('Completed') ?? 0;
      const failed = status.get('Failed') ?? 0;
      const points = throughput.series.flatMap((series) => series.points);
      return {
        spans: points.reduce((sum, point) => sum + point.count, 0),
        traces: points.reduce((sum, point) => sum + point.roots, 0),
        completed,
        failed,
        running: status.get('Running') ?? 0,
        errorRate: completed + failed > 0 ? failed / (completed + failed) : 0,
        byKind: counts(byKind),
        byService: counts(byService),
        slowest: slowest(durations),
        mostFailing: mostFailing(durations),
        throughput,
        storage,
        dropped: settings.dropped(),
      };
    },
  };
}

/** One count a key over the whole range, largest first. */
function counts(statistics: Statistics): { key: string; count: number }[] {
  return statistics.series
    .map(({ key, points }) => ({ key, count: points.reduce((sum, { count }) => sum + count, 0) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

function slowest(durations: readonly DurationRecord[]): readonly DurationRecord[] {
  return durations
    .filter((record) => record.maxNano > 0n)
    .sort((a, b) => compare(b.p95Nano, a.p95Nano) || compare(b.maxNano, a.maxNano))
    .slice(0, RANKED_MAX);
}

/** By number of errors, then by their share. */
function mostFailing(durations: readonly DurationRecord[]): readonly DurationRecord[] {
  return durations
    .filter((record) => record.errorCount > 0)
    .sort((a, b) => b.errorCount - a.errorCount || b.errorCount / b.count - a.errorCount / a.count)
    .slice(0, RANKED_MAX);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
