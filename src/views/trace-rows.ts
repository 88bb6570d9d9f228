/**
 * Which rows of a trace are asked for: all, or those of a sub-tree; and pages of them. A page's cursor names the
 * span it ended with and its row: spans that arrived meanwhile may have moved it, and then it is looked for.
 */
import { InvalidParameter } from '../model/errors.ts';
import { idWords, type SpanId } from '../model/ids.ts';
import type { TraceOutline } from '../model/trace-outline.ts';
import { idAt } from '../projection/trace-columns.ts';

/** Rows from `first` up to but not at `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Bytes of spans and frames that one answer is made of; it ends behind the span that reaches them. */
export const ANSWER_BYTES_MAX: number = 16 * 1024 * 1024;

/** @throws InvalidParameter on a sub-tree that the trace does not have */
export function rangeOf(outline: TraceOutline, subtree: SpanId | undefined): RowRange {
  if (subtree === undefined) return { first: 0, end: outline.count };
  const first = rowOf(outline, subtree);
  if (first < 0) throw new InvalidParameter('subtree', missing(outline, subtree));
  return { first, end: outline.subtreeEnd[first]! };
}

export function rowsOf({ first, end }: RowRange): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}

/** Rows in pieces of about ANSWER_BYTES_MAX, to be fetched one after the other. */
export function* pieces(
  { bytes }: TraceOutline,
  rows: readonly number[] | Int32Array,
): IterableIterator<readonly number[] | Int32Array> {
  for (let first = 0; first < rows.length; ) {
    let end = first;
    for (let sum = 0; end < rows.length && sum < ANSWER_BYTES_MAX; end++) sum += bytes[rows[end]!]!;
    yield rows.slice(first, end);
    first = end;
  }
}

/** Names the place behind a row. */
export function cursorBehind(outline: TraceOutline, row: number): string {
  return `${idAt(outline.spanId, row)}-${row + 1}`;
}

/** The row behind the one that a cursor names. @throws InvalidParameter on one that is not of this trace */
export function rowBehind(outline: TraceOutline, cursor: string): number {
  const match = /^([0-9a-f]{16})-(\d{1,7})$/.exec(cursor);
  const place = Number(match?.[2]);
  if (match && place > 0 && place <= outline.count) {
    if (idAt(outline.spanId, place - 1) === match[1]) return place;
  }
  const found = match ? rowOf(outline, match[1] as SpanId) : -1;
  if (found < 0) throw new InvalidParameter('after', 'expected the `next` of another page');
  return found + 1;
}

/** Of a trace that is held in part only, more cannot be said. */
function missing({ count, summary }: TraceOutline, span: SpanId): string {
  if (count >= summary.spanCount) return `this trace has no span ${span}`;
  return `no span ${span} is among the first ${count} spans of this trace, of ${summary.spanCount}: views show no more of one trace`;
}

/** The first row of a span, or −1. */
function rowOf({ spanId, count }: TraceOutline, id: SpanId): number {
  const [high, low] = idWords(id);
  for (let row = 0; row < count; row++) {
    if (spanId[row * 2] === high && spanId[row * 2 + 1] === low) return row;
  }
  return -1;
}
