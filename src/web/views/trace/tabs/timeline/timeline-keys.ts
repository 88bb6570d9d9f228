/** What the keyboard does on the timeline, beside what it does on every tab of a trace. */
import { type KeyCommand, useKeys } from '../../../../app/keys.ts';
import { traceText } from '../../../../text/trace-en.ts';
import { placeOf } from '../../row-shape.ts';
import { moved, scaled } from '../../time-range.ts';
import type { TraceModel } from '../../trace-model.ts';
import type { TimelineScreen } from './timeline-screen.ts';

const SCROLL_ROWS = 4;
const PAN_SHARE = 0.1;
const ZOOM_FACTOR = 0.75;
const QUIETLY = { replace: true } as const;
const { timeline: words } = traceText;

export function useTimelineKeys(model: TraceModel, screen: () => TimelineScreen | undefined): void {
  const { folds } = model;
  const zoom = (factor: number): void => {
    const range = model.range.peek();
    const at = anchorOf(model) ?? (range.from + range.to) / 2;
    model.zoom(scaled(range, at, factor), QUIETLY);
  };
  const pan = (share: number): void => model.zoom(moved(model.range.peek(), share), QUIETLY);
  const movement = (keys: readonly string[], does: string, run: () => void): KeyCommand => ({
    keys,
    does,
    run,
    isMovement: true,
  });
  useKeys(words.title, [
    movement(['f'], words.next, () => step(model, 1)),
    movement(['b'], words.previous, () => step(model, -1)),
    movement(['w'], words.scrollUp, () => screen()?.scroll(-SCROLL_ROWS)),
    movement(['s'], words.scrollDown, () => screen()?.scroll(SCROLL_ROWS)),
    movement(['a'], words.panLeft, () => pan(-PAN_SHARE)),
    movement(['d'], words.panRight, () => pan(PAN_SHARE)),
    movement(['ArrowUp'], words.zoomIn, () => zoom(ZOOM_FACTOR)),
    movement(['ArrowDown'], words.zoomOut, () => zoom(1 / ZOOM_FACTOR)),
    movement(['ArrowRight'], words.expand, () => expand(model)),
    movement(['ArrowLeft'], words.collapse, () => collapse(model)),
    movement(['Home'], words.first, () => model.select(folds.visible.peek()[0] ?? -1)),
    movement(['End'], words.last, () => model.select(folds.visible.peek().at(-1) ?? -1)),
    { keys: ['0'], does: words.zoomAll, run: () => model.zoom(undefined) },
    { keys: ['.'], does: words.zoomSpan, run: () => model.zoomToSpan(model.selectedRow.peek()) },
    { keys: ['['], does: words.collapseAll, run: () => folds.setAll(true) },
    { keys: [']'], does: words.expandAll, run: () => folds.setAll(false) },
    { keys: ['o'], does: words.expandLevel, run: () => folds.openLevel() },
    { keys: ['p'], does: words.collapseLevel, run: () => folds.closeLevel() },
    { keys: ['c'], does: words.critical, run: () => model.toggleCritical() },
  ]);
}

/** The selected span's middle while it is in sight, so that zooming comes nearer to it. */
function anchorOf(model: TraceModel): number | undefined {
  const row = model.selectedRow.peek();
  const outline = model.outline.peek();
  if (row < 0 || outline === undefined) return undefined;
  const middle = outline.start[row]! + outline.duration[row]! / 2;
  const { from, to } = model.range.peek();
  return middle >= from && middle <= to ? middle : undefined;
}

function step(model: TraceModel, by: 1 | -1): void {
  const visible = model.folds.visible.peek();
  const row = model.selectedRow.peek();
  const place = placeOf(visible, row);
  const isThere = visible[place] === row;
  // From nothing, to the first or the last.
  const next = row < 0 ? (by > 0 ? 0 : visible.length - 1) : isThere || by < 0 ? place + by : place;
  const to = visible[Math.min(Math.max(next, 0), visible.length - 1)];
  if (to !== undefined) model.select(to);
}

function expand(model: TraceModel): void {
  if (!model.folds.set(model.selectedRow.peek(), false)) step(model, 1);
}

function collapse(model: TraceModel): void {
  const row = model.selectedRow.peek();
  const outline = model.outline.peek();
  if (outline === undefined || row < 0 || model.folds.set(row, true)) return;
  const above = outline.parent[row]!;
  if (above >= model.rows.peek().first) model.select(above);
}
