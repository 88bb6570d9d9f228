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
const JUDGED_MAX = 1_024;

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
  if (count === 0) return;
  let min = values[0]!;
  let max = min;
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (form !== INTS.plain && stepsAreSmaller(values, count, min, max))
    encodeSteps(chunks, group, values, count, form);
  else {
    const power = form === INTS.times ? commonPower(values, count) : 0;
    encodeForm(chunks, group, values, count, 0, power, 0, min, max);
  }
}

function encodeSteps(
  chunks: ChunkWriter,
  group: StreamGroup,
  values: Float64Array,
  count: number,
  form: number,
): void {
  while (work.length < count) work = grownDoubles(work);
  const power = form === INTS.times ? commonPower(values, count) : 0;
  let min = Number.MAX_VALUE;
  let max = -Number.MAX_VALUE;
  for (let i = 1; i < count; i++) {
    const step = values[i]! - values[i - 1]!;
    work[i - 1] = step;
    if (step < min) min = step;
    if (step > max) max = step;
  }
  encodeForm(chunks, group, work, count - 1, STEPS, power, values[0]!, min, max);
}

/** @param values from `min` to `max`, each times the power of 1,000 that is left out */
function encodeForm(
  chunks: ChunkWriter,
  group: StreamGroup,
  values: Float64Array,
  count: number,
  steps: number,
  power: number,
  first: number,
  min: number,
  max: number,
): void {
  const { meta } = chunks;
  const scale = 1000 ** power;
  const base = min / scale;
  const planes = bytesFor(max / scale - base);
  meta.byte(planes | steps | (power << POWER_SHIFT));
  if (steps !== 0) meta.signed(first / scale);
  meta.signed(base);
  if (plane.length < count) plane = grownBytes(plane, count);
  const piece = plane.subarray(0, count);
  for (let p = 0; p < planes; p++) {
    const shift = p * 8;
    if (p > 3) {
      const divisor = 2 ** shift;
      for (let i = 0; i < count; i++) piece[i] = Math.floor((values[i]! / scale - base) / divisor);
    } else if (scale === 1) {
      for (let i = 0; i < count; i++) piece[i] = ((values[i]! - base) >>> 0) >>> shift;
    } else for (let i = 0; i < count; i++) piece[i] = ((values[i]! / scale - base) >>> 0) >>> shift;
    chunks.stream(group, piece);
  }
}

/** The largest power of 1,000, of at most three, that divides all. */
function commonPower(values: Float64Array, count: number): number {
  let power = 0;
  while (power < 3 && dividesAll(values, count, 1000 ** (power + 1))) power++;
  return power;
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

/**
 * By what would be left of each value one way and the other: the entropy of its low byte, and the bits above.
 * The first values tell.
 */
function stepsAreSmaller(values: Float64Array, count: number, min: number, max: number): boolean {
  if (count < 2 || max === min || max - min > RANGE_MAX) return false;
  plainBytes.fill(0);
  stepBytes.fill(0);
  const judged = Math.min(count, JUDGED_MAX);
  let plain = 0;
  let stepped = 0;
  for (let i = 1; i < judged; i++) {
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
  plain += entropy(plainBytes, judged - 1);
  stepped += entropy(stepBytes, judged - 1);
  return stepped < plain * 0.9;
}

const plainBytes = new Int32Array(256);
const stepBytes = new Int32Array(256);

function bitsOf(value: number): number {
  return value < 0x80000000 ? 32 - Math.clz32(value) : 32 + 32 - Math.clz32(value / 0x100000000);
}
