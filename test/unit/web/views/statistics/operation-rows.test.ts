import { describe, expect, test } from 'vitest';
import type { Statistics } from '../../../../../src/web/data/wire.ts';
import {
  operationRows,
  sortOperations,
} from '../../../../../src/web/views/statistics/operation-rows.ts';
import { columnsOf, splitKey } from '../../../../../src/web/views/statistics/time-series.ts';

const HOUR = 3_600_000;
const point = (at: number, count: number, errors = 0, p95 = 10e6) => ({
  ...{ at: `${at}000000`, count, errors, roots: 0 },
  ...{ p50Nano: '1000000', p95Nano: String(p95), p99Nano: '20000000' },
});
const statistics = (series: Record<string, ReturnType<typeof point>[]>): Statistics => ({
  ...{ from: '0', to: '0', stepNano: '3600000000000' },
  series: Object.entries(series).map(([key, points]) => ({ key, points })),
});
const empty = statistics({});
const rowsOf = (now: Statistics, before: Statistics, service?: string) =>
  operationRows({
    ...{ now, before, over: empty, services: ['shop', 'shop/eu'], service },
    ...{ from: HOUR, until: 2 * HOUR },
  });

test('a key is split at the longest service that it begins with', () => {
  const services = ['shop', 'shop/eu', 'pay'];
  expect(splitKey('shop/GET /cart', services)).toEqual({ service: 'shop', operation: 'GET /cart' });
  expect(splitKey('shop/eu/GET', services)).toEqual({ service: 'shop/eu', operation: 'GET' });
  expect(splitKey('new/GET', services)).toEqual({ service: 'new', operation: 'GET' });
  expect(splitKey('(other)', services)).toEqual({ service: '', operation: '(other)' });
});

describe('rows', () => {
  test('have rates of the time that has passed, and shares of errors', () => {
    const [row] = rowsOf(statistics({ 'shop/a': [point(HOUR, 7200, 72)] }), empty);
    expect(row).toMatchObject({ service: 'shop', operation: 'a', rate: 2, errorShare: 0.01 });
  });

  test('compare with nothing where there was nothing before', () => {
    const [row] = rowsOf(statistics({ 'shop/a': [point(HOUR, 100)] }), empty);
    expect(row!.change.kind).toBe('unknown');
  });

  test('hold what came and what went', () => {
    const now = statistics({ a: [point(HOUR, 100)], b: [point(HOUR, 100)] });
    const before = statistics({ b: [point(0, 100)], c: [point(0, 100)] });
    const kinds = rowsOf(now, before, 'shop').map(({ operation, change }) => [
      operation,
      change.kind,
    ]);
    expect(kinds).toEqual([
      ['a', 'new'],
      ['b', 'none'],
      ['c', 'gone'],
    ]);
  });

  test('are put in order by each sort', () => {
    const now = statistics({
      quick: [point(HOUR, 900, 1, 1e6)],
      slow: [point(HOUR, 100, 0, 90e6)],
      bad: [point(HOUR, 200, 50, 5e6)],
    });
    const before = statistics({
      quick: [point(0, 900, 1, 1e6)],
      slow: [point(0, 100, 0, 20e6)],
      bad: [point(0, 200, 50, 5e6)],
    });
    const rows = rowsOf(now, before, 'shop');
    const first = (sort: 'change' | 'errors' | 'p95' | 'rate' | 'name') =>
      sortOperations(rows, sort)[0]!.operation;
    expect(
      ['change', 'errors', 'p95', 'rate', 'name'].map((sort) => first(sort as 'name')),
    ).toEqual(['slow', 'bad', 'slow', 'quick', 'bad']);
  });
});

test('a step that is not over has the rate of what has passed of it', () => {
  const minute = { stepNano: '60000000000' };
  const points = [point(HOUR, 60), point(HOUR + 60_000, 30), point(HOUR + 120_000, 0)];
  const { rate, p95, time } = columnsOf(minute, points, HOUR, HOUR + 90_000);
  expect(rate).toEqual([1, 1, null]);
  expect(p95).toEqual([10e6, 10e6, null]);
  expect(time[1]! - time[0]!).toBe(60);
});
