/**
 * Doubles and times as integers.
 *
 *   doubles: how u8: e, the numbers are integers / 10^e (ints), or 255: eight planes, the chunk of each u8
 *   times: far ones (varint) · where there are any: which (ints), their 8 bytes each in the chunk of ids ·
 *          differences (ints)
 */
import { CHUNK } from './chunk-format.ts';
import type { ChunkWriter, StreamGroup } from './chunk-writer.ts';
import { encodeInts, INTS } from './encode-ints.ts';
import type { DoubleValues, TimeValues } from './value-columns.ts';

export const PLANES = 255;
export const EXPONENT_MAX = 6;
const DECIMAL_MAX = 2 ** 49;

export function encodeDoubles(
  chunks: ChunkWriter,
  group: StreamGroup,
  { words, count }: DoubleValues,
): void {
  if (count === 0) return;
  const doubles = new Float64Array(words.buffer, 0, count);
  const decimals = new Float64Array(count);
  const exponent = asDecimals(doubles, decimals);
  if (exponent !== undefined) {
    chunks.meta.byte(exponent);
    encodeInts(chunks, group, decimals, count);
    return;
  }
  chunks.meta.byte(PLANES);
  const bytes = new Uint8Array(words.buffer, 0, count * 8);
  const plane = new Uint8Array(count);
  for (let p = 0; p < 8; p++) {
    for (let i = 0; i < count; i++) plane[i] = bytes[i * 8 + p]!;
    chunks.stream(group, plane);
  }
}

/** The smallest power of ten that makes them all integers, and those; undefined where there is none. */
function asDecimals(doubles: Float64Array, out: Float64Array): number | undefined {
  let exponent = 0;
  for (let i = 0; i < doubles.length; i++) {
    while (!isDecimal(doubles[i]!, 10 ** exponent)) if (++exponent > EXPONENT_MAX) return undefined;
  }
  const scale = 10 ** exponent;
  for (let i = 0; i < doubles.length; i++) {
    if (!isDecimal(doubles[i]!, scale)) return undefined;
    out[i] = Math.round(doubles[i]! * scale);
  }
  return exponent;
}

function isDecimal(value: number, scale: number): boolean {
  const whole = Math.round(value * scale);
  return Math.abs(whole) < DECIMAL_MAX && Object.is(whole / scale, value);
}

export function encodeTimes(chunks: ChunkWriter, group: StreamGroup, times: TimeValues): void {
  const { farRows, farWords } = times;
  chunks.meta.varint(farRows.length);
  if (farRows.length > 0) {
    encodeInts(chunks, group, Float64Array.from(farRows), farRows.length);
    chunks.put(CHUNK.ids, new Uint8Array(Uint32Array.from(farWords).buffer));
  }
  encodeInts(chunks, group, times.values, times.count, INTS.times);
}
