/**
 * Lanes for a picture of what went on at the same time. A span lies in the lowest lane below its parent's in which nothing else
 * is open while it is: calls of each other hang one below the other as in a flame graph, and siblings that run side by side lie
 * side by side. Two spans of one lane never overlap.
 *
 *     lane 0  root ────────────────────────
 *     lane 1  a     ─────────  d ────────
 *     lane 2  b       ────────── e ────         b begins while a is open, d when a has ended;
 *     lane 3  c         ───                     c lies below a and finds lane 2 taken by b
 *
 * Bound: LANES_MAX lanes; what finds none lies in the last one, over others. O(spans · lanes), in steps.
 */
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import type { SpanTimes } from './span-times.ts';

export const LANES_MAX = 1_024;

export interface Lanes {
  /** By row. */
  readonly lane: Uint16Array;
  readonly laneCount: number;
}

const NONE = 0xffff;
/** What takes no time takes its place for this long. */
const MOMENT_NANO = 1;

/** @param parent by row, without circles */
export function* lanesOf(
  { from, to }: SpanTimes,
  parent: Int32Array,
  byStart: Int32Array,
): Steps<Lanes> {
  const lane = new Uint16Array(parent.length).fill(NONE);
  const busyUntil = new Float64Array(LANES_MAX).fill(Number.NEGATIVE_INFINITY);
  let laneCount = 0;
  const waiting: number[] = [];
  for (let i = 0; i < byStart.length; i++) {
    if (i % (ROWS_A_STEP / 4) === 0) yield;
    // A parent that starts after its child has its lane before it all the same.
    for (let row = byStart[i]!; row >= 0 && lane[row] === NONE; row = parent[row]!) {
      waiting.push(row);
    }
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      const above = parent[row]!;
      let free = above < 0 ? 0 : Math.min(lane[above]! + 1, LANES_MAX - 1);
      while (free < LANES_MAX - 1 && busyUntil[free]! > from[row]!) free++;
      const end = Math.max(to[row]!, from[row]! + MOMENT_NANO);
      busyUntil[free] = Math.max(busyUntil[free]!, end);
      lane[row] = free;
      if (free >= laneCount) laneCount = free + 1;
    }
  }
  return { lane, laneCount };
}
