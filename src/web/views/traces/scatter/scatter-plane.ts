/** The plane that traces are drawn on: time from left to right, durations upwards; and regions of it, which become filters. Pure functions. */
import { rangeBetween, rangeParams } from '../../../data/time-range.ts';
import { searchDuration } from '../../../format/duration.ts';
import type { DurationScale } from '../list/duration-scale.ts';

export interface PlaneSize {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly scale: DurationScale;
}

export interface Plane extends PlaneSize {
  /** Pixels from the left; what lies beyond is at the edge. */
  x(millis: number): number;
  /** Pixels from the top. */
  y(nanos: number): number;
  timeAt(x: number): number;
  nanosAt(y: number): number;
}

/** A point of the plane in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What lies in it: times from, before; durations from, to. As far as the plane goes where an end is not there. */
export interface Region {
  /** Milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  /** Nanoseconds. */
  readonly min?: number;
  readonly max?: number;
}

/** What is known of a mark where it matters whether it lies in a region. */
export interface Mark extends Place {
  readonly at: number;
  readonly nanos: number;
}

/** Above and below, so that no mark is cut. */
const EDGE = 8;
/** A rectangle that is no wider, or no higher, is meant to be of all times, or of all durations. */
const THIN = 8;

export function planeOf(size: PlaneSize): Plane {
  const { from, to, width, height, scale } = size;
  const high = Math.max(1, height - 2 * EDGE);
  const within = (share: number): number => Math.min(1, Math.max(0, share));
  return {
    ...size,
    x: (millis) => within((millis - from) / (to - from || 1)) * width,
    y: (nanos) => EDGE + (1 - scale.place(nanos)) * high,
    timeAt: (x) => from + within(x / (width || 1)) * (to - from),
    nanosAt: (y) => scale.nanosAt(within(1 - (y - EDGE) / high)),
  };
}

/** Between two places that a pointer was at. An edge of the plane that it comes to is no bound of durations. */
export function regionBetween(plane: Plane, a: Place, b: Place): Region {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
  return {
    ...(right - left > THIN && { from: plane.timeAt(left), to: plane.timeAt(right) }),
    ...(bottom - top > THIN && {
      ...(top > EDGE && { max: plane.nanosAt(top) }),
      ...(bottom < plane.height - EDGE && { min: plane.nanosAt(bottom) }),
    }),
  };
}

/** The least that holds both of two marks. */
export function regionOf(a: Mark, b: Mark): Region {
  return {
    from: Math.min(a.at, b.at),
    // Before it, so that a mark at its end is in it.
    to: Math.max(a.at, b.at) + 1,
    min: Math.min(a.nanos, b.nanos),
    max: Math.max(a.nanos, b.nanos),
  };
}

export function isWithin({ at, nanos }: Pick<Mark, 'at' | 'nanos'>, region: Region): boolean {
  const { from = -Infinity, to = Infinity, min = -Infinity, max = Infinity } = region;
  return at >= from && at < to && nanos >= min && nanos <= max;
}

export const isAll = (region: Region): boolean => Object.keys(region).length === 0;

export const REGION_PARAMS = [
  ...['last', 'from', 'to'],
  ...['min_trace_duration', 'max_trace_duration'],
] as const;

/** As parameters of the URL; bounds that it does not have stay as they are. */
export function regionParams({ from, to, min, max }: Region): Record<string, string | undefined> {
  return {
    ...(from !== undefined &&
      to !== undefined &&
      rangeParams(rangeBetween({ from: Math.floor(from), to: Math.ceil(to) }))),
    ...(min !== undefined && { min_trace_duration: searchDuration(min, 'less') }),
    ...(max !== undefined && { max_trace_duration: searchDuration(max, 'more') }),
  };
}

/** The nearest mark within so many pixels; of two the later, which lies above. */
export function nearest<M extends Place>(
  marks: readonly M[],
  to: Place,
  pixelsMax: number,
): M | undefined {
  let found: M | undefined;
  let least = pixelsMax ** 2;
  for (const mark of marks) {
    const distance = (mark.x - to.x) ** 2 + (mark.y - to.y) ** 2;
    if (distance > least) continue;
    least = distance;
    found = mark;
  }
  return found;
}

/** The neighbour in an order; at the end of it the last. Undefined where there is none. */
export function neighbour<M>(order: readonly M[], now: M | undefined, by: number): M | undefined {
  const at = now === undefined ? (by > 0 ? -1 : order.length) : order.indexOf(now);
  return order[Math.max(0, Math.min(order.length - 1, at + by))];
}
