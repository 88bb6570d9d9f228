/** What a bar says: behind it where there is room, else on it or before it, in a colour that can be read there. */
import type { Bar } from './draw-bar.ts';
import type { Frame } from './frame.ts';

const GAP = 6;
const WIDTHS_MAX = 4_000;
const widths = new Map<string, number>();

export interface Label {
  readonly bar: Bar;
  readonly words: string;
  readonly tone: 'plain' | 'faint' | 'error' | 'warning';
}

export function drawLabel(
  canvas: CanvasRenderingContext2D,
  { names, width, font, tokens }: Frame,
  { bar, words, tone }: Label,
): void {
  const { left, right, top, height, colour, state } = bar;
  const room = widthOf(canvas, font, words);
  const middle = top + height / 2 + 0.5;
  const open = state === 'running' ? 6 : 0;
  const seenLeft = Math.max(left, names);
  canvas.fillStyle = tone === 'plain' ? tokens.soft : tokens[tone];
  if (right + GAP + open + room < width - 4 && right >= names) {
    canvas.fillText(words, right + GAP + open, middle);
  } else if (Math.min(right, width) - seenLeft > room + GAP * 2) {
    const x = Math.min(right, width) - room - GAP * 1.5;
    const isOnFill = state !== 'stale' && (tone === 'plain' || tone === 'error');
    const ink = canvas.fillStyle;
    // Whatever else is drawn on the bar, what it says is read.
    canvas.fillStyle = isOnFill ? colour.fill : tokens.ground;
    canvas.fillRect(x - 3, top, room + 6, height - 2);
    canvas.fillStyle = isOnFill ? colour.ink : ink;
    canvas.fillText(words, x, middle);
  } else if (left - GAP - room > names) {
    canvas.fillText(words, left - GAP - room, middle);
  }
}

function widthOf(canvas: CanvasRenderingContext2D, font: string, words: string): number {
  const key = font + words;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size >= WIDTHS_MAX) widths.clear();
    width = canvas.measureText(words).width;
    widths.set(key, width);
  }
  return width;
}
