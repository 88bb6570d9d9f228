import type { Size } from '../../parts/use-size.ts';
import type { Flow } from './lay-out.ts';

/** Which part of the map is seen: its scale, and where its origin lies in the window. */
export interface MapPlace {
  readonly scale: number;
  /** Pixels of the window. */
  readonly x: number;
  readonly y: number;
}

const SCALE_MIN = 0.02;
const SCALE_MAX = 3;
/** Names can be read from there on. */
const SCALE_READ = 0.72;
/** Where the map is wide its picture alone tells something down to here; below it is dots. */
const SCALE_SEEN: Readonly<Record<Flow, number>> = { down: SCALE_READ, right: 0.4 };
/** Small maps are not blown up. */
const FIT_MAX = 1.15;

/** All of it, in the middle. */
export function fitted(map: Size, window: Size): MapPlace {
  if (map.width <= 0 || map.height <= 0 || window.width <= 0 || window.height <= 0) {
    return { scale: 1, x: 0, y: 0 };
  }
  const scale = bounded(Math.min(FIT_MAX, window.width / map.width, window.height / map.height));
  return {
    scale,
    x: (window.width - map.width * scale) / 2,
    y: (window.height - map.height * scale) / 2,
  };
}

/** As much of it as can be read, from where calls begin: of a large map in a small window not all. */
export function begun(map: Size, window: Size, flow: Flow): MapPlace {
  const all = fitted(map, window);
  if (all.scale >= SCALE_SEEN[flow]) return all;
  const x = (window.width - map.width * SCALE_READ) / 2;
  const y = (window.height - map.height * SCALE_READ) / 2;
  const isDown = flow === 'down';
  return { scale: SCALE_READ, x: isDown ? x : Math.max(0, x), y: isDown ? Math.max(0, y) : y };
}

/** How close one comes at least to what one chooses, for `revealed`. */
export const scaleToRead = ({ scale }: MapPlace, flow: Flow): number =>
  scale < SCALE_SEEN[flow] ? SCALE_READ : 0;

/** What lies under the point of the window stays there. */
export function zoomed(place: MapPlace, times: number, at: { x: number; y: number }): MapPlace {
  const scale = bounded(place.scale * times);
  const ratio = scale / place.scale;
  return { scale, x: at.x - (at.x - place.x) * ratio, y: at.y - (at.y - place.y) * ratio };
}

/** Moved no further than it takes for the box, in units of the map, to be seen with some room around it; closer where it is
 * smaller than `scaleMin`. */
export function revealed(
  place: MapPlace,
  box: { x: number; y: number } & Size,
  window: Size,
  scaleMin = 0,
): MapPlace {
  const room = 16;
  const shift = (from: number, length: number, end: number): number => {
    if (from < room) return room - from;
    return from + length > end - room ? Math.max(room - from, end - room - from - length) : 0;
  };
  const { scale, x, y } = place;
  if (scale < scaleMin) {
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    return {
      scale: scaleMin,
      x: window.width / 2 - middle.x * scaleMin,
      y: window.height / 2 - middle.y * scaleMin,
    };
  }
  return {
    scale,
    x: x + shift(box.x * scale + x, box.width * scale, window.width),
    y: y + shift(box.y * scale + y, box.height * scale, window.height),
  };
}

function bounded(scale: number): number {
  return Math.min(SCALE_MAX, Math.max(SCALE_MIN, scale));
}
