/** A stretch of a trace's time, in nanoseconds from its start, and how one moves within it. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Nothing that a trace tells is shorter. */
const WIDTH_MIN = 100;

/** Within 0 and `total`, of its own width as far as that fits. */
export function narrowed({ from, to }: TimeRange, total: number): TimeRange {
  const width = Math.min(Math.max(to - from, WIDTH_MIN), Math.max(total, WIDTH_MIN));
  const middle = to - from < WIDTH_MIN ? (from + to) / 2 - width / 2 : from;
  const start = Math.min(Math.max(middle, 0), Math.max(0, total - width));
  return { from: start, to: start + width };
}

/** `factor` below 1 comes nearer; what is at `at` stays where it is. */
export function scaled({ from, to }: TimeRange, at: number, factor: number): TimeRange {
  return { from: at - (at - from) * factor, to: at + (to - at) * factor };
}

/** By a share of its own width. */
export function moved({ from, to }: TimeRange, share: number): TimeRange {
  const by = (to - from) * share;
  return { from: from + by, to: to + by };
}

/** The way back: ranges of which each holds the next, the last of them the present one. What does not hold it is left. */
export function trailWith(trail: readonly TimeRange[], range: TimeRange): readonly TimeRange[] {
  const holding = trail.filter(
    ({ from, to }) =>
      from <= range.from && to >= range.to && to - from > (range.to - range.from) * STEP_MIN,
  );
  return [...holding.slice(-TRAIL_MAX), range];
}

/** A range that is hardly wider is no step of its own. */
const STEP_MIN = 1.5;
const TRAIL_MAX = 4;
