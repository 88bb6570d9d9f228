import { describe, expect, test } from 'vitest';
import { chosenRange, rangeQuery, resolveRange } from '../../../../src/web/data/time-range.ts';

const HOUR = 3_600_000;
const chosen = (search: string) => chosenRange(new URLSearchParams(search), '1h');

describe('the range that a URL names', () => {
  test('is what is said, or what the view has otherwise', () => {
    expect(chosen('')).toEqual({ last: '1h' });
    expect(chosen('last=15m')).toEqual({ last: '15m' });
    expect(chosen('last=all')).toEqual({ last: 'all' });
    expect(chosen('last=15m&from=1000000&to=2000000')).toEqual({ from: '1000000', to: '2000000' });
    expect(chosen('to=2000000')).toEqual({ to: '2000000' });
  });

  test('is not made of what cannot be read', () => {
    for (const search of ['last=yesterday', 'last=0m', 'from=x', 'from=-1', 'last=']) {
      expect(chosen(search), search).toEqual({ last: '1h' });
    }
  });
});

test('a range in the present', () => {
  expect(resolveRange({ last: '1h' }, 10 * HOUR)).toEqual({ from: 9 * HOUR, to: 10 * HOUR });
  expect(resolveRange({ last: '7d' }, HOUR)).toEqual({ from: 0, to: HOUR });
  expect(resolveRange({ last: 'all' }, HOUR)).toEqual({ from: 0, to: HOUR });
  expect(resolveRange({ from: '1000000' }, HOUR)).toEqual({ from: 1, to: HOUR });
  expect(resolveRange({ to: '5000000' }, HOUR)).toEqual({ from: 0, to: 5 });
});

test('everything there is has no parameter', () => {
  expect(rangeQuery({ last: 'all' })).toEqual({});
  expect(rangeQuery({ last: '1h' })).toEqual({ last: '1h' });
});
