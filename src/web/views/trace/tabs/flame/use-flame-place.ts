/**
 * What the flame graph shows and where in it. In time the range is that of all tabs; merged, it is the box of a span (`at`), or a part of the
 * whole that was zoomed or panned to (`part`, two shares of it); both in the URL.
 */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Step } from '../../../../app/location.ts';
import { rowOfSpan, spanKeyAt } from '../../../../data/outline.ts';
import { PlaceInUrl } from '../../place-in-url.ts';
import { moved, narrowed, scaled, type TimeRange } from '../../time-range.ts';
import type { TraceModel } from '../../trace-model.ts';
import { type FlameSource, mergedSource, timeSource } from './flame-source.ts';
import { partOf, partText } from './part-text.ts';

export interface FlamePlace {
  readonly isMerged: boolean;
  /** In time, or merged by name: each from the whole. */
  toggleOrder(): void;
  /** Merged: the box that was zoomed to, also where it is left by now; −1 for none. */
  readonly zoomed: number;
  readonly source: FlameSource;
  readonly range: TimeRange;
  readonly isZoomed: boolean;
  readonly chosen: number;
  choose(box: number): void;
  /** −1 shows all. */
  zoomTo(box: number): void;
  /** One step out: to the range before, or the caller's box. */
  zoomBack(): void;
  /** Where it is now, what has not been drawn yet included. */
  now(): TimeRange;
  show(range: TimeRange): void;
  /** A factor below 1 comes nearer. */
  zoomBy(factor: number, at?: number): void;
  /** By a share of what is seen. */
  pan(share: number): void;
}

const QUIETLY: Step = { replace: true };

export function useFlamePlace(model: TraceModel): FlamePlace {
  const url = useMemo(() => new PlaceInUrl(['flame', 'at', 'part']), [model]);
  useEffect(() => () => url.close(), [url]);
  const isMerged = url.value('flame').value === 'merged';
  const source = useSource(model, isMerged);
  const outline = model.outline.value!;
  const whole: TimeRange = { from: 0, to: Math.max(1, source.width) };
  const at = url.value('at').value;
  const part = partOf(url.value('part').value, whole);
  const zoomed = at === undefined ? -1 : source.boxOf(rowOfSpan(outline, at));
  const boxed = zoomed < 0 ? whole : boxRange(source, zoomed);
  const range = isMerged ? (part ?? boxed) : model.range.value;
  // Events come faster than frames: each goes on from where the one before led.
  const newest = useRef(range);
  newest.current = range;
  const show = (to: TimeRange): void => {
    newest.current = narrowed(to, isMerged ? whole.to : model.total.peek());
    if (!isMerged) model.zoom(newest.current, QUIETLY);
    else url.set({ part: partText(newest.current, whole) }, QUIETLY);
  };
  const zoomTo = (box: number): void => {
    if (isMerged) {
      const span = box < 0 ? undefined : spanKeyAt(outline, source.spanOf(box));
      url.set({ at: span, part: undefined });
    } else model.zoom(box < 0 ? undefined : boxRange(source, box, model.total.peek()));
  };
  return {
    ...{ source, range, isMerged, zoomed, zoomTo, show },
    toggleOrder: () =>
      url.set({ flame: isMerged ? undefined : 'merged', at: undefined, part: undefined }),
    isZoomed: isMerged ? part !== undefined || zoomed >= 0 : model.isZoomed.value,
    chosen: model.selectedRow.value < 0 ? -1 : source.boxOf(model.selectedRow.value),
    choose: (box) => model.select(box < 0 ? -1 : source.spanOf(box)),
    zoomBack() {
      if (!isMerged) model.zoom(model.trail.peek().at(-2));
      else if (part !== undefined) url.set({ part: undefined });
      else zoomTo(zoomed < 0 ? -1 : source.parentOf(zoomed));
    },
    now: () => newest.current,
    zoomBy(factor, around) {
      const { from, to } = newest.current;
      show(scaled(newest.current, around ?? (from + to) / 2, factor));
    },
    pan: (share) => show(moved(newest.current, share)),
  };
}

function useSource(model: TraceModel, isMerged: boolean): FlameSource {
  const outline = model.outline.value!;
  const { first, end } = model.rows.value;
  const paint = model.paint.value;
  const total = model.total.value;
  return useMemo(
    () =>
      isMerged
        ? mergedSource(outline, { first, end }, paint)
        : timeSource(outline, { first, end }, paint, total),
    // What runs grows by the axis, not by being laid anew.
    [outline, first, end, paint, isMerged],
  );
}

function boxRange({ boxes }: FlameSource, box: number, end = Number.MAX_VALUE): TimeRange {
  const from = boxes.from[box]!;
  return { from, to: Math.max(from + 1, Math.min(end, boxes.to[box]!)) };
}
