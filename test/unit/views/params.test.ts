import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/views/params/parse-duration.ts';
import { parseTime } from '../../../src/views/params/parse-time.ts';
import { RawParams } from '../../../src/views/params/raw-params.ts';

describe('durations', () => {
  it.each([
    ['10ns', 10n],
    ['3us', 3_000n],
    ['3µs', 3_000n],
    ['200ms', 200_000_000n],
    ['1.5s', 1_500_000_000n],
    ['0.000000001 s', 1n],
    ['2m', 120_000_000_000n],
    ['7d', 604_800_000_000_000n],
    ['1.2345ns', 1n],
  ])('%s', (text, nanos) => {
    expect(parseDuration(text)).toBe(nanos);
  });

  it.each(['', '5', 'ms', '-1s', '1e3s', '1.s', '1 h 5 m', '5y', `${'9'.repeat(40)}s`])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('times', () => {
  it.each([
    ['2026-01-02T03:04:05Z', 1_767_323_045_000_000_000n],
    ['2026-01-02t03:04:05.123456789z', 1_767_323_045_123_456_789n],
    ['2026-01-02T05:04:05+02:00', 1_767_323_045_000_000_000n],
    ['2026-01-02 03:04Z', 1_767_323_040_000_000_000n],
    ['2026-01-02', 1_767_312_000_000_000_000n],
    ['1767323045000000001', 1_767_323_045_000_000_001n],
    ['0', 0n],
  ])('%s', (text, nanos) => {
    expect(parseTime(text)).toBe(nanos);
  });

  it.each([
    '2026-02-30',
    '2026-13-01',
    '2026-01-02T25:00:00Z',
    '2026-01-02T03:04:05',
    '1969-12-31T23:59:59Z',
    '99999999999999999999',
    'now',
    '-1',
  ])('%j is none', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });
});

describe('a range', () => {
  const range = (raw: object) => new RawParams(raw, ['last', 'from', 'to']).range(1_000n, 100n);

  it('ends now and begins as long before as is usual, unless said otherwise', () => {
    expect(range({})).toEqual({ fromUnixNano: 900n, toUnixNano: 1_000n });
    expect(range({ last: '10ns' })).toEqual({ fromUnixNano: 990n, toUnixNano: 1_000n });
    expect(range({ last: '1h' })).toEqual({ fromUnixNano: 0n, toUnixNano: 1_000n });
    expect(range({ from: 5 })).toEqual({ fromUnixNano: 5n, toUnixNano: 1_000n });
    expect(range({ to: 500n })).toEqual({ fromUnixNano: 400n, toUnixNano: 500n });
    expect(() => range({ from: '1000' })).toThrow('from: expected a time before to');
  });

  it('is never the wrong way round', () => {
    const text = fc.option(fc.nat(2_000).map(String), { nil: undefined });
    fc.assert(
      fc.property(text, text, (from, to) => {
        try {
          const { fromUnixNano, toUnixNano } = range({ from, to });
          expect(fromUnixNano).toBeLessThan(toUnixNano);
          expect(fromUnixNano).toBeGreaterThanOrEqual(0n);
        } catch (error) {
          expect(error).toMatchObject({ code: 'InvalidParameter' });
        }
      }),
    );
  });
});
