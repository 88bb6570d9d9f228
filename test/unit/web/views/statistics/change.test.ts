import { describe, expect, test } from 'vitest';
import { changeOf, type Measured } from '../../../../../src/web/views/statistics/change.ts';

const was: Measured = { count: 1000, rate: 1, errorShare: 0.01, p95: 100e6 };
const kindOf = (now: Partial<Measured>, before: Measured | undefined = was) =>
  changeOf({ ...was, ...now }, before).kind;

describe('what changed most', () => {
  test('is nothing where all is as it was, or nearly', () => {
    expect(kindOf({})).toBe('none');
    expect(kindOf({ p95: 110e6, rate: 1.2, errorShare: 0.012 })).toBe('none');
  });

  test.for([
    [{ p95: 200e6 }, 'slower'],
    [{ p95: 50e6 }, 'faster'],
    [{ rate: 4, count: 4000 }, 'busier'],
    [{ rate: 0.2, count: 200 }, 'quieter'],
    [{ errorShare: 0.2 }, 'failing'],
    [{ errorShare: 0 }, 'healing'],
    [{ count: 0, rate: 0 }, 'gone'],
    // Time and errors say more than how much there was.
    [{ p95: 300e6, rate: 2, count: 2000 }, 'slower'],
    [{ errorShare: 0.5, p95: 200e6 }, 'failing'],
  ] as const)('%o is %s', ([now, kind]) => {
    expect(kindOf(now)).toBe(kind);
  });

  test('is that it is there at all, where it was not', () => {
    expect(changeOf(was, undefined).kind).toBe('new');
    expect(changeOf(was, { ...was, count: 0 }).kind).toBe('new');
  });

  test('says how many times', () => {
    expect(changeOf({ ...was, p95: 250e6 }, was).ratio).toBeCloseTo(2.5);
    expect(changeOf({ ...was, p95: 40e6 }, was).ratio).toBeCloseTo(0.4);
  });
});

test('what rests on few calls weighs little', () => {
  const slower = { p95: 400e6 };
  const few = changeOf({ ...was, ...slower, count: 2 }, { ...was, count: 2 });
  const many = changeOf({ ...was, ...slower }, was);
  expect(few.score).toBeLessThan(many.score / 4);
});

test('a quantile of nothing is no change', () => {
  expect(kindOf({ p95: 0 })).toBe('none');
  expect(changeOf(was, { ...was, p95: 0 }).kind).toBe('none');
});
