/**
 * Folds as a text for the URL: where they begin from, and the spans at which they differ from that, by dots. Linear; at most SPANS_MAX spans, the
 * uppermost: of folds that differ at more the text tells the nearest.
 *
 *   d    as a trace is shown at first
 *   o    all is open, runs of many of a kind too
 *   2    what lies two levels below a root and deeper is folded
 */
import { type Outline, rowOfSpan, spanKeyAt } from '../../data/outline.ts';
import { type FoldState, firstFolds, type RowShape } from './row-shape.ts';

const SPANS_MAX = 20;
const AT_FIRST = 'd';
const OPEN = 'o';
const LEVEL = /^\d{1,5}$/;

type Shape = Pick<RowShape, 'runLength'>;
type Rows = Pick<Outline, 'rowCount' | 'depth' | 'childCount' | 'spanId'>;

/** Undefined where all is as at first. @param range rows that are looked at */
export function foldsToText(
  outline: Rows,
  shape: Shape,
  state: FoldState,
  range: { readonly first: number; readonly end: number },
): string | undefined {
  const bases = [AT_FIRST, OPEN, nearestLevel(outline, state, range)].map((base) => ({
    base,
    rows: differing(outline, shape, state, baseFolds(outline, base)!, range),
  }));
  const { base, rows } = bases.reduce((best, other) =>
    other.rows.length < best.rows.length ? other : best,
  );
  if (base === AT_FIRST && rows.length === 0) return undefined;
  rows.sort((a, b) => outline.depth[a]! - outline.depth[b]! || a - b);
  return [base, ...rows.slice(0, SPANS_MAX).map((row) => spanKeyAt(outline, row))].join('.');
}

/** As at first where the text says nothing, or nothing that is understood. */
export function foldsFromText(text: string | undefined, outline: Rows): FoldState {
  const [base = AT_FIRST, ...ids] = (text ?? AT_FIRST).split('.');
  const state = baseFolds(outline, base);
  if (state === undefined) return firstFolds(outline);
  for (const id of ids.slice(0, SPANS_MAX)) {
    const row = rowOfSpan(outline, id);
    if (row < 0) continue;
    const column = outline.childCount[row]! > 0 ? state.closed : state.openRuns;
    column[row] = 1 - column[row]!;
  }
  return state;
}

function baseFolds(outline: Rows, base: string): FoldState | undefined {
  if (base === AT_FIRST) return firstFolds(outline);
  const { rowCount, depth, childCount } = outline;
  const state = { closed: new Uint8Array(rowCount), openRuns: new Uint8Array(rowCount) };
  if (base === OPEN) state.openRuns.fill(1);
  else if (LEVEL.test(base)) {
    const level = Number(base);
    for (let row = 0; row < rowCount; row++)
      if (childCount[row]! > 0 && depth[row]! >= level) state.closed[row] = 1;
  } else return undefined;
  return state;
}

/** The level from which on folding all differs at the fewest rows. */
function nearestLevel(
  { depth, childCount }: Rows,
  { closed }: FoldState,
  { first, end }: { readonly first: number; readonly end: number },
): string {
  // By level: how many more rows differ if it is closed than if it is open.
  const gain: number[] = [];
  for (let row = first; row < end; row++) {
    if (childCount[row] === 0) continue;
    const level = depth[row]!;
    while (gain.length <= level) gain.push(0);
    gain[level]! += closed[row] === 1 ? -1 : 1;
  }
  let best = gain.length;
  let bestSum = 0;
  for (let level = gain.length - 1, sum = 0; level >= 0; level--) {
    sum += gain[level]!;
    if (sum < bestSum) {
      bestSum = sum;
      best = level;
    }
  }
  return String(best);
}

function differing(
  { childCount }: Rows,
  { runLength }: Shape,
  state: FoldState,
  base: FoldState,
  { first, end }: { readonly first: number; readonly end: number },
): number[] {
  const rows: number[] = [];
  for (let row = first; row < end; row++) {
    if (childCount[row]! > 0) {
      if (state.closed[row] !== base.closed[row]) rows.push(row);
    } else if (runLength[row]! > 0 && state.openRuns[row] !== base.openRuns[row]) rows.push(row);
  }
  return rows;
}
