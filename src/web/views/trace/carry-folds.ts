/** Takes what is known of rows over to a newer outline of the same trace, span by span: rows have moved, and some are new. */
import { OTHER_VALUE } from '../../../model/trace-attributes.ts';
import type { Outline } from '../../data/outline.ts';
import type { FoldState } from './row-shape.ts';

type CarriedRows = Pick<Outline, 'spanId' | 'rowCount'>;

export function carryFolds(
  { closed, openRuns }: FoldState,
  old: CarriedRows,
  now: CarriedRows,
): FoldState {
  const [newClosed, newOpenRuns] = carryColumns([closed, openRuns], old, now);
  return { closed: newClosed!, openRuns: newOpenRuns! };
}

/** A byte a row each; 0 where a span is new. */
export function carryColumns(
  columns: readonly Uint8Array[],
  old: CarriedRows,
  now: CarriedRows,
): Uint8Array[] {
  const carried = columns.map(() => new Uint8Array(now.rowCount));
  const marked = new Map<number, number>();
  for (let row = 0; row < old.rowCount; row++) {
    if (columns.some((column) => column[row] !== 0)) marked.set(keyOf(old, row), row);
  }
  if (marked.size === 0) return carried;
  for (let row = 0; row < now.rowCount; row++) {
    const before = marked.get(keyOf(now, row));
    if (before === undefined || !isSame(old, before, now, row)) continue;
    for (let i = 0; i < columns.length; i++) carried[i]![row] = columns[i]![before]!;
  }
  return carried;
}

/** Of a column of an attribute: of the row nothing has been told yet. Between the numbers of values and OTHER_VALUE. */
export const UNTOLD: number = OTHER_VALUE - 1;

/** Spans that are newer than what was told are not without the attribute: nobody has looked at them yet. */
export function carryClasses(column: Uint8Array, old: CarriedRows, now: CarriedRows): Uint8Array {
  const isTold = new Uint8Array(old.rowCount).fill(1);
  const [carried, told] = carryColumns([column, isTold], old, now);
  return carried!.map((value, row) => (told![row] === 1 ? value : UNTOLD));
}

/** As much of an id as a number holds exactly. */
function keyOf({ spanId }: CarriedRows, row: number): number {
  return (spanId[row * 2]! & 0x1fffff) * 0x100000000 + spanId[row * 2 + 1]!;
}

function isSame(old: CarriedRows, before: number, now: CarriedRows, row: number): boolean {
  return old.spanId[before * 2] === now.spanId[row * 2];
}
