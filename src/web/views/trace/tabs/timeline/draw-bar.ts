/** One bar, with a shape for each state beside its colour: failed, running, stale, critical. */
import type { Colour } from '../../../../colour/palette.ts';

export interface Bar {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
  readonly colour: Colour;
  readonly state: 'completed' | 'failed' | 'running' | 'stale';
  /** 0 to 1, again and again. */
  readonly beat: number;
}

const NOTCH = 5;
const WIDTH_MIN = 2;
const RADIUS = 2;
/** The open edge: stripes that let the ground through. */
const OPEN_WIDTH = 14;
const STRIPE = 7;

export function drawBar(canvas: CanvasRenderingContext2D, bar: Bar): void {
  const { top, height, colour, state } = bar;
  const left = bar.left;
  const right = Math.max(bar.right, left + WIDTH_MIN);
  canvas.fillStyle = colour.fill;
  if (state === 'stale') drawHatched(canvas, bar, right);
  else if (state === 'running') drawOpen(canvas, bar, right);
  else if (state === 'failed' && right - left > NOTCH * 2) drawNotched(canvas, bar, right);
  else if (right - left < 5) canvas.fillRect(left, top, right - left, height);
  else {
    canvas.beginPath();
    canvas.roundRect(left, top, right - left, height, RADIUS);
    canvas.fill();
  }
  // A line of its own tells a bar from its ground where the fill is near to it.
  if (state !== 'stale') {
    canvas.fillStyle = colour.line;
    canvas.fillRect(left, top, Math.min(2, right - left), height);
  }
}

function drawNotched(
  canvas: CanvasRenderingContext2D,
  { left, top, height }: Bar,
  right: number,
): void {
  canvas.beginPath();
  canvas.moveTo(left, top);
  canvas.lineTo(right, top);
  canvas.lineTo(right - NOTCH, top + height / 2);
  canvas.lineTo(right, top + height);
  canvas.lineTo(left, top + height);
  canvas.fill();
}

function drawOpen(canvas: CanvasRenderingContext2D, bar: Bar, right: number): void {
  const { left, top, height, beat } = bar;
  const solid = Math.max(left, right - OPEN_WIDTH);
  canvas.fillRect(left, top, solid - left, height);
  stripes(canvas, solid, right + 4, top, height, beat * STRIPE);
}

function drawHatched(canvas: CanvasRenderingContext2D, bar: Bar, right: number): void {
  const { left, top, height, colour } = bar;
  canvas.globalAlpha *= 0.45;
  canvas.fillRect(left, top, right - left, height);
  canvas.globalAlpha /= 0.45;
  canvas.fillStyle = colour.line;
  stripes(canvas, left, right + 2, top, height, 0, 1.5);
}

/** Slanted to the right, within the bar. */
function stripes(
  canvas: CanvasRenderingContext2D,
  left: number,
  right: number,
  top: number,
  height: number,
  shift: number,
  width = STRIPE / 2,
): void {
  canvas.save();
  canvas.beginPath();
  canvas.rect(left, top, right - left, height);
  canvas.clip();
  canvas.beginPath();
  for (let x = left - height + shift; x < right; x += STRIPE) {
    canvas.moveTo(x, top + height);
    canvas.lineTo(x + width, top + height);
    canvas.lineTo(x + width + height / 2, top);
    canvas.lineTo(x + height / 2, top);
  }
  canvas.fill();
  canvas.restore();
}
