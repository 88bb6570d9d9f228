/**
 * Integers of up to 53 bits become planes of bytes: first those of lowest weight, then the next. The smallest
 * is taken off before, or each is told from the one before it where that makes them smaller; times are
 * divided by the power of 1,000 that divides them all. Equal values, or equal steps, cost nothing a value.
 *
 *   how u8: bits 0–2 planes · bit 3 steps · bits 4–5 power of 1,000
 *   first (signed, with steps) · smallest (signed) · the chunk of each plane u8
 */

import type { ChunkWriter, StreamGroup } from './chunk-writer.ts';
import { entropy } from './entropy.ts';
import { grownBytes, grownDoubles } from './growing.ts';

export const STEPS = 8;
export const POWER_SHIFT = 4;
/** Differences of larger numbers might not be exact. */
const RANGE_MAX = 2 ** 51;

let plane = new Uint8Array(1 << 16);
let work = new Float64Array(1 << 16);

/** What is tried: nothing, steps, or steps and a common factor. */
export const INTS = { plain: 0, any: 1, times: 2 } as const;

export function encodeInts(
  chunks: ChunkWriter,
  group: StreamGroup,
  values: Float64Array,
  count: number,
  form: number = INTS.any,
): void {
  const { meta } = chunks;
  if (count === 0) return;
  while (work.length < count) work = grownDoubles(work);
  let min = values[0]!;
  let max = min;
  let stepMin = Number.MAX_VALUE;
  let stepMax = -Number.MAX_VALUE;
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    const step = value - values[i - 1]!;
    if (value < min) min = value;
    if (value > max) max = value;
    if (step < stepMin) stepMin = step;
    if (step > stepMax) stepMax = step;
  }
  let power = 0;
  let scale = 1;
  if (form === INTS.times) {
    while (power < 3 && dividesAll(values, count, scale * 1000)) {
      scale *= 1000;
      power++;
    }
  }
  const steps = form !== INTS.plain && stepsAreSmaller(values, count, min, max, stepMin, stepMax);
  const base = (steps ? stepMin : min) / scale;
  const range = ((steps ? stepMax : max) - (steps ? stepMin : min)) / scale;
  const planes = bytesFor(range);
  meta.byte(planes | (steps ? STEPS : 0) | (power << POWER_SHIFT));
  if (steps) meta.signed(values[0]! / scale);
  meta.signed(base);
  if (planes === 0) return;
  const length = steps ? count - 1 : count;
  for (let i = 0; i < length; i++) {
    const value = steps ? values[i + 1]! - values[i]! : values[i]!;
    work[i] = scale === 1 ? value - base : Math.round(value / scale) - base;
  }
  putPlanes(chunks, group, work, length, planes);
}

function putPlanes(
  chunks: ChunkWriter,
  group: StreamGroup,
  values: Float64Array,
  count: number,
  planes: number,
): void {
  if (plane.length < count) plane = grownBytes(plane, count);
  const piece = plane.subarray(0, count);
  for (let p = 0; p < planes; p++) {
    if (p < 4) for (let i = 0; i < count; i++) piece[i] = (values[i]! >>> 0) >>> (p * 8);
    else {
      const divisor = 2 ** (p * 8);
      for (let i = 0; i < count; i++) piece[i] = Math.floor(values[i]! / divisor);
    }
    chunks.stream(group, piece);
  }
}

function bytesFor(range: number): number {
  let planes = 0;
  for (let limit = 1; range >= limit; limit *= 256) planes++;
  return planes;
}

function dividesAll(values: Float64Array, count: number, divisor: number): boolean {
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    if ((value | 0) === value ? (value | 0) % divisor !== 0 : value % divisor !== 0) return false;
  }
  return true;
}

/** By what would be left of each value one way and the other: the entropy of its low byte, and the bits above. */
function stepsAreSmaller(
  values: Float64Array,
  count: number,
  min: number,
  max: number,
  stepMin: number,
  stepMax: number,
): boolean {
  if (count < 2 || max === min || max - min > RANGE_MAX) return false;
  if (stepMin === stepMax) return true;
  plainBytes.fill(0);
  stepBytes.fill(0);
  let plain = 0;
  let stepped = 0;
  for (let i = 1; i < count; i++) {
    const value = values[i]! - min;
    const step = values[i]! - values[i - 1]!;
    const low = value & 255;
    const stepLow = step & 255;
    plainBytes[low] = plainBytes[low]! + 1;
    stepBytes[stepLow] = stepBytes[stepLow]! + 1;
    if (value > 255) plain += bitsOf(value) - 8;
    const size = step < 0 ? -step : step;
    if (size > 127) stepped += bitsOf(size) - 7;
  }
  plain += entropy(plainBytes, count - 1);
  stepped += entropy(stepBytes, count - 1);
  return stepped < plain * 0.9;
}

const plainBytes = new Int32Array(256);
const stepBytes = new Int32Array(256);

function bitsOf(value: number): number {
  return value < 0x80000000 ? 32 - Math.clz32(value) : 32 + 32 - Math.clz32(value / 0x100000000);
}
