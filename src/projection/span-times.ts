/**
 * Times of a trace's spans as numbers, for what is drawn and added up: exact within 104 days of the trace's start. And
 * from them the part of each span in which no child was open.
 */
import { OUTLINE } from '../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { STATUS_RUNNING } from './trace-columns.ts';

/** By span, nanoseconds; those that run go on for ever. */
export interface SpanTimes {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

export function* spanTimes(
  starts: BigInt64Array,
  durations: BigInt64Array,
  facts: Uint32Array,
): Steps<SpanTimes> {
  const count = starts.length;
  const from = new Float64Array(count);
  const to = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    from[i] = Number(starts[i]!);
    const isRunning = (facts[i]! & OUTLINE.statusMask) === STATUS_RUNNING;
    to[i] = isRunning ? Number.POSITIVE_INFINITY : from[i]! + Number(durations[i]!);
    if (i % ROWS_A_STEP === 0) yield;
  }
  return { from, to };
}

/**
 * By span, nanoseconds; zero while it runs. Children may overlap each other and reach beyond their parent: what they cover
 * is counted once.
 * @param order spans by start
 */
export function* selfTimes(
  { from, to }: SpanTimes,
  parents: Int32Array,
  order: Int32Array,
): Steps<Float64Array> {
  const self = new Float64Array(from.length);
  /** Up to where children seen so far cover it. */
  const covered = from.slice();
  for (let i = 0; i < self.length; i++) {
    self[i] = to[i] === Number.POSITIVE_INFINITY ? 0 : to[i]! - from[i]!;
  }
  for (let i = 0; i < order.length; i++) {
    if (i % ROWS_A_STEP === 0) yield;
    const child = order[i]!;
    const parent = parents[child]!;
    if (parent < 0 || to[parent] === Number.POSITIVE_INFINITY) continue;
    const begin = Math.max(from[child]!, covered[parent]!);
    const end = Math.min(to[child]!, to[parent]!);
    if (end <= begin) continue;
    self[parent] = self[parent]! - (end - begin);
    covered[parent] = end;
  }
  return self;
}
