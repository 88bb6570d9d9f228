/**
 * A run as a tree that a person reads: how long, what, errors and checkpoints where they happened. Durations
 * stand before the tree, so that names of any width do no harm. Bounds: LINES_MAX lines, LEVELS_MAX levels.
 */
import { label } from '../views/formats/clean-text.ts';
import type { RecordedSpan } from './recorded-span.ts';
import { durationWords, spanWords } from './span-words.ts';
import { treeRows } from './tree-rows.ts';

const LINES_MAX = 5_000;
const LEVELS_MAX = 40;
const CHECKPOINT_MAX = 160;
const COLUMN_WIDTH = 9;

export function runText(root: RecordedSpan): string {
  const lines: string[] = [];
  const rows = treeRows(root);
  let told = 0;
  for (const { span, depth } of rows) {
    const checkpoints = span.events.filter(({ type }) => type === 'Checkpoint');
    if (told > 0 && lines.length + 1 + checkpoints.length > LINES_MAX) break;
    told++;
    const indent = '  '.repeat(Math.min(depth, LEVELS_MAX));
    const deeper = depth > LEVELS_MAX ? `  (level ${depth})` : '';
    lines.push(
      `${durationWords(span).padStart(COLUMN_WIDTH)}  ${indent}${spanWords(span)}${deeper}`,
    );
    const margin = `${' '.repeat(COLUMN_WIDTH + 2)}${indent}  ◆ `;
    for (const { name } of checkpoints) lines.push(margin + label(name, CHECKPOINT_MAX));
  }
  if (told < rows.length) lines.push(`… ${rows.length - told} more spans`);
  return `${lines.join('\n')}\n`;
}
