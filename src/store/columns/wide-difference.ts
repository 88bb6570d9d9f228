/** Differences of 64-bit times in words, and back. */

/** High words that differ by this much make a difference of 2^51 ns, which is 26 days. */
const HIGH_MAX = 1 << 19;
const WORD = 0x100000000;

/** a − b, exact; NaN where it is too large. */
export function wideDifference(low: number, high: number, bLow: number, bHigh: number): number {
  const highs = high - bHigh;
  if (highs >= HIGH_MAX || highs <= -HIGH_MAX) return Number.NaN;
  return highs * WORD + (low - bLow);
}

/** Writes base + difference at `out[at]`, low word first; wraps as u64 does. */
export function addDifference(
  low: number,
  high: number,
  difference: number,
  out: Uint32Array,
  at: number,
): void {
  const near = low + difference;
  if (near >= 0 && near < WORD) {
    out[at] = near;
    out[at + 1] = high;
    return;
  }
  const highs = Math.floor(difference / WORD);
  const sum = low + (difference - highs * WORD);
  out[at] = sum;
  out[at + 1] = high + highs + (sum >= WORD ? 1 : 0);
}

/** End − start of the four words at `at`, and 0 where that is negative. */
export function durationWords(words: Uint32Array, at: number, out: Uint32Array): void {
  const low = words[at + 2]! - words[at]!;
  const high = words[at + 3]! - words[at + 1]! - (low < 0 ? 1 : 0);
  out[0] = high < 0 ? 0 : low;
  out[1] = high < 0 ? 0 : high;
}
