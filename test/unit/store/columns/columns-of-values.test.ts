/** The forms that columns take: integers, templates of strings, 64-bit differences, and the hash of a value. */
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../../src/store/columns/byte-reader.ts';
import { memorySource } from '../../../../src/store/columns/byte-source.ts';
import { ByteWriter } from '../../../../src/store/columns/byte-writer.ts';
import { CHUNK } from '../../../../src/store/columns/chunk-format.ts';
import { ChunkReader } from '../../../../src/store/columns/chunk-reader.ts';
import { ChunkWriter, VALUE_STREAMS } from '../../../../src/store/columns/chunk-writer.ts';
import { DamagedBlock } from '../../../../src/store/columns/damaged-block.ts';
import { decodeInts, readIntsPlace } from '../../../../src/store/columns/decode-ints.ts';
import { encodeInts, INTS } from '../../../../src/store/columns/encode-ints.ts';
import { fillTemplate, TemplateCutter } from '../../../../src/store/columns/string-template.ts';
import { hashDecimal, keySeed, valueHash } from '../../../../src/store/columns/value-hash.ts';
import {
  addDifference,
  durationWords,
  wideDifference,
} from '../../../../src/store/columns/wide-difference.ts';

/** Bytes of streams that integers take, and the integers again. */
function throughColumn(values: number[], form: number): { bytes: number; back: number[] } {
  const chunks = new ChunkWriter();
  encodeInts(chunks, VALUE_STREAMS, Float64Array.from(values), values.length, form);
  const meta = chunks.meta.length;
  const reader = new ChunkReader(memorySource(chunks.finish(1)));
  const place = readIntsPlace(new ByteReader(reader.chunk(CHUNK.meta)), reader, values.length);
  expect(meta).toBeLessThan(32);
  const bytes = place.planes.reduce((sum, { length }) => sum + length, 0);
  return { bytes, back: [...decodeInts(reader, place)] };
}

describe('integers', () => {
  const many = (value: (i: number) => number) => Array.from({ length: 500 }, (_, i) => value(i));
  test.each<[string, number[], number, number]>([
    ['one', [7], INTS.any, 0],
    ['all equal', many(() => 2 ** 48), INTS.any, 0],
    ['equal steps', many((i) => 1000 + i * 8), INTS.any, 0],
    ['small ones above a large one', many((i) => 10 ** 12 + ((i * i * 31) % 251)), INTS.any, 500],
    ['steps smaller than what they lead to', many((i) => i * 300 + (i % 3)), INTS.any, 499],
    ['whole microseconds', many((i) => ((i * i * 31) % 251) * 1000), INTS.times, 500],
    ['whole seconds, negative', many((i) => (1 + ((i * i * 31) % 251)) * -1e9), INTS.times, 500],
    ['of 49 bits', many((i) => (i * 7_919_000_017_001) % 2 ** 49), INTS.plain, 3500],
    ['from end to end', [-(2 ** 51), 2 ** 51, 0, -1], INTS.any, 28],
  ])('%s', (_, values, form, bytes) => {
    expect(throughColumn(values, form)).toEqual({ bytes, back: values });
  });
});

describe('templates', () => {
  test.each([
    ['/cart/e0c202ad', '/cart/\u0001\u0008', [0xe0c202ad]],
    ['10.45.28.0', '\u0002.\u0002.\u0002.\u0002', [10, 45, 28, 0]],
    ['user-0068948', 'user-\u0003\u0007', [68948]],
    ['worker15 of 016', 'worker\u0002 of \u0003\u0003', [15, 16]],
    [
      '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
      '\u0001\u0008-\u0001\u0004-\u0001\u0004-\u0001\u0004-\u0001\u0008\u0001\u0004',
      [0x1b4e28ba, 0x2fa1, 0x11d2, 0x883f, 0x0016d3cc, 0xa427],
    ],
    ['0123456789abcdef0', '\u0001\u0008\u0001\u0008\u0001\u0001', [0x01234567, 0x89abcdef, 0]],
    ['DEADBEEF cafe', 'DEADBEEF cafe', []],
    ['a\u0001b7', '\u0000a\u0001b7', []],
    [
      '1 2 3 4 5 6 7 8 9',
      '\u0002 \u0002 \u0002 \u0002 \u0002 \u0002 \u0002 \u0002 9',
      [1, 2, 3, 4, 5, 6, 7, 8],
    ],
    ['ü12', 'ü\u0002', [12]],
    ['', '', []],
  ])('%j', (text, template, numbers) => {
    const bytes = Buffer.from(text);
    const cutter = new TemplateCutter();
    cutter.cut(bytes, 0, bytes.length);
    const cut = Buffer.from(cutter.template.subarray(0, cutter.length));
    expect(cut.toString()).toBe(template);
    expect([...cutter.slots.subarray(0, cutter.slotCount)]).toEqual(numbers);
    const out = new Uint8Array(200);
    const end = fillTemplate(cut, numbers, out, 3);
    expect(Buffer.from(out.subarray(3, end)).toString()).toBe(text);
  });
});

test('differences of 64-bit times are exact, or none', () => {
  const words = (value: bigint) => [Number(value & 0xffffffffn), Number(value >> 32n)] as const;
  const base = 1_767_323_045_000_000_001n;
  for (const value of [base, base - 1n, base + 2n ** 50n, base - 2n ** 50n, base + 2n ** 32n]) {
    const difference = wideDifference(...words(value), ...words(base));
    expect(difference).toBe(Number(value - base));
    const out = new Uint32Array(2);
    addDifference(...words(base), difference, out, 0);
    expect([...out]).toEqual(words(value));
  }
  expect(wideDifference(...words(0n), ...words(base))).toBeNaN();
  expect(wideDifference(...words(2n ** 64n - 1n), ...words(base))).toBeNaN();
  const out = new Uint32Array(2);
  durationWords(Uint32Array.of(0xffffffff, 1, 0, 3), 0, out);
  expect([...out]).toEqual([1, 1]);
  durationWords(Uint32Array.of(1, 1, 0, 1), 0, out);
  expect([...out]).toEqual([0, 0]);
});

test('the hash of a value is that of its text, however it is come by', () => {
  for (const value of [0, 7, 10, 4095, 99_999_999])
    expect(hashDecimal(value, keySeed('k')) >>> 0).toBe(valueHash('k', String(value)));
  const hashes = ['', 'a', 'ab', 'abcd', 'abcde', 'abcd\0'].flatMap((text) => [
    valueHash('k', text),
    valueHash('l', text),
  ]);
  expect(new Set(hashes).size).toBe(hashes.length);
  // Filters are on disk: the function stays as it is.
  expect(valueHash('http.route', '/cart/{id}')).toBe(1_223_372_082);
  expect(valueHash('http.response.status_code', '200')).toBe(3_309_351_401);
});

test('numbers of the meta chunk', () => {
  const writer = new ByteWriter();
  const numbers = [0, 127, 128, 2 ** 32, Number.MAX_SAFE_INTEGER];
  for (const value of numbers) writer.varint(value);
  for (const value of numbers.slice(0, 4)) writer.signed(-value);
  const reader = new ByteReader(writer.bytes);
  expect(numbers.map(() => reader.varint())).toEqual(numbers);
  expect(numbers.slice(0, 4).map(() => reader.signed() + 0)).toEqual([0, -127, -128, -(2 ** 32)]);
  expect(() => reader.byte()).toThrow(DamagedBlock);
  expect(() => new ByteReader(Uint8Array.of(0x80)).varint()).toThrow(DamagedBlock);
  expect(() => new ByteReader(Uint8Array.of(9)).varint(8)).toThrow(DamagedBlock);
  expect(() => new ByteReader(new Uint8Array(12).fill(0xff)).varint()).toThrow(DamagedBlock);
});
