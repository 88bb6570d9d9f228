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

/** Pixels from the left of the picture, not far beyond its edges. */
export function leftOf({ range, width, names }: Frame, at: number): number {
  const inside = width - names;
  const x = ((at - range.from) / (range.to - range.from)) * inside;
  return names + Math.min(Math.max(x, -FAR), inside + FAR);
}

const FAR = 64;
