/** Ranges of a trace's time, the way back out of them, and the marks of an axis. */
import { describe, expect, test } from 'vitest';
import { rulerTicks } from '../../../../src/web/views/trace/tabs/timeline/ruler-ticks.ts';
import { moved, narrowed, scaled, trailWith } from '../../../../src/web/views/trace/time-range.ts';

describe('a range', () => {
  test('is kept within the trace, as wide as it was', () => {
    expect(narrowed({ from: -500, to: 500 }, 10_000)).toEqual({ from: 0, to: 1000 });
    expect(narrowed({ from: 9_800, to: 10_800 }, 10_000)).toEqual({ from: 9_000, to: 10_000 });
    expect(narrowed({ from: -5, to: 90_000 }, 10_000)).toEqual({ from: 0, to: 10_000 });
  });

  test('is never narrower than can be told', () => {
    expect(narrowed({ from: 500, to: 500 }, 10_000)).toEqual({ from: 450, to: 550 });
  });

  test('comes nearer around a point that stays', () => {
    expect(scaled({ from: 0, to: 100 }, 25, 0.5)).toEqual({ from: 12.5, to: 62.5 });
  });

  test('moves by a share of itself', () => {
    expect(moved({ from: 10, to: 20 }, -0.5)).toEqual({ from: 5, to: 15 });
  });
});

test('the way back holds ranges of which each holds the next', () => {
  const first = { from: 0, to: 1000 };
  const second = { from: 100, to: 500 };
  const trail = trailWith(trailWith([], first), second);
  expect(trail).toEqual([first, second]);
  expect(trailWith(trail, { from: 200, to: 300 })).toHaveLength(3);
  expect(trailWith(trail, { from: 90, to: 490 })).toEqual([first, { from: 90, to: 490 }]);
  expect(trailWith(trail, { from: 2000, to: 3000 })).toEqual([{ from: 2000, to: 3000 }]);
});

describe('marks', () => {
  const labels = (from: number, to: number, width = 400): string[] =>
    rulerTicks({ from, to }, width).map(({ label }) => label);

  test('have room in the longest time there is', () => {
    for (const years of [10, 50, 146, 584])
      expect(labels(0, years * 365 * 86_400e9, 800).length).toBeLessThanOrEqual(11);
  });

  test('are round, in one unit', () => {
    expect(labels(0, 1e9)).toEqual(['0', '0.2 s', '0.4 s', '0.6 s', '0.8 s', '1.0 s']);
    expect(labels(0, 5e6)).toEqual(['0', '1 ms', '2 ms', '3 ms', '4 ms', '5 ms']);
  });

  test('of minutes and hours are told as such', () => {
    expect(labels(0, 300e9)).toEqual(['0', '1 min', '2 min', '3 min', '4 min', '5 min']);
    expect(labels(0, 10 * 3600e9)).toContain('2 h');
    expect(labels(80e9, 200e9)).toContain('1 min 30 s');
  });

  test('far from the start tell what is added', () => {
    const far = labels(12e9, 12e9 + 5_000);
    expect(far[0]).toBe('12.000000 s');
    expect(far[1]).toBe('+1.00 µs');
  });
});
