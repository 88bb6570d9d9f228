import { describe, expect, test } from 'vitest';
import {
  decadesWithin,
  histogramColumns,
} from '../../../../../src/web/views/statistics/histogram-columns.ts';

const bucket = (from: number, to: number, count: number) => ({
  ...{ fromNano: String(Math.round(from)), toNano: String(Math.round(to)), count },
});
const sum = (counts: readonly { count: number }[]) =>
  counts.reduce((all, { count }) => all + count, 0);

describe('columns', () => {
  test('are none of nothing', () => {
    expect(histogramColumns([], 40)).toEqual([]);
    expect(histogramColumns([bucket(1, 2, 0)], 40)).toEqual([]);
    expect(histogramColumns([bucket(1, 2, 1)], 0)).toEqual([]);
  });

  test('are of equal width on a logarithmic scale, and hold every count once', () => {
    const buckets = Array.from({ length: 400 }, (_, at) =>
      bucket(1e4 * 1.02 ** at, 1e4 * 1.02 ** (at + 1), 3),
    );
    const columns = histogramColumns(buckets, 64);
    expect(columns).toHaveLength(64);
    for (const { from, to } of columns) {
      expect(to / from).toBeCloseTo(columns[0]!.to / columns[0]!.from, 6);
    }
    expect(sum(columns)).toBeCloseTo(1200, 6);
    // A flat distribution stays flat: no column has a bucket more than its neighbours.
    for (const { count } of columns) expect(count).toBeCloseTo(1200 / 64, 1);
  });

  test('a single duration is not a wall', () => {
    const columns = histogramColumns([bucket(1e6, 1.02e6, 7)], 40);
    expect(columns.at(-1)!.to / columns[0]!.from).toBeCloseTo(10);
    expect(sum(columns)).toBeCloseTo(7);
    expect(columns.filter(({ count }) => count > 0).length).toBeLessThan(4);
  });

  test('zero has a place', () => {
    expect(sum(histogramColumns([bucket(0, 0, 5), bucket(1e6, 2e6, 1)], 30))).toBeCloseTo(6);
  });
});

test('decades of an axis', () => {
  expect(decadesWithin(5e5, 2e8)).toEqual([1e6, 1e7, 1e8]);
  expect(decadesWithin(1e6, 1e7)).toEqual([1e6, 1e7]);
  expect(decadesWithin(2e6, 9e6)).toEqual([]);
});
