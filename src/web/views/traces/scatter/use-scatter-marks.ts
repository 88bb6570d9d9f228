/** What is drawn: the plane that the range and the traces make, and the marks on it. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  ALL,
  type ChosenRange,
  type ResolvedRange,
  resolveRange,
} from '../../../data/time-range.ts';
import type { Size } from '../../../parts/use-size.ts';
import { barState } from '../list/duration-bar.tsx';
import { durationScale, type ScaleKind } from '../list/duration-scale.ts';
import { durationNow } from '../list/trace-row.tsx';
import type { TraceSearch } from '../list/trace-search.ts';
import { radiusOf, type TraceMark } from './scatter-marks.tsx';
import { type Plane, planeOf } from './scatter-plane.ts';
import { pointsSince, type TracePoint, tracePoints } from './trace-points.ts';
import type { TraceSample } from './trace-sample.ts';

export interface DrawnGiven {
  readonly search: TraceSearch;
  readonly sample: TraceSample | undefined;
  readonly range: ChosenRange;
  readonly scaleKind: ScaleKind;
  readonly size: Size;
  /** With the present. */
  readonly moves: boolean;
  /** What is looked at stays in its place; what is newer stands at the edge meanwhile. */
  readonly isHeld: boolean;
}

export interface Drawn {
  readonly plane: Plane;
  /** By time. */
  readonly marks: readonly TraceMark[];
  /** As of TracePoints; undefined too where it lies before the plane. */
  readonly reach: number | undefined;
}

const TICK_MS = 1_000;
const TICK_PX = 20;
/** As many marks are nearer to one another there. */
const NARROW = 640;
const SMALLER = 0.8;
/** A plane has some width, if it is of one moment alone. */
const RANGE_LEAST_MS = 1_000;
const HOUR_MS = 3_600_000;
/** Clocks of senders may be so much ahead. */
const AHEAD_MS = 60_000;
/** Before the first of all. */
const MARGIN = 0.02;

export function useScatterMarks(given: DrawnGiven): Drawn {
  const { search, sample, range, scaleKind, moves, isHeld } = given;
  const { width, height } = given.size;
  const list = search.state.value;
  const isListedByTime = search.order === 'newest';
  const now = usePresentOf(moves, search, sample);
  const { points, reach } = useMemo(
    () => tracePoints({ list, isListedByTime, sample }),
    [list, isListedByTime, sample],
  );
  const extent = useRef({ search, least: Number.POSITIVE_INFINITY, most: 0 });
  const times = useRef<ResolvedRange & { readonly search: TraceSearch }>(undefined);
  return useMemo(() => {
    if (!isHeld || times.current?.search !== search) {
      times.current = { search, ...timesOf(range, now, points) };
    }
    const { from, to } = times.current;
    const within = pointsSince(points, from);
    const nanos = within.map(({ trace }) => durationNow(trace, now));
    // It widens for what is beyond it, and is not narrowed while one looks: marks would jump.
    if (extent.current.search !== search) {
      extent.current = { search, least: Number.POSITIVE_INFINITY, most: 0 };
    }
    for (const one of nanos) {
      if (one > 0 && one < extent.current.least) extent.current.least = one;
      if (one > extent.current.most) extent.current.most = one;
    }
    const { least, most } = extent.current;
    const ends = most > 0 ? [least, most] : [];
    const scale = durationScale(ends, scaleKind, Math.max(2, Math.floor(height / TICK_PX)));
    const plane = planeOf({ from, to, width, height, scale });
    const marks = within.map(({ trace, at }, i): TraceMark => {
      const mark = { trace, at, nanos: nanos[i]!, state: barState(trace) };
      return {
        ...mark,
        x: plane.x(at),
        y: plane.y(mark.nanos),
        radius: radiusOf(trace.spanCount) * (width < NARROW ? SMALLER : 1),
      };
    });
    return { plane, marks, reach: reach !== undefined && reach > from ? reach : undefined };
  }, [points, reach, range, now, isHeld, scaleKind, search, width, height]);
}

/** Milliseconds since 1970; stands while it does not move. */
function usePresentOf(
  moves: boolean,
  search: TraceSearch,
  sample: TraceSample | undefined,
): number {
  const [now, setNow] = useState(Date.now);
  // Of what has just been asked for, the present is new.
  useEffect(() => setNow(Date.now()), [search, sample]);
  useEffect(() => {
    if (!moves) return;
    const tick = (): void => {
      if (!document.hidden) setNow(Date.now());
    };
    tick();
    const timer = window.setInterval(tick, TICK_MS);
    return () => window.clearInterval(timer);
  }, [moves]);
  return now;
}

function timesOf(range: ChosenRange, now: number, points: readonly TracePoint[]): ResolvedRange {
  const { from: chosen, to: end } = resolveRange(range, now);
  const newest = points.at(-1)?.at ?? now;
  const to = range.to === undefined ? Math.max(end, Math.min(newest, now + AHEAD_MS)) : end;
  if (range.last !== ALL) return { from: Math.min(chosen, to - RANGE_LEAST_MS), to };
  const first = points[0]?.at ?? to - HOUR_MS;
  return { from: Math.min(first - (to - first) * MARGIN, to - RANGE_LEAST_MS), to };
}
