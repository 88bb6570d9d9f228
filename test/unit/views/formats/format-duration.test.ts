import { describe, expect, it } from 'vitest';
import { cutMiddle } from '../../../../src/views/formats/clean-text.ts';
import { formatDuration, formatOffset } from '../../../../src/views/formats/format-duration.ts';

describe('durations for people', () => {
  it.each([
    [0n, '0 ns'],
    [999n, '999 ns'],
    [1_000n, '1.00 µs'],
    [1_234_567n, '1.23 ms'],
    [38_249_000n, '38.2 ms'],
    [410_000_000n, '410 ms'],
    [999_960n, '1.00 ms'],
    [999_499n, '999 µs'],
    [59_990_000_000n, '1.00 min'],
    [90_000_000_000n, '1.50 min'],
    [9_000_000_000_000n, '2.50 h'],
    [86_400_000_000_000n * 4_000n, '4000 d'],
    [-1_500n, '-1.50 µs'],
  ])('%s ns is %s', (nanos, text) => {
    expect(formatDuration(nanos)).toBe(text);
  });

  it('signs offsets', () => {
    expect([formatOffset(12_000_000n), formatOffset(-3_000n)]).toEqual(['+12.0 ms', '-3.00 µs']);
  });
});

describe('long names', () => {
  it('are cut in the middle, between characters', () => {
    expect(cutMiddle('checkout', 8)).toBe('checkout');
    expect(cutMiddle('orders.checkout.step-1', 11)).toBe('order…tep-1');
    expect(cutMiddle('👍👍👍👍👍', 4)).toBe('👍👍…👍');
  });
});
