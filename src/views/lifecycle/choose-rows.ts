/**
 * Which spans of a trace too large to be told whole are told: from the roots down, level by level, until the bound
 * is reached; of siblings in a row that look the same the first, with a count. Linear in the number of spans, in
 * steps.
 */
import { OUTLINE, type TraceOutline } from '../../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import { STATUS_FAILED } from '../../projection/trace-columns.ts';
import { ANSWER_BYTES_MAX, type RowRange } from '../trace-rows.ts';

export interface ChosenRows {
  /** Rising. */
  readonly rows: readonly number[];
  /** By row that stands for others: the row behind the last of them and what is below it, and their number. */
  readonly folded: ReadonlyMap<number, { readonly end: number; readonly count: number }>;
}

/** Two in a row say more apart than as a count. */
const FOLD_MIN = 3;

/** All of the range where it has at most `limit` rows; else so many, parents before children. */
export function* chooseRows(
  trace: ProjectedTrace,
  range: RowRange,
  limit: number,
): Steps<ChosenRows> {
  const { outline } = trace;
  const chosen: number[] = [];
  let bytes = 0;
  /** False where the answer is full. */
  const choose = (row: number): boolean => {
    if (chosen.length >= limit || bytes >= ANSWER_BYTES_MAX) return false;
    bytes += outline.bytes[row]!;
    chosen.push(row);
    return true;
  };
  const folded = new Map<number, { end: number; count: number }>();
  if (range.end - range.first <= limit) {
    for (let row = range.first; row < range.end && choose(row); row++) {
      if (row % ROWS_A_STEP === 0) yield;
    }
    if (chosen.length === range.end - range.first) return { rows: chosen, folded };
    chosen.length = 0;
    bytes = 0;
  }
  let done = 0;
  /** Of siblings from `first` on; true while there is room. */
  function* chooseSiblings(first: number, end: number): Steps<boolean> {
    for (let row = first; row < end; ) {
      const run = runOf(outline, row, end);
      if (run.count >= FOLD_MIN) folded.set(row, run);
      else run.end = outline.subtreeEnd[row]!;
      if (!choose(row)) {
        folded.delete(row);
        return false;
      }
      row = run.end;
      done += run.count;
      if (done >= ROWS_A_STEP) {
        done = 0;
        yield;
      }
    }
    return true;
  }
  let hasRoom = yield* chooseSiblings(range.first, range.end);
  for (let at = 0; hasRoom && at < chosen.length; at++) {
    const row = chosen[at]!;
    hasRoom = yield* chooseSiblings(row + 1, outline.subtreeEnd[row]!);
  }
  return { rows: chosen.sort((a, b) => a - b), folded };
}

/** The siblings from `row` on that look like it. */
function runOf(outline: TraceOutline, row: number, end: number): { end: number; count: number } {
  const { subtreeEnd } = outline;
  let count = 1;
  let next = subtreeEnd[row]!;
  while (next < end && looksLike(outline, next, row)) {
    count++;
    next = subtreeEnd[next]!;
  }
  return { end: next, count };
}

const LOOK = OUTLINE.stale | OUTLINE.statusMask | OUTLINE.otelKindMask | OUTLINE.kindMask;

/** The same call with the same outcome, and errors below both or neither. */
function looksLike(outline: TraceOutline, a: number, b: number): boolean {
  const { name, service, facts, errorsBelow } = outline;
  return (
    name[a] === name[b] &&
    service[a] === service[b] &&
    (facts[a]! & LOOK) === (facts[b]! & LOOK) &&
    errorsBelow[a]! > 0 === errorsBelow[b]! > 0
  );
}

/** Spans that failed among siblings from one row up to another, and below them. */
export function errorsAmong(outline: TraceOutline, first: number, end: number): number {
  const { facts, errorsBelow, subtreeEnd } = outline;
  let errors = 0;
  for (let row = first; row < end; row = subtreeEnd[row]!) {
    const own = (facts[row]! & OUTLINE.statusMask) === STATUS_FAILED ? 1 : 0;
    errors += errorsBelow[row]! + own;
  }
  return errors;
}
