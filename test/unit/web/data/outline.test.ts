/** The binary answer about a trace, laid out as the collector writes it. */
import { expect, test } from 'vitest';
import {
  idOfKey,
  readOutline,
  rowOfSpan,
  spanIdAt,
  spanKeyAt,
} from '../../../../src/web/data/outline.ts';

/** Two rows: the columns named here, each padded to 8 bytes. */
function written(): ArrayBuffer {
  const columns = [
    { name: 'start', type: 'f64', length: 2, byteOffset: 0 },
    { name: 'spanId', type: 'u32', length: 4, byteOffset: 16 },
    { name: 'depth', type: 'u16', length: 2, byteOffset: 32 },
  ];
  const header = new TextEncoder().encode(
    JSON.stringify({ rowCount: 2, names: ['GET /'], revision: '2-7', columns }),
  );
  const first = Math.ceil((8 + header.length) / 8) * 8;
  const bytes = new ArrayBuffer(first + 40);
  const view = new DataView(bytes);
  view.setUint32(0, 0x314c5453, true);
  view.setUint32(4, header.length, true);
  new Uint8Array(bytes, 8).set(header);
  view.setFloat64(first + 8, 1_500_000, true);
  view.setUint32(first + 24, 0x00f067aa, true);
  view.setUint32(first + 28, 0x0ba902b7, true);
  view.setUint16(first + 34, 1, true);
  return bytes;
}

test('columns lie over the bytes of the answer', () => {
  const outline = readOutline(written());
  expect(outline.revision).toBe('2-7');
  expect([...outline.start]).toEqual([0, 1_500_000]);
  expect([...outline.depth]).toEqual([0, 1]);
  expect(outline.start.buffer).toBe(outline.depth.buffer);
});

test('a span is found by its id, leading zeros and all', () => {
  const outline = readOutline(written());
  expect(spanIdAt(outline, 1)).toBe('00f067aa0ba902b7');
  expect(rowOfSpan(outline, '00f067aa0ba902b7')).toBe(1);
  expect(rowOfSpan(outline, 'ffffffffffffffff')).toBe(-1);
});

test('bytes of something else are told apart', () => {
  expect(() => readOutline(new ArrayBuffer(16))).toThrow('could not be read');
  expect(() => readOutline(new ArrayBuffer(2))).toThrow('could not be read');
});

test('spans that share an id have names of their own in links', () => {
  const spanId = Uint32Array.of(1, 7, 1, 9, 1, 7, 2, 7, 1, 7);
  const outline = { spanId, rowCount: 5 };
  const keys = [0, 1, 2, 3, 4].map((row) => spanKeyAt(outline, row));
  expect(keys).toEqual([
    ...['0000000100000007', '0000000100000009', '0000000100000007-2'],
    ...['0000000200000007', '0000000100000007-3'],
  ]);
  expect(keys.map((key) => rowOfSpan(outline, key))).toEqual([0, 1, 2, 3, 4]);
  expect(idOfKey(keys[4]!)).toBe('0000000100000007');
  for (const none of ['0000000100000007-4', '0000000100000007-0', '00000001', '', 'x'.repeat(16)])
    expect(rowOfSpan(outline, none)).toBe(-1);
});
