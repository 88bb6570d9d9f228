import { describe, expect, test } from 'vitest';
import { atShare, summaryOf } from '../../bench/measure/statistics.ts';

describe('atShare', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  test('takes the value that so many are at or below', () => {
    expect(atShare(hundred, 0.5)).toBe(50);
    expect(atShare(hundred, 0.99)).toBe(99);
    expect(atShare(hundred, 1)).toBe(100);
    expect(atShare([7], 0.01)).toBe(7);
  });

  test('leaves what it was given as it was, and makes 0 of nothing', () => {
    const given = [3, 1, 2];
    atShare(given, 0.5);
    expect(given).toEqual([3, 1, 2]);
    expect(atShare([], 0.5)).toBe(0);
  });
});

describe('summaryOf', () => {
  test('tells median and range, by value and not by text', () => {
    expect(summaryOf([100, 9, 20])).toEqual({ median: 20, low: 9, high: 100 });
    expect(summaryOf([4, 1, 2, 10])).toEqual({ median: 3, low: 1, high: 10 });
    expect(summaryOf([5])).toEqual({ median: 5, low: 5, high: 5 });
  });

  test('refuses no rounds at all', () => {
    expect(() => summaryOf([])).toThrow(RangeError);
  });
});
