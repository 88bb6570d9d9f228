/**
 * A trace in a few lines: its lanes pressed into so many rows of pixels, each pixel in the colour of what was there. Written as pixels, so that
 * 100,000 spans cost some milliseconds, once for a size.
 */
import { FAILED, type Outline } from '../../../../data/outline.ts';
import type { Paint } from '../../colour-by.ts';
import type { TimeRange } from '../../time-range.ts';
import type { RowRange } from '../../trace-model.ts';

export interface MinimapLook {
  readonly range: TimeRange;
  readonly rows: RowRange;
  readonly paint: Paint;
  readonly error: string;
}

const ERROR_HEIGHT = 3;
const LINE_MAX = 6;

export function drawMinimap(
  canvas: CanvasRenderingContext2D,
  outline: Outline,
  { range, rows, paint, error }: MinimapLook,
): void {
  const { width, height } = canvas.canvas;
  const image = canvas.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = Uint32Array.from(paint.colours, ({ line }) => pixelOf(line));
  const failed = pixelOf(error);
  const { start, duration, lane, status } = outline;
  const ratio = window.devicePixelRatio;
  const [low, lanes] = lanesOf(outline, rows);
  const high = height - Math.round((ERROR_HEIGHT + 1) * ratio);
  const line = Math.max(1, Math.min(LINE_MAX * ratio, high / lanes));
  const scale = width / (range.to - range.from);
  for (let row = rows.first; row < rows.end; row++) {
    const left = Math.max(0, Math.floor((start[row]! - range.from) * scale));
    const end = Math.ceil((start[row]! + duration[row]! - range.from) * scale);
    const right = Math.min(width, Math.max(left + 1, end));
    const top = Math.floor(((lane[row]! - low) / lanes) * Math.min(high, lanes * line));
    const bottom = Math.min(high, Math.max(top + 1, Math.floor(top + line * 0.8)));
    const colour = colours[paint.classes[row]!]!;
    for (let y = top; y < bottom; y++) pixels.fill(colour, y * width + left, y * width + right);
    if (status[row] === FAILED) {
      const wide = Math.min(width, left + Math.ceil(2 * ratio));
      for (let y = height - Math.round(ERROR_HEIGHT * ratio); y < height; y++) {
        pixels.fill(failed, y * width + left, y * width + wide);
      }
    }
  }
  canvas.putImageData(image, 0, 0);
}

/** The lowest lane of the rows, and how many there are from it. */
function lanesOf({ lane }: Outline, { first, end }: RowRange): readonly [number, number] {
  let low = 0xffff;
  let high = 0;
  for (let row = first; row < end; row++) {
    if (lane[row]! < low) low = lane[row]!;
    if (lane[row]! > high) high = lane[row]!;
  }
  return [low, Math.max(1, high - low + 1)];
}

const known = new Map<string, number>();
let probe: CanvasRenderingContext2D | undefined;

/** As the memory of an image has it. */
function pixelOf(colour: string): number {
  let pixel = known.get(colour);
  if (pixel === undefined) {
    probe ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    pixel = new Uint32Array(probe.getImageData(0, 0, 1, 1).data.buffer)[0]!;
    known.set(colour, pixel);
  }
  return pixel;
}
