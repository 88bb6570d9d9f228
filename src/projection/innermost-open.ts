/**
 * In which span below it a span that has not ended stands: one pass over the rows, from the last to the first. Of several children that
 * have not ended it is the one that began last.
 */
import { OUTLINE, type TraceOutline } from '../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { STATUS_RUNNING } from './trace-columns.ts';

/** By row; −1 where the span has ended, or nothing below it is open. Undefined where all have ended. */
export function* innermostOpen(outline: TraceOutline): Steps<Int32Array | undefined> {
  const { count, facts, parent, start, summary } = outline;
  if (summary.runningCount === 0) return undefined;
  const isOpen = (row: number): boolean => (facts[row]! & OUTLINE.statusMask) === STATUS_RUNNING;
  const innermost = new Int32Array(count).fill(-1);
  /** Of the child whose innermost is taken. */
  const from = new Int32Array(count).fill(-1);
  for (let row = count - 1; row > 0; row--) {
    if (row % ROWS_A_STEP === 0) yield;
    const above = parent[row]!;
    if (above < 0 || !isOpen(row) || !isOpen(above)) continue;
    if (from[above]! >= 0 && start[from[above]!]! > start[row]!) continue;
    from[above] = row;
    innermost[above] = innermost[row]! >= 0 ? innermost[row]! : row;
  }
  return innermost;
}
