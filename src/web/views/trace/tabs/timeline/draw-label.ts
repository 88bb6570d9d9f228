/** What a bar says: beside it where there is room, on it where there is not, in a colour that can be read there. */
import type { Bar } from './draw-bar.ts';
import type { Frame } from './frame.ts';

const GAP = 6;
const WIDTHS_MAX = 4_000;
const widths = new Map<string, number>();

export function drawLabel(
  canvas: CanvasRenderingContext2D,
  { names, width, font, tokens }: Frame,
  { left, right, top, height, colour, state }: Bar,
  words: string,
  isError: boolean,
  isWarning = false,
): void {
  const room = widthOf(canvas, font, words);
  const middle = top + height / 2 + 0.5;
  const open = state === 'running' ? 6 : 0;
  const seenLeft = Math.max(left, names);
  const beside = isError ? tokens.error : isWarning ? tokens.warning : tokens.soft;
  if (right + GAP + open + room < width - 4 && right >= names) {
    canvas.fillStyle = beside;
    canvas.fillText(words, right + GAP + open, middle);
  } else if (left - GAP - room > names) {
    canvas.fillStyle = beside;
    canvas.fillText(words, left - GAP - room, middle);
  } else if (Math.min(right, width) - seenLeft > room + GAP * 2) {
    canvas.fillStyle = colour.ink;
    canvas.fillText(words, Math.min(right, width) - room - GAP * 1.5, middle);
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
