/**
 * The most spans open at one moment. A span is open from its start up to but not at its end; one without a
 * duration, for its moment; one that still runs, until the end of the trace.
 */
import { OUTLINE, type TraceOutline } from '../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { STATUS_RUNNING } from './trace-columns.ts';

/** @param end of the trace, nanoseconds since its start */
export function* concurrencyMax(
  { count, start, duration, facts }: Pick<TraceOutline, 'count' | 'start' | 'duration' | 'facts'>,
  byStart: Int32Array,
  end: bigint,
): Steps<number> {
  const ends = new BigInt64Array(count);
  let endCount = 0;
  for (let row = 0; row < count; row++) {
    const isRunning = (facts[row]! & OUTLINE.statusMask) === STATUS_RUNNING;
    const at = isRunning ? end : start[row]! + duration[row]!;
    // What ends as it starts is a moment, and closes before anything after it opens.
    if (at > start[row]!) ends[endCount++] = at;
    if (row % ROWS_A_STEP === 0) yield;
  }
  const sorted = ends.subarray(0, endCount).sort();
  let open = 0;
  let most = 0;
  let closed = 0;
  for (let i = 0; i < count; ) {
    const now = start[byStart[i]!]!;
    while (closed < endCount && sorted[closed]! <= now) {
      closed++;
      open--;
    }
    let moments = 0;
    for (; i < count && start[byStart[i]!] === now; i++) {
      const row = byStart[i]!;
      const isRunning = (facts[row]! & OUTLINE.statusMask) === STATUS_RUNNING;
      const isMoment = isRunning ? now >= end : duration[row] === 0n;
      if (isMoment) moments++;
      open++;
      if (i % ROWS_A_STEP === 0) yield;
    }
    if (open > most) most = open;
    open -= moments;
  }
  return most;
}
