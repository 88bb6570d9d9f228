/** Draws what is seen of a flame graph: at most a box a pixel of each row on the screen, whatever the trace has. */
import type { Colour } from '../../../../colour/palette.ts';
import { shownName } from '../../../../format/shown-text.ts';
import { fitText, textWidth } from './fit-text.ts';
import { type FlameBoxes, firstBehind } from './flame-rows.ts';

export const BOX_HEIGHT = 20;

export interface FlameFrame {
  readonly boxes: FlameBoxes;
  /** Of the axis. */
  readonly from: number;
  readonly to: number;
  /** Pixels of the page. */
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
  readonly font: string;
  readonly tokens: FlameTokens;
  readonly chosen: number;
  readonly hovered: number;
  colourOf(box: number): Colour;
  nameOf(box: number): string;
  durationOf(box: number): string;
  /** Of its calls, those that failed: 0 to 1. */
  failedShare(box: number): number;
  isRunning(box: number): boolean;
  /** Undefined where nothing is looked for. */
  readonly isFound: ((box: number) => boolean) | undefined;
}

export interface FlameTokens {
  readonly ground: string;
  readonly ink: string;
  readonly error: string;
  readonly accent: string;
}

/** Narrower boxes have no name. */
const NAME_MIN = 28;
const PADDING = 4;
/** Between a name and a duration. */
const GAP = 12;
/** Narrower boxes have no duration. */
const ROOMY_MIN = 72;
/** Beside the corner that is cut out of what failed. */
const NOTCH = 7;
const DIM = 0.25;

export function drawFlame(canvas: CanvasRenderingContext2D, frame: FlameFrame): void {
  const { boxes, width, height, scrollTop, font, tokens } = frame;
  canvas.fillStyle = tokens.ground;
  canvas.fillRect(0, 0, width, height);
  canvas.font = font;
  canvas.textBaseline = 'middle';
  const first = Math.max(0, Math.floor(scrollTop / BOX_HEIGHT));
  const end = Math.min(boxes.rowCount, Math.ceil((scrollTop + height) / BOX_HEIGHT));
  for (let row = first; row < end; row++) drawRow(canvas, frame, row);
}

function drawRow(canvas: CanvasRenderingContext2D, frame: FlameFrame, row: number): void {
  const { boxes, from, to, width, scrollTop } = frame;
  const scale = width / (to - from);
  const top = row * BOX_HEIGHT - scrollTop;
  const end = boxes.rowStart[row + 1]!;
  let place = firstBehind(boxes, row, from);
  while (place < end) {
    const box = boxes.box[place]!;
    const begin = boxes.from[box]!;
    // What begins at the very end has its pixel too.
    if (begin > to) return;
    const left = Math.min(width - 1, Math.max(0, (begin - from) * scale));
    const right = Math.min(width, Math.max((boxes.to[box]! - from) * scale, left + 1));
    drawBox(canvas, frame, box, left, right, top);
    // What ends within the same pixel would be drawn over it.
    place = right - left < 2 ? nextPlace(boxes, row, place, from + (left + 1) / scale) : place + 1;
  }
}

const nextPlace = (boxes: FlameBoxes, row: number, place: number, at: number): number =>
  Math.max(place + 1, firstBehind(boxes, row, at));

function drawBox(
  canvas: CanvasRenderingContext2D,
  frame: FlameFrame,
  box: number,
  left: number,
  right: number,
  top: number,
): void {
  const { tokens, chosen, hovered, isFound } = frame;
  const colour = frame.colourOf(box);
  const isLit = isFound === undefined || isFound(box) || box === chosen;
  const room = right - left;
  const inset = room > 3 ? 1 : 0;
  canvas.globalAlpha = isLit ? 1 : DIM;
  canvas.fillStyle = colour.fill;
  canvas.fillRect(left, top + 1, room - inset, BOX_HEIGHT - 1);
  const failed = frame.failedShare(box);
  if (failed > 0) {
    canvas.fillStyle = tokens.error;
    const line = Math.min(room - inset, Math.max(2, (room - inset) * failed));
    canvas.fillRect(right - inset - line, top + BOX_HEIGHT - 3, line, 3);
    if (room > 10) notch(canvas, right - inset, top);
  }
  if (frame.isRunning(box) && room > 6) openEnd(canvas, right, top, tokens.ground);
  if (room >= NAME_MIN) {
    canvas.fillStyle = colour.ink;
    const name = shownName(frame.nameOf(box));
    const duration = frame.durationOf(box);
    const middle = top + BOX_HEIGHT / 2 + 0.5;
    const end = right - NOTCH - PADDING;
    const isRoomy =
      end - left > ROOMY_MIN &&
      textWidth(canvas, name) + textWidth(canvas, duration) + GAP < end - left - PADDING;
    const shown = isRoomy ? name : fitText(canvas, name, room - PADDING * 2 + 1);
    canvas.fillText(shown, left + PADDING, middle);
    if (isRoomy) {
      canvas.textAlign = 'right';
      canvas.fillText(duration, end, middle);
      canvas.textAlign = 'left';
    }
  }
  canvas.globalAlpha = 1;
  if (box !== chosen && box !== hovered) return;
  canvas.strokeStyle = box === chosen ? tokens.accent : tokens.ink;
  canvas.lineWidth = box === chosen ? 2 : 1;
  canvas.strokeRect(left + 0.5, top + 1.5, Math.max(1, room - 1 - inset), BOX_HEIGHT - 2);
}

/** Failed has a shape besides its colour: a corner cut out. */
function notch(canvas: CanvasRenderingContext2D, right: number, top: number): void {
  canvas.beginPath();
  canvas.moveTo(right - NOTCH, top + 1);
  canvas.lineTo(right, top + 1);
  canvas.lineTo(right, top + 1 + NOTCH);
  canvas.fill();
}

/** What runs has no end yet: its edge is open. */
function openEnd(
  canvas: CanvasRenderingContext2D,
  right: number,
  top: number,
  ground: string,
): void {
  canvas.fillStyle = ground;
  for (let y = top + 3; y < top + BOX_HEIGHT; y += 5) canvas.fillRect(right - 4, y, 4, 2);
}
