/**
 * Folds runs of siblings that look the same, sub-trees included, into the first of them with a count:
 * twenty-four equal queries in a loop are one line ×24. Only neighbours are folded, so order stays
 * true. Linear, in steps, without recursion.
 */
import { ROWS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import type { RowRange } from '../trace-rows.ts';
import { looksOf } from './looks-of.ts';

export interface FoldedSpan {
  /** Of the first. */
  readonly row: number;
  /** Spans that this line stands for, itself included; each with as many descendants. */
  readonly count: number;
  /** Over all of them. */
  readonly totalNano: bigint;
  readonly maxNano: bigint;
  /** Of the last attempt at a call: how often it had been tried before. Absent where it had not. */
  readonly retried?: number;
}

/** `retried 2 times`; undefined where it was not. */
export function retriedWords({ retried }: FoldedSpan): string | undefined {
  if (retried === undefined) return undefined;
  return retried === 1 ? 'retried once' : `retried ${retried} times`;
}

/** Two in a row say more apart than as a count. */
export const FOLD_MIN = 3;

/** Depth-first, as rows are; folded spans and what is below them are left out. */
export function* foldSiblings(
  trace: ProjectedTrace,
  range: RowRange,
): Steps<readonly FoldedSpan[]> {
  const looks = yield* looksOf(trace, range);
  const { duration, subtreeEnd, parent } = trace.outline;
  const isAlike = (row: number, next: number): boolean =>
    next < range.end &&
    parent[next] === parent[row] &&
    looks[next - range.first] === looks[row - range.first];
  const folded: FoldedSpan[] = [];
  /** From the end of a sub-tree to where the run that it stands for ends. */
  const jumps = new Map<number, number>();
  let row = range.first;
  while (row < range.end) {
    let count = 1;
    let totalNano = duration[row]!;
    let maxNano = totalNano;
    let end = subtreeEnd[row]!;
    for (let next = end; isAlike(row, next); next = end) {
      count++;
      totalNano += duration[next]!;
      if (duration[next]! > maxNano) maxNano = duration[next]!;
      end = subtreeEnd[next]!;
    }
    if (count >= FOLD_MIN) {
      jumps.set(subtreeEnd[row]!, end);
      folded.push({ row, count, totalNano, maxNano });
    } else folded.push({ row, count: 1, totalNano: duration[row]!, maxNano: duration[row]! });
    row++;
    for (let to = jumps.get(row); to !== undefined; to = jumps.get(row)) {
      jumps.delete(row);
      row = to;
    }
    if (folded.length % ROWS_A_STEP === 0) yield;
  }
  return folded;
}
