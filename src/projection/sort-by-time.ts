/**
 * Indexes in the order of their times, equal times in the order of the indexes: a merge sort over typed arrays,
 * in steps. O(n log n); 16 bytes an index while it runs.
 */
import { ROWS_A_STEP, type Steps } from './in-turns.ts';

/** Neighbours are sorted by insertion up to here. */
const RUN = 16;

export function* sortByTime(times: BigInt64Array): Steps<Int32Array> {
  const count = times.length;
  /** Rounded beyond 2⁵³, which keeps the order but for ties: those are settled by the times themselves. */
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    keys[i] = Number(times[i]!);
    if (i % ROWS_A_STEP === 0) yield;
  }
  return yield* sortIndexes(
    count,
    (a, b) => keys[a]! > keys[b]! || (keys[a] === keys[b] && times[a]! > times[b]!),
  );
}

/** Indexes from 0 to `count` − 1; where neither is after the other, in their own order. */
export function* sortIndexes(
  count: number,
  isAfter: (a: number, b: number) => boolean,
): Steps<Int32Array> {
  let from = new Int32Array(count);
  for (let i = 0; i < count; i++) from[i] = i;
  for (let first = 0; first < count; first += RUN) {
    const end = Math.min(first + RUN, count);
    for (let i = first + 1; i < end; i++) {
      const moved = from[i]!;
      let at = i;
      for (; at > first && isAfter(from[at - 1]!, moved); at--) from[at] = from[at - 1]!;
      from[at] = moved;
    }
    if (first % ROWS_A_STEP === 0) yield;
  }
  let to = new Int32Array(count);
  let done = 0;
  for (let width = RUN; width < count; width *= 2) {
    for (let first = 0; first < count; first += width * 2) {
      const middle = Math.min(first + width, count);
      const end = Math.min(first + width * 2, count);
      let left = first;
      let right = middle;
      for (let at = first; at < end; at++) {
        const takesRight = left === middle || (right < end && isAfter(from[left]!, from[right]!));
        to[at] = takesRight ? from[right++]! : from[left++]!;
        if (++done % ROWS_A_STEP === 0) yield;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
