/** The time axis above the bars, and its lines behind them. */
import { type Frame, HEAD_HEIGHT, leftOf } from './frame.ts';
import type { Tick } from './ruler-ticks.ts';

export function drawGrid(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  ticks: readonly Tick[],
): void {
  canvas.fillStyle = frame.tokens.line;
  for (const { at } of ticks) canvas.fillRect(Math.round(leftOf(frame, at)), 0, 1, frame.height);
}

export function drawRuler(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  ticks: readonly Tick[],
): void {
  const { width, names, tokens, font } = frame;
  canvas.clearRect(0, 0, width, HEAD_HEIGHT);
  canvas.save();
  canvas.beginPath();
  canvas.rect(names, 0, width - names, HEAD_HEIGHT);
  canvas.clip();
  canvas.font = font;
  canvas.textBaseline = 'middle';
  let taken = names;
  for (const { at, label } of ticks) {
    const x = Math.round(leftOf(frame, at));
    canvas.fillStyle = tokens.line;
    canvas.fillRect(x, HEAD_HEIGHT - 8, 1, 8);
    const room = canvas.measureText(label).width;
    if (x + 4 < taken || x + 4 + room > width) continue;
    canvas.fillStyle = tokens.faint;
    canvas.fillText(label, x + 4, HEAD_HEIGHT / 2 + 0.5);
    taken = x + 4 + room + 8;
  }
  canvas.restore();
}
