/** Traces as points: when each began, and how long it took. Pure functions over what the list has and a sample of the rest. */
import type { TraceSummary } from '../../../data/wire.ts';
import { millisOf } from '../../../format/time.ts';
import { ROWS_MAX, type TraceListState } from '../list/trace-list-state.ts';
import type { TraceSample } from './trace-sample.ts';

export interface TracePoint {
  readonly trace: TraceSummary;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface TracePoints {
  /** By the time at which they began. */
  readonly points: readonly TracePoint[];
  /** Of traces that began before it not all are here; undefined where there are no others. Milliseconds since 1970. */
  readonly reach: number | undefined;
}

export interface GivenTraces {
  readonly list: Pick<TraceListState, 'items' | 'waiting' | 'next' | 'hasHole'>;
  /** Whether the list goes back in time without a gap, as the newest first do. */
  readonly isListedByTime: boolean;
  /** Undefined until it is there. */
  readonly sample: TraceSample | undefined;
}

/** Each trace once, as the list has it where it does: that is the newest of it. */
export function tracePoints({ list, isListedByTime, sample }: GivenTraces): TracePoints {
  const { items, waiting } = list;
  const each = new Map<string, TraceSummary>();
  for (const traces of [waiting, items, sample?.traces ?? []]) {
    for (const trace of traces) if (!each.has(trace.traceId)) each.set(trace.traceId, trace);
  }
  const points = [...each.values()].map((trace) => ({ trace, at: millisOf(trace.startUnixNano) }));
  points.sort((a, b) => a.at - b.at || (a.trace.traceId < b.trace.traceId ? -1 : 1));
  // A full list asks no further, whatever there is.
  const isFull = items.length >= ROWS_MAX;
  const listAll = isListedByTime && list.next === undefined && !list.hasHole && !isFull;
  if (sample === undefined || sample.isAll || listAll) return { points, reach: undefined };
  // Whoever scrolls gets further.
  const isListFurther = isListedByTime && !list.hasHole && items.length > sample.traces.length;
  return { points, reach: reachOf(isListFurther ? items : sample.traces) };
}

const TAIL = 0.03;
const NEARLY_ALL = 0.9;

/**
 * They come by when they arrived, and mostly that is when they ended: then what is left out ended before the last of these did, and so began
 * before that. Where they arrived in another order (what was kept for a while, an import) the last few ended at any time, and little is said.
 */
function reachOf(traces: readonly TraceSummary[]): number | undefined {
  const ends = traces
    .slice(-Math.ceil(traces.length * TAIL))
    .map(endOf)
    .sort((a, b) => a - b);
  return ends[Math.floor((ends.length - 1) * NEARLY_ALL)];
}

/** Those that took some of the time from `from` on. */
export function pointsSince(points: readonly TracePoint[], from: number): readonly TracePoint[] {
  return points.filter(
    ({ at, trace }) => at >= from || trace.status === 'Running' || endOf(trace) >= from,
  );
}

const endOf = ({ startUnixNano, durationNano }: TraceSummary): number =>
  millisOf(startUnixNano) + Number(durationNano) / 1e6;
