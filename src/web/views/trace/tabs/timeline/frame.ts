/** All that one picture of the timeline is drawn from. */
import type { Outline } from '../../../../data/outline.ts';
import type { Paint } from '../../colour-by.ts';
import type { RowShape } from '../../row-shape.ts';
import type { TimeRange } from '../../time-range.ts';
import type { CriticalRows } from './critical-rows.ts';
import type { SpanNotes } from './span-notes.ts';

export const ROW_HEIGHT = 24;
export const HEAD_HEIGHT = 24;

export interface Frame {
  readonly outline: Outline;
  readonly shape: RowShape;
  /** Rows that no fold hides. */
  readonly visible: Int32Array;
  /** Places in `visible` of the first row on the screen and of the one behind the last. */
  readonly first: number;
  readonly end: number;
  readonly scrollTop: number;
  readonly range: TimeRange;
  /** Pixels of the page. */
  readonly width: number;
  readonly height: number;
  /** Of these, the names take so many on the left. */
  readonly names: number;
  readonly paint: Paint;
  readonly tokens: Tokens;
  readonly font: string;
  /** Undefined where it is not wanted. */
  readonly critical: CriticalRows | undefined;
  /** By row, 1 where it is found; undefined without a query. */
  readonly found: Uint8Array | undefined;
  readonly selectedRow: number;
  readonly focusRow: number;
  /** What runs is longer by so many nanoseconds. */
  readonly grown: number;
  /** 0 to 1, again and again, where things may move. */
  readonly beat: number;
  readonly notes: SpanNotes;
  runAt(row: number): number;
  isClosed(row: number): boolean;
}

export interface Tokens {
  readonly ground: string;
  readonly ink: string;
  readonly soft: string;
  readonly faint: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly error: string;
  readonly warning: string;
  readonly accent: string;
}

/** Where a row stands on the screen, from its top. */
export const topOf = (frame: Frame, place: number): number => place * ROW_HEIGHT - frame.scrollTop;

/** Room beside the bars, so that those at the ends of the range have ends that can be seen. */
const PAD_LEFT = 8;
const PAD_RIGHT = 16;
/** Farther out nothing is seen, and some canvases draw badly. */
const FAR = 64;

/** Pixels that the range takes. */
export const rangeWidth = (width: number, names: number): number =>
  Math.max(1, width - names - PAD_LEFT - PAD_RIGHT);

/** Pixels from the left edge of the names to the begin of the range. */
export const rangeLeft = (names: number): number => names + PAD_LEFT;

/** Pixels from the left of the picture, not far beyond its edges. */
export function leftOf({ range, width, names }: Frame, at: number): number {
  const x = ((at - range.from) / (range.to - range.from)) * rangeWidth(width, names);
  return Math.min(Math.max(rangeLeft(names) + x, names - FAR), width + FAR);
}
