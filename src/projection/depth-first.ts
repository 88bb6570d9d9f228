/**
 * A forest laid out in depth-first order, siblings in a given one. Linear, iterative, in steps.
 */
import type { TraceOutline } from '../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';

/** `record`: the index that stands in a row. */
export type TreeRows = Pick<
  TraceOutline,
  'record' | 'parent' | 'depth' | 'childCount' | 'subtreeEnd'
>;

const NONE = -1;

/** @param parents by index: another index, or −1 for a root; without circles */
export function* depthFirst(parents: Int32Array, order: Int32Array): Steps<TreeRows> {
  const count = parents.length;
  const firstChild = new Int32Array(count).fill(NONE);
  const nextSibling = new Int32Array(count).fill(NONE);
  let firstRoot = NONE;
  for (let i = count - 1; i >= 0; i--) {
    const index = order[i]!;
    const parent = parents[index]!;
    if (parent === NONE) {
      nextSibling[index] = firstRoot;
      firstRoot = index;
    } else {
      nextSibling[index] = firstChild[parent]!;
      firstChild[parent] = index;
    }
    if (i % ROWS_A_STEP === 0) yield;
  }
  const rows = {
    record: new Int32Array(count),
    parent: new Int32Array(count),
    depth: new Int32Array(count),
    childCount: new Int32Array(count),
    subtreeEnd: new Int32Array(count),
  };
  let row = 0;
  /** The row whose children come next, and how deep they lie. */
  let above = NONE;
  let depth = 0;
  let next = firstRoot;
  while (next !== NONE || above !== NONE) {
    if (next === NONE) {
      rows.subtreeEnd[above] = row;
      next = nextSibling[rows.record[above]!]!;
      above = rows.parent[above]!;
      depth--;
      continue;
    }
    if (above !== NONE) rows.childCount[above]!++;
    rows.record[row] = next;
    rows.parent[row] = above;
    rows.depth[row] = depth++;
    above = row++;
    next = firstChild[next]!;
    if (row % ROWS_A_STEP === 0) yield;
  }
  return rows;
}
