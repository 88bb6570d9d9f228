import { expect, test } from 'vitest';
import {
  humanBytes,
  humanCount,
  humanNano,
  humanTime,
  jsonText,
  textTable,
} from '../../../src/cli/text-table.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '0.977 KiB'],
  [1_024, '1.00 KiB'],
  [123_456, '121 KiB'],
  [1_048_576, '1.00 MiB'],
  [10 * 2 ** 30, '10.0 GiB'],
  [5_000 * 2 ** 40, '5000 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(humanBytes(bytes)).toBe(text);
});

test.each([
  [0, '0 ns'],
  [999, '999 ns'],
  [1_500, '1.50 µs'],
  [123_456_789, '123 ms'],
  [2e9, '2.00 s'],
  [90e9, '1.50 min'],
  [7_200e9, '2.00 h'],
  [172_800e9, '2.00 d'],
])('%d nanoseconds are %s', (nanos, text) => {
  expect(humanNano(nanos)).toBe(text);
});

test('counts, times and JSON', () => {
  expect([humanCount(1_234_567), humanCount(0.25)]).toEqual(['1,234,567', '0.3']);
  expect(humanTime(1_767_323_045_999_000_000n)).toBe('2026-01-02 03:04:05Z');
  expect(JSON.parse(jsonText({ at: 1_767_323_045_000_000_001n, n: 1 }))).toEqual({
    at: '1767323045000000001',
    n: 1,
  });
});

test('columns are aligned, long and hostile cells made harmless', () => {
  const lines = textTable([
    ['name', 'n'],
    ['a\u001b[31m\nb', '1'],
    ['x'.repeat(100), '1,000'],
  ]);
  expect(lines[0]).toBe(`  name${' '.repeat(69)}      n`);
  expect(lines[1]).toMatch(/^ {2}a⟨U\+001B⟩\[31m↵b +1$/);
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
  expect(textTable([])).toEqual([]);
});
