/**
 * Spans by start, and those that start together in an order that stays while they end: a span arrives when it ends, so that arrival alone
 * would have siblings change places. Many SDKs start spans at a whole millisecond: what ended within it comes first, as it arrived, which is
 * how one thread did it; then, by id, what took longer or runs. O(n log n), in steps.
 */
import { OUTLINE } from '../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { sortByTime, sortIndexes } from './sort-by-time.ts';
import { STATUS_RUNNING, type TraceColumns } from './trace-columns.ts';

const MILLISECOND = 1_000_000n;

/** @param starts by index: of the columns, or adjusted */
export function* orderByStart(
  { ids, durations, facts }: Pick<TraceColumns, 'ids' | 'durations' | 'facts'>,
  starts: BigInt64Array,
): Steps<Int32Array> {
  const order = yield* sortByTime(starts);
  const isLong = (index: number): boolean =>
    durations[index]! >= MILLISECOND || (facts[index]! & OUTLINE.statusMask) === STATUS_RUNNING;
  const isAfter = (a: number, b: number): boolean => {
    if (!isLong(a)) return false;
    if (!isLong(b)) return true;
    const [x, y] = [a * 2, b * 2];
    return ids[x]! > ids[y]! || (ids[x] === ids[y] && ids[x + 1]! > ids[y + 1]!);
  };
  let first = 0;
  for (let i = 1; i <= order.length; i++) {
    if (i % ROWS_A_STEP === 0) yield;
    if (i < order.length && starts[order[i]!] === starts[order[first]!]) continue;
    if (i - first > 1) {
      const together = order.slice(first, i);
      const sorted = yield* sortIndexes(i - first, (a, b) => isAfter(together[a]!, together[b]!));
      for (let at = 0; at < sorted.length; at++) order[first + at] = together[sorted[at]!]!;
    }
    first = i;
  }
  return order;
}
