/** The bars of all rows on the screen, with what stands on and beside them. */

import { FAILED, FLAG, RUNNING } from '../../../../data/outline.ts';
import { formatDuration } from '../../../../format/duration.ts';
import { traceText } from '../../../../text/trace-en.ts';
import { firstSegment } from './critical-rows.ts';
import { type Bar, drawBar } from './draw-bar.ts';
import { drawLabel, type Label } from './draw-label.ts';
import { type Frame, leftOf, ROW_HEIGHT, topOf } from './frame.ts';

const BAR_TOP = 5;
const BAR_HEIGHT = 14;
/** A loop of so many queries is a sign of one query too many for each thing. */
const LOOP_MIN = 10;
const DATABASE_QUERY = 2;
const FAINT = 0.28;
const SEEN_MIN = 1;

export function drawRows(canvas: CanvasRenderingContext2D, frame: Frame): void {
  const { names, width, height } = frame;
  canvas.save();
  canvas.beginPath();
  canvas.rect(names, 0, width - names, height);
  canvas.clip();
  canvas.font = frame.font;
  canvas.textBaseline = 'middle';
  for (let place = frame.first; place < frame.end; place++) drawRow(canvas, frame, place);
  canvas.restore();
}

function drawRow(canvas: CanvasRenderingContext2D, frame: Frame, place: number): void {
  const row = frame.visible[place]!;
  const count = frame.runAt(row);
  if (drawElsewhere(canvas, frame, place, count)) return;
  const isAside = isFaint(frame, row, Math.max(1, count));
  canvas.globalAlpha = isAside ? FAINT : 1;
  const label = count > 0 ? drawRun(canvas, frame, place, count) : drawSpan(canvas, frame, place);
  canvas.globalAlpha = 1;
  drawLabel(canvas, frame, isAside ? { ...label, tone: 'faint' } : label);
}

/** A row whose time is not shown says on which side it is. */
function drawElsewhere(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  place: number,
  count: number,
): boolean {
  const { outline, range, shape, names, width, tokens } = frame;
  const row = frame.visible[place]!;
  const last = Math.max(row, row + count - 1);
  const isBefore = shape.to[row]! < range.from && shape.to[last]! < range.from;
  if (!isBefore && shape.from[row]! <= range.to) return false;
  if (outline.status[row] === RUNNING && isBefore) return false;
  const x = isBefore ? names + 6 : width - 6;
  const y = topOf(frame, place) + ROW_HEIGHT / 2;
  const by = isBefore ? 3 : -3;
  canvas.strokeStyle = tokens.faint;
  canvas.lineWidth = 1;
  canvas.beginPath();
  canvas.moveTo(x + by, y - 3);
  canvas.lineTo(x, y);
  canvas.lineTo(x + by, y + 3);
  canvas.stroke();
  return true;
}

function drawSpan(canvas: CanvasRenderingContext2D, frame: Frame, place: number): Label {
  const row = frame.visible[place]!;
  const bar = barOf(frame, place, row);
  if (frame.isClosed(row) && frame.outline.childCount[row]! > 0) drawBelow(canvas, frame, place);
  drawBar(canvas, bar);
  drawCritical(canvas, frame, row, bar);
  drawEvents(canvas, frame, row, bar.top);
  const failed = bar.state === 'failed';
  const duration = durationAt(frame, row);
  const took = duration === 0 && bar.state === 'stale' ? '' : formatDuration(duration);
  const words = bar.state === 'stale' ? traceText.timeline.staleAfter(took) : took;
  return { bar, words: failed ? `✕ ${words}` : words, tone: failed ? 'error' : 'plain' };
}

/** All of a run in one row, on the edges of those behind the first. */
function drawRun(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  place: number,
  count: number,
): Label {
  const { outline } = frame;
  const first = frame.visible[place]!;
  const { start } = outline;
  let drawnTo = -1;
  let from = Infinity;
  let to = 0;
  let sum = 0;
  const top = topOf(frame, place) + 4;
  for (let row = first; row < first + count; row++) {
    const end = start[row]! + durationAt(frame, row);
    from = Math.min(from, start[row]!);
    to = Math.max(to, end);
    sum += outline.duration[row]!;
  }
  const colour = colourOf(frame, first);
  const left = leftOf(frame, from);
  const right = Math.max(leftOf(frame, to), left + 2);
  canvas.fillStyle = colour.line;
  canvas.globalAlpha *= 0.55;
  canvas.fillRect(left, top + 13, right - left, 1);
  canvas.fillRect(left + 2, top + 15, Math.max(1, right - left - 4), 1);
  canvas.globalAlpha /= 0.55;
  for (let row = first; row < first + count; row++) {
    const end = leftOf(frame, start[row]! + durationAt(frame, row));
    if (end <= drawnTo) continue;
    const bar = barOf(frame, place, row);
    if (bar.left > frame.width) break;
    const begin = Math.max(bar.left, drawnTo);
    drawBar(canvas, { ...bar, left: begin, top, height: 12 });
    drawnTo = Math.max(bar.right, begin + 2) + 0.5;
  }
  const failed = outline.status[first] === FAILED;
  const said = isLoop(frame, first, count)
    ? traceText.timeline.loop(count)
    : traceText.timeline.run(count, formatDuration(sum));
  const bar = { ...barOf(frame, place, first), left, right, top: top - 1 };
  const tone = isLoop(frame, first, count) ? 'warning' : 'plain';
  return { bar, words: failed ? `✕ ${said}` : said, tone: failed ? 'error' : tone };
}

export function isLoop({ outline }: Pick<Frame, 'outline'>, row: number, count: number): boolean {
  return count >= LOOP_MIN && outline.kind[row] === DATABASE_QUERY;
}

function barOf(frame: Frame, place: number, row: number): Bar {
  const { outline, beat } = frame;
  const start = outline.start[row]!;
  const flags = outline.flags[row]!;
  const status = outline.status[row];
  const stale = (flags & FLAG.stale) !== 0;
  const ended = status === FAILED ? 'failed' : 'completed';
  return {
    left: leftOf(frame, start),
    right: leftOf(frame, start + durationAt(frame, row)),
    top: topOf(frame, place) + BAR_TOP,
    height: BAR_HEIGHT,
    colour: colourOf(frame, row),
    state: status === RUNNING ? (stale ? 'stale' : 'running') : ended,
    beat,
  };
}

function durationAt({ outline, grown }: Frame, row: number): number {
  const isOn = outline.status[row] === RUNNING && (outline.flags[row]! & FLAG.stale) === 0;
  return outline.duration[row]! + (isOn ? grown : 0);
}

function colourOf({ paint }: Frame, row: number) {
  return paint.colours[paint.classes[row]!]!;
}

/** Not what is looked for. */
function isFaint({ found }: Frame, row: number, count: number): boolean {
  if (found === undefined) return false;
  for (let at = row; at < row + count; at++) if (found[at] === 1) return false;
  return true;
}

/** From when to when everything below a closed row lies. */
function drawBelow(canvas: CanvasRenderingContext2D, frame: Frame, place: number): void {
  const row = frame.visible[place]!;
  const left = leftOf(frame, frame.shape.from[row]!);
  const right = Math.max(leftOf(frame, frame.shape.to[row]!), left + 2);
  canvas.fillStyle = colourOf(frame, row).line;
  canvas.fillRect(left, topOf(frame, place) + ROW_HEIGHT - 3, right - left, 1.5);
}

/** What is no pixel wide is left out of a bar that is more: dust says nothing. */
function drawCritical(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  row: number,
  { left: barLeft, right: barRight, top }: Bar,
): void {
  const { critical } = frame;
  if (critical === undefined) return;
  canvas.fillStyle = frame.tokens.ink;
  let drawnTo = Number.NEGATIVE_INFINITY;
  for (let at = firstSegment(critical, row); critical.rows[at] === row; at++) {
    const left = leftOf(frame, critical.from[at]!);
    const end = leftOf(frame, critical.to[at]!);
    if (end - left < SEEN_MIN && barRight - barLeft > SEEN_MIN * 4) continue;
    const right = Math.max(end, left + 1);
    if (right <= drawnTo) continue;
    canvas.fillRect(left, top + BAR_HEIGHT - 2, right - left, 2);
    drawnTo = right;
  }
}

function drawEvents(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  row: number,
  top: number,
): void {
  const note = frame.notes.of(frame.outline, row);
  if (note === undefined) return;
  for (const { at, isError } of note.events) {
    const x = leftOf(frame, at);
    canvas.fillStyle = isError ? frame.tokens.error : frame.tokens.ink;
    canvas.beginPath();
    canvas.moveTo(x - 3, top - 3);
    canvas.lineTo(x + 3, top - 3);
    canvas.lineTo(x, top + 2);
    canvas.fill();
    canvas.fillRect(x - 0.5, top, 1, BAR_HEIGHT);
  }
}
