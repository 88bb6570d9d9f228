/** Points of the API's series as columns of numbers for a chart. */
import type { Statistics } from '../../data/wire.ts';

export type SeriesPoint = Statistics['series'][number]['points'][number];

/** One entry a step. Rates are null where no time of a step has passed, quantiles and shares where nothing ended. */
export interface PointColumns {
  /** Seconds since 1970, the start of the step. */
  readonly time: readonly number[];
  readonly rate: readonly (number | null)[];
  readonly errorShare: readonly (number | null)[];
  /** Nanoseconds. */
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
}

const NANO = 1e9;

/**
 * @param from of the range, milliseconds: of a step that began before it, only what lies within is counted
 * @param now milliseconds: the last step may not be over
 */
export function columnsOf(
  { stepNano }: Pick<Statistics, 'stepNano'>,
  points: readonly SeriesPoint[],
  from: number,
  now: number,
): PointColumns {
  const step = Number(stepNano) / NANO;
  const time = points.map(({ at }) => Number(BigInt(at) / 1_000_000n) / 1000);
  const quantile = (name: 'p50Nano' | 'p95Nano' | 'p99Nano') =>
    points.map((point) => (point.count > 0 ? Number(point[name]) : null));
  return {
    time,
    rate: points.map(({ count }, at) => {
      const begin = Math.max(time[at]!, Math.floor(from / 60_000) * 60);
      const passed = Math.min(time[at]! + step, now / 1000) - begin;
      return passed < 1 ? null : count / passed;
    }),
    errorShare: points.map(({ count, errors }) => (count > 0 ? errors / count : null)),
    p50: quantile('p50Nano'),
    p95: quantile('p95Nano'),
    p99: quantile('p99Nano'),
  };
}

/** Splits `service/operation`, where a service's own name may hold a slash: the longest service that fits. */
export function splitKey(
  key: string,
  services: readonly string[],
): { service: string; operation: string } {
  let service = '';
  for (const name of services) {
    if (name.length > service.length && key.startsWith(`${name}/`)) service = name;
  }
  if (service === '') {
    const at = key.indexOf('/');
    if (at < 0) return { service: '', operation: key };
    service = key.slice(0, at);
  }
  return { service, operation: key.slice(service.length + 1) };
}
