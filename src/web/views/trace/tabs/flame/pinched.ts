import type { TimeRange } from '../../time-range.ts';

/** Pixels from the left edge: where a finger began, and where it is. */
export interface PinchFinger {
  readonly x: number;
  readonly at: number;
}

/** Fingers that are nearer to each other say nothing of a scale. */
const APART_MIN = 8;

/** The range in which what was under each of two fingers still is. */
export function pinched(
  { from, to }: TimeRange,
  width: number,
  [one, other]: readonly [PinchFinger, PinchFinger],
): TimeRange {
  const perPixel = (to - from) / width;
  const apart = Math.max(APART_MIN, Math.abs(one.x - other.x));
  const now = Math.max(APART_MIN, Math.abs(one.at - other.at));
  const scale = (perPixel * apart) / now;
  const middle = from + ((one.x + other.x) / 2) * perPixel;
  const begin = middle - ((one.at + other.at) / 2) * scale;
  return { from: begin, to: begin + scale * width };
}
