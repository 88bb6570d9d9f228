/**
 * The part of a run's tree that a message is about: the marked spans, what they are in, and what is near.
 * Bounds: LINES_MAX lines, the surroundings of MARKED_MAX marked ones; LEVELS_MAX levels of indentation.
 */
import type { RecordedRun } from './recorded-run.ts';
import type { RecordedSpan } from './recorded-span.ts';
import { durationWords, spanWords } from './span-words.ts';
import { type TreeRow, treeRows } from './tree-rows.ts';

/** With the claim before it a message has at most 40. */
const LINES_MAX = 37;
const MARKED_MAX = 12;
const LEVELS_MAX = 24;

export function treeExcerpt(
  run: RecordedRun,
  marked: readonly RecordedSpan[],
  withTimes: boolean,
): string {
  const rows = treeRows(run.root);
  const marks = new Set(marked);
  const ranks = ranksOf(run, rows, marked.slice(0, MARKED_MAX));
  const byRank = rows.map((_, at) => at).sort((a, b) => ranks[a]! - ranks[b]! || a - b);
  for (let shown = Math.min(rows.length, LINES_MAX); ; shown--) {
    const chosen = byRank.slice(0, shown).sort((a, b) => a - b);
    const lines = linesOf(rows, chosen, marks, withTimes);
    const hidden = marks.size - chosen.filter((at) => marks.has(rows[at]!.span)).length;
    if (hidden > 0) lines.push(`… ${hidden} more like these`);
    // Each gap between the chosen takes a line too; one row alone has a gap at most on either side.
    if (lines.length <= LINES_MAX || shown === 1) return lines.join('\n');
  }
}

/** The lower, the sooner shown: the root, what is marked, what that is in, what stands beside it, then by depth. */
function ranksOf(
  run: RecordedRun,
  rows: readonly TreeRow[],
  marked: readonly RecordedSpan[],
): number[] {
  const near = new Map<RecordedSpan, number>();
  const note = (span: RecordedSpan | undefined, rank: number): void => {
    if (span !== undefined && rank < (near.get(span) ?? Infinity)) near.set(span, rank);
  };
  note(run.root, 0);
  for (const span of marked) {
    note(span, 1);
    const parent = run.parentOf(span);
    for (let at = parent, rank = 2; at !== undefined && rank < LINES_MAX; rank++) {
      note(at, rank);
      at = run.parentOf(at);
    }
    const siblings = parent?.children ?? [];
    const at = siblings.indexOf(span);
    note(siblings[at - 1], LINES_MAX);
    note(siblings[at + 1], LINES_MAX);
    note(span.children[0], LINES_MAX);
  }
  return rows.map(({ span, depth }) => near.get(span) ?? LINES_MAX + 1 + depth);
}

function linesOf(
  rows: readonly TreeRow[],
  chosen: readonly number[],
  marks: ReadonlySet<RecordedSpan>,
  withTimes: boolean,
): string[] {
  const lines: string[] = [];
  let next = 0;
  const skipTo = (at: number): void => {
    if (at > next) lines.push(`    … ${at - next} more ${at - next === 1 ? 'span' : 'spans'}`);
    next = at + 1;
  };
  for (const at of chosen) {
    skipTo(at);
    const { span, depth } = rows[at]!;
    const mark = marks.has(span) ? '→' : ' ';
    const time = withTimes ? `  ${durationWords(span)}` : '';
    lines.push(`  ${mark} ${'  '.repeat(Math.min(depth, LEVELS_MAX))}${spanWords(span)}${time}`);
  }
  skipTo(rows.length);
  return lines;
}
