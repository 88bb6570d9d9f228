/** Numbers and times as people read them on the page. */
import { expect, test } from 'vitest';
import { parseDuration } from '../../../../src/views/params/parse-duration.ts';
import {
  formatBytes,
  formatCount,
  formatFrequency,
  formatRate,
  formatShare,
} from '../../../../src/web/format/count.ts';
import { cutMiddle } from '../../../../src/web/format/cut-middle.ts';
import {
  formatDuration,
  formatExact,
  formatOffset,
  searchDuration,
} from '../../../../src/web/format/duration.ts';
import {
  formatAge,
  formatAgo,
  formatClock,
  formatExactTime,
  millisOf,
  nanosOf,
} from '../../../../src/web/format/time.ts';

test.each([
  [0, '0 ns'],
  [999, '999 ns'],
  [1_234, '1.23 µs'],
  [410_000_000, '410 ms'],
  [999_960, '1.00 ms'],
  [1_230_000_000, '1.23 s'],
  [240_000_000_000, '4.00 min'],
  [9_000_000_000_000, '2.50 h'],
  [-3_000, '−3.00 µs'],
])('%d ns is written %s', (nanos, written) => {
  expect(formatDuration(nanos)).toBe(written);
  expect(formatDuration(String(nanos))).toBe(written);
});

test('offsets have a sign, exact values every digit', () => {
  expect(formatOffset('312000000')).toBe('+312 ms');
  expect(formatOffset(-5)).toBe('−5 ns');
  expect(formatExact('1234567')).toBe('1\u202f234\u202f567 ns');
});

test.for([
  [1.5, '2ns', '1ns', '2ns'],
  [1500, '1.5us', '1.5us', '1.5us'],
  [1_234_567, '1.235ms', '1.234ms', '1.235ms'],
  [200_000_000, '200ms', '200ms', '200ms'],
  [1_234_000_001, '1.234s', '1.234s', '1.235s'],
  [2.5e9, '2.5s', '2.5s', '2.5s'],
] as const)('%d ns are searched for as %s, which the API reads', ([nanos, near, less, more]) => {
  expect(searchDuration(nanos)).toBe(near);
  expect(Number(parseDuration(near))).toBeGreaterThan(nanos * 0.99);
  expect([searchDuration(nanos, 'less'), searchDuration(nanos, 'more')]).toEqual([less, more]);
  expect(Number(parseDuration(less))).toBeLessThanOrEqual(nanos);
  expect(Number(parseDuration(more))).toBeGreaterThanOrEqual(nanos);
});

test.each([
  [9_999, '9,999'],
  [12_345, '12.3 k'],
  [999_960, '1 M'],
  [3_118_000, '3.12 M'],
])('%d is written %s', (count, written) => {
  expect(formatCount(count)).toBe(written);
});

test('rates, shares and sizes', () => {
  expect([0, 0.41, 3, 132.4, 12_345].map(formatRate)).toEqual(['0', '0.41', '3', '132', '12.3 k']);
  expect([0, 0.00001, 0.0345, 1].map(formatShare)).toEqual(['0%', '<0.01%', '3.5%', '100%']);
  expect([512, 2048, 10 * 1024 ** 3].map(formatBytes)).toEqual(['512 B', '2 KiB', '10 GiB']);
});

test('times keep their nanoseconds, and how long ago is told in one unit', () => {
  const nano = '1767323045123456789';
  expect(formatExactTime(nano)).toContain('.123456789');
  expect(millisOf(nano)).toBe(1_767_323_045_123);
  expect(nanosOf(1_767_323_045_123)).toBe('1767323045123000000');
  expect([0, 12_400, 3_700_000].map((passed) => formatAgo(0, passed))).toEqual([
    ...['now', '12 s ago', '1 h ago'],
  ]);
});

test('a name is cut in the middle, where it tells least', () => {
  expect(cutMiddle('GET /orders', 20)).toBe('GET /orders');
  expect(cutMiddle('com.example.shop.checkout.PaymentService', 20)).toBe('com.example…tService');
});

test.each([
  [0, '0/s'],
  [12, '12/s'],
  [1, '1/s'],
  [0.47, '28/min'],
  [0.071, '4.3/min'],
  [0.00027, '0.97/h'],
])('%d a second is told as %s', (perSecond, told) => {
  expect(formatFrequency(perSecond)).toBe(told);
});

test('a clock tells the year where it is another: a sender without the time begins in 1970', () => {
  const now = new Date(2026, 10, 23, 14, 3, 9).getTime();
  expect(formatClock(now, now)).toBe('14:03:09');
  expect(formatClock(new Date(2026, 0, 1, 8).getTime(), now)).toBe('1 Jan 08:00:00');
  expect(formatClock(new Date(1970, 0, 1, 8).getTime(), now)).toBe('1 Jan 1970 08:00:00');
});

test('what is an hour ahead is not now', () => {
  const now = 1_000_000_000_000;
  expect(formatAge(now + 5_000, now)).toBe(undefined);
  expect(formatAge(now + 3_600_000, now)).toBe('in 1 h');
  expect(formatAgo(now + 3_600_000, now)).toBe('in 1 h');
  expect(formatAgo(now - 3_600_000, now)).toBe('1 h ago');
});
