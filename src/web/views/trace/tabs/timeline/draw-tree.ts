/** The lines that lead from a name to what called it. Dashed where the caller is not here. */
import { FLAG } from '../../../../data/outline.ts';
import { type Frame, ROW_HEIGHT, topOf } from './frame.ts';

export const INDENT_MAX = 14;
const INDENT_MIN = 4;
const INDENT_SHARE = 0.32;
/** Lines nearer to each other than this are a grey field. */
const INDENT_DRAWN_MIN = 5;
const FIRST = 11;
const ORPHAN_X = 4.5;

/** Pixels a level: less where the trace is deep. */
export function indentOf(names: number, depthMax: number): number {
  return Math.min(INDENT_MAX, Math.max(INDENT_MIN, (names * INDENT_SHARE) / Math.max(1, depthMax)));
}

export function drawTree(canvas: CanvasRenderingContext2D, frame: Frame, indent: number): void {
  const { outline, visible, names, height, focusRow } = frame;
  const { parent, depth, subtreeEnd, flags, childCount } = outline;
  const top = focusRow < 0 ? 0 : depth[focusRow]!;
  canvas.save();
  canvas.beginPath();
  canvas.rect(0, 0, names, height);
  canvas.clip();
  canvas.strokeStyle = frame.tokens.line;
  canvas.lineWidth = 1;
  canvas.beginPath();
  for (let place = frame.first; place < frame.end; place++) {
    const row = visible[place]!;
    const y = Math.round(topOf(frame, place));
    const level = depth[row]! - top;
    if (indent < INDENT_DRAWN_MIN || level < 1) continue;
    const x = lineAt(level - 1, indent);
    const isLast = isLastChild(row);
    canvas.moveTo(x, y);
    canvas.lineTo(x, isLast ? y + ROW_HEIGHT / 2 : y + ROW_HEIGHT);
    canvas.moveTo(x, y + ROW_HEIGHT / 2 + 0.5);
    canvas.lineTo(x + indent - (isFoldable(row) ? 6 : 2), y + ROW_HEIGHT / 2 + 0.5);
    for (let above = parent[row]!, at = level - 2; at >= 0 && above >= 0; at--) {
      if (!isLastChild(above)) {
        canvas.moveTo(lineAt(at, indent), y);
        canvas.lineTo(lineAt(at, indent), y + ROW_HEIGHT);
      }
      above = parent[above]!;
    }
  }
  canvas.stroke();
  canvas.strokeStyle = frame.tokens.lineStrong;
  canvas.setLineDash([2, 2]);
  canvas.beginPath();
  for (let place = frame.first; place < frame.end; place++) {
    const row = visible[place]!;
    if ((flags[row]! & FLAG.orphan) === 0 || depth[row]! > top) continue;
    const y = Math.round(topOf(frame, place));
    canvas.moveTo(ORPHAN_X, y + 3);
    canvas.lineTo(ORPHAN_X, y + ROW_HEIGHT / 2 + 0.5);
    canvas.lineTo(ORPHAN_X + 14, y + ROW_HEIGHT / 2 + 0.5);
  }
  canvas.stroke();
  canvas.restore();

  function isFoldable(row: number): boolean {
    return childCount[row]! > 0 || frame.shape.runFirst[row] === row;
  }

  function isLastChild(row: number): boolean {
    const above = parent[row]!;
    if (above < 0) return true;
    // A run that is folded ends where its last row does.
    const end = Math.max(subtreeEnd[row]!, row + frame.runAt(row));
    return end >= subtreeEnd[above]!;
  }
}

function lineAt(level: number, indent: number): number {
  return Math.round(FIRST + level * indent) + 0.5;
}
