/** The table of operations: one row a service and operation, of the range, of the range before, and over time. */
import type { Statistics } from '../../data/wire.ts';
import { type Change, changeOf, type Measured, UNKNOWN_CHANGE } from './change.ts';
import { columnsOf, type PointColumns, splitKey } from './time-series.ts';

export interface OperationRow extends Measured {
  readonly key: string;
  readonly service: string;
  readonly operation: string;
  readonly errors: number;
  /** Nanoseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly before: Measured | undefined;
  readonly change: Change;
  /** Undefined where it only was before. */
  readonly over: PointColumns | undefined;
}

export interface OperationNumbers {
  /** By operation, one step as long as the range. */
  readonly now: Statistics;
  /** The same of as long a time before it. */
  readonly before: Statistics;
  /** By operation, in the steps of a sparkline. */
  readonly over: Statistics;
  readonly services: readonly string[];
  /** Where all are of one service, keys are operations. */
  readonly service: string | undefined;
  /** Milliseconds: of the range, and the present. */
  readonly from: number;
  readonly until: number;
}

export const SORTS = ['change', 'errors', 'p95', 'rate', 'name'] as const;
export type Sort = (typeof SORTS)[number];

export function operationRows(numbers: OperationNumbers): readonly OperationRow[] {
  const { now, before, over, services, service, from, until } = numbers;
  const seconds = Math.max(1, (until - from) / 1000);
  const earlier = new Map(before.series.map((series) => [series.key, series.points[0]]));
  const sparks = new Map(
    over.series.map(({ key, points }) => [key, columnsOf(over, points, from, until)]),
  );
  // Without anything before, everything would be new: nothing can be said.
  const compares = before.series.length > 0;
  const keys = new Set([...now.series, ...before.series].map(({ key }) => key));
  const present = new Map(now.series.map((series) => [series.key, series.points[0]]));
  return [...keys].map((key) => {
    const measured = measuredOf(present.get(key), seconds);
    const was = earlier.get(key);
    const beforeMeasured = was && measuredOf(was, seconds);
    return {
      key,
      ...(service === undefined ? splitKey(key, services) : { service, operation: key }),
      ...measured,
      before: beforeMeasured,
      change: compares ? changeOf(measured, beforeMeasured) : UNKNOWN_CHANGE,
      over: sparks.get(key),
    };
  });
}

type Point = Statistics['series'][number]['points'][number];

function measuredOf(point: Point | undefined, seconds: number) {
  const { count = 0, errors = 0, p50Nano = '0', p95Nano = '0', p99Nano = '0' } = point ?? {};
  return {
    ...{ count, errors, rate: count / seconds, errorShare: count > 0 ? errors / count : 0 },
    ...{ p50: Number(p50Nano), p95: Number(p95Nano), p99: Number(p99Nano) },
  };
}

export function sortOperations(rows: readonly OperationRow[], sort: Sort): readonly OperationRow[] {
  const by: Record<Sort, (row: OperationRow) => number> = {
    change: ({ change }) => change.score,
    errors: ({ errors }) => errors,
    p95: ({ p95 }) => p95,
    rate: ({ count }) => count,
    name: () => 0,
  };
  const name = (row: OperationRow): string => `${row.service} ${row.operation}`;
  return rows.toSorted(
    (a, b) =>
      by[sort](b) - by[sort](a) ||
      (sort === 'name' ? 0 : b.count - a.count) ||
      (name(a) < name(b) ? -1 : 1),
  );
}
