import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatBytes,
  formatDurationMs,
  parseBytes,
  parseDurationMs,
} from '../../../src/config/quantities.ts';

test.each([
  ['0', 0],
  ['1024', 1024],
  ['10GiB', 10_737_418_240],
  ['512MB', 512_000_000],
  ['512 mb', 512_000_000],
  ['1.5KiB', 1536],
  ['2TiB', 2_199_023_255_552],
])('%s is %d bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(['', 'GiB', '-1', '1e3', '10 gigs', '1,5MB', '99999999999TiB', '0x10'])(
  '%j is no size',
  (text) => {
    expect(parseBytes(text)).toBeUndefined();
  },
);

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5h', 5_400_000],
  ['7d', 604_800_000],
  ['1W', 604_800_000],
])('%s is %d ms', (text, durationMs) => {
  expect(parseDurationMs(text)).toBe(durationMs);
});

test.each(['', '7', '7 years', '-1s', '1h30m', 'd'])('%j is no duration', (text) => {
  expect(parseDurationMs(text)).toBeUndefined();
});

test('what is written is read back as it was', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(parseBytes(formatBytes(value))).toBe(value);
      expect(parseDurationMs(formatDurationMs(value))).toBe(value);
    }),
  );
  expect(formatBytes(10_737_418_240)).toBe('10GiB');
  expect(formatDurationMs(604_800_000)).toBe('7d');
});
