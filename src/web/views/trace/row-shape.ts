/**
 * What the rows of an outline have in common with those around them, told once for all: runs of siblings that are alike, and from when to when
 * everything below a row lies. Linear, typed arrays; 24 bytes a row.
 */
import type { Outline } from '../../data/outline.ts';

/** Fewer siblings in a row are told apart. */
export const RUN_MIN = 5;

export interface RowShape {
  /** By the first row of a run: how many rows it has; else 0. */
  readonly runLength: Int32Array;
  /** By row: the first row of its run, or −1. */
  readonly runFirst: Int32Array;
  /** By row: the earliest start in its sub-tree, itself included. */
  readonly from: Float64Array;
  /** By row: the latest end. */
  readonly to: Float64Array;
}

export function shapeOf(outline: Outline): RowShape {
  const { rowCount, parent, start, duration } = outline;
  const runLength = new Int32Array(rowCount);
  const runFirst = new Int32Array(rowCount).fill(-1);
  for (let row = 0; row < rowCount; ) {
    const end = runEnd(outline, row);
    if (end - row >= RUN_MIN) {
      runLength[row] = end - row;
      runFirst.fill(row, row, end);
    }
    row = end;
  }
  const from = Float64Array.from(start);
  const to = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) to[row] = start[row]! + duration[row]!;
  // Children stand behind their parents, so that from the last row up each is complete when it is met.
  for (let row = rowCount - 1; row > 0; row--) {
    const above = parent[row]!;
    if (above < 0) continue;
    if (from[row]! < from[above]!) from[above] = from[row]!;
    if (to[row]! > to[above]!) to[above] = to[row]!;
  }
  return { runLength, runFirst, from, to };
}

/** Siblings without children, of one name, service, kind and outcome stand for each other. */
function runEnd(outline: Outline, row: number): number {
  const { rowCount, parent, childCount, name, service, status, kind } = outline;
  let end = row + 1;
  if (childCount[row] !== 0 || parent[row]! < 0) return end;
  while (
    end < rowCount &&
    childCount[end] === 0 &&
    parent[end] === parent[row] &&
    name[end] === name[row] &&
    service[end] === service[row] &&
    status[end] === status[row] &&
    kind[end] === kind[row]
  ) {
    end++;
  }
  return end;
}

/** Which rows are closed, and which runs are told apart, by row. */
export interface FoldState {
  readonly closed: Uint8Array;
  readonly openRuns: Uint8Array;
}

/** Rows that are not hidden by a fold, rising. */
export function visibleRows(
  { childCount, subtreeEnd }: Pick<Outline, 'childCount' | 'subtreeEnd'>,
  { runLength }: Pick<RowShape, 'runLength'>,
  { closed, openRuns }: FoldState,
  { first, end }: { readonly first: number; readonly end: number },
): Int32Array {
  const rows = new Int32Array(end - first);
  let count = 0;
  for (let row = first; row < end; ) {
    rows[count++] = row;
    if (closed[row] === 1 && childCount[row]! > 0) row = subtreeEnd[row]!;
    else if (runLength[row]! > 0 && openRuns[row] === 0) row += runLength[row]!;
    else row++;
  }
  return rows.subarray(0, count);
}

/** A larger trace is shown as an overview at first: no more rows than this, from the upper levels. */
const OVERVIEW_OF = 2_000;
const OVERVIEW_ROWS = 120;

/** What is closed at first: nothing, or all levels below as many as make an overview. */
export function firstFolds({
  rowCount,
  depth,
  childCount,
}: Pick<Outline, 'rowCount' | 'depth' | 'childCount'>): FoldState {
  const state = { closed: new Uint8Array(rowCount), openRuns: new Uint8Array(rowCount) };
  if (rowCount <= OVERVIEW_OF) return state;
  const levels = new Uint32Array(0x1_0000);
  for (let row = 0; row < rowCount; row++) levels[depth[row]!]! += 1;
  let open = 0;
  for (let sum = 0; open < levels.length; open++) {
    sum += levels[open]!;
    if (sum > OVERVIEW_ROWS && open > 1) break;
  }
  for (let row = 0; row < rowCount; row++) {
    if (childCount[row]! > 0 && depth[row]! >= open - 1) state.closed[row] = 1;
  }
  return state;
}

/** The place of a row among rising rows, or of the last one before it; −1 where there is none. */
export function placeOf(rows: Int32Array, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! <= row) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
