/**
 * Folds runs of siblings that look the same, sub-trees included, into the first of them with a count:
 * twenty-four equal queries in a loop are one line ×24. Only neighbours are folded, so order stays
 * true. Linear, in steps, without recursion. Spans are decoded only where they tell events or failed, and kept by
 * nobody.
 */
import { createHash } from 'node:crypto';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import { OUTLINE, type TraceOutline } from '../../model/trace-outline.ts';
import { ProtobufReader, WIRE } from '../../otlp/wire/protobuf-reader.ts';
import { ROWS_A_STEP, SPANS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import {
  childrenOf,
  otelKindAt,
  type ProjectedTrace,
  statusAt,
} from '../../projection/project-trace.ts';
import { readSpanHead } from '../../projection/read-span-head.ts';
import type { RowRange } from '../trace-rows.ts';
import { errorText } from './describe-span.ts';

export interface FoldedSpan {
  /** Of the first. */
  readonly row: number;
  /** Spans that this line stands for, itself included; each with as many descendants. */
  readonly count: number;
  /** Over all of them. */
  readonly totalNano: bigint;
  readonly maxNano: bigint;
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

/** By row of the range, a number that equal-looking sub-trees share. */
function* looksOf(trace: ProjectedTrace, { first, end }: RowRange): Steps<Int32Array> {
  const { outline } = trace;
  const looks = new Int32Array(end - first);
  const known = new Map<string, number>();
  for (let row = end - 1; row >= first; row--) {
    const look = [
      outline.name[row],
      outline.service[row],
      kindAt(trace, row),
      otelKindAt(outline, row),
      statusAt(outline, row),
      toldBy(trace, row),
      childLooks(outline, row, looks, first),
    ].join(' ');
    let number = known.get(look);
    if (number === undefined) {
      number = known.size;
      known.set(look, number);
    }
    looks[row - first] = number;
    if (row % SPANS_A_STEP === 0) yield;
  }
  return looks;
}

function kindAt(trace: ProjectedTrace, row: number): string {
  const { outline } = trace;
  const facts = outline.facts[row]!;
  const kind = SPAN_KINDS[(facts & OUTLINE.kindMask) >>> OUTLINE.kindShift]!;
  if (kind !== 'Function' || (facts & OUTLINE.outlives) === 0) return kind;
  const head = readSpanHead(trace.record(row).span, otelKindAt(outline, row));
  return head.isKindGiven ? kind : 'AsyncTask';
}

/** Of what happened in the span that is told: a checksum, as messages may be long. */
function toldBy(trace: ProjectedTrace, row: number): string {
  const failed = statusAt(trace.outline, row) === 'Failed';
  if (!failed && !hasEvents(trace.record(row).span)) return '';
  const told = trace
    .span(row)
    .events.filter((event) => event.type === 'Error' || event.type === 'Checkpoint')
    .map((event) => (event.type === 'Error' ? errorText(event) : event.name));
  if (told.length === 0) return '';
  return createHash('sha1').update(JSON.stringify(told)).digest('base64');
}

/** Span 11 events. */
function hasEvents(span: Uint8Array): boolean {
  const reader = new ProtobufReader(span);
  while (reader.next()) {
    if (reader.is(11, WIRE.bytes)) return true;
    reader.skip();
  }
  return false;
}

/** Runs of equal children count, so that the texts of a wide tree stay short. */
function childLooks(outline: TraceOutline, row: number, looks: Int32Array, first: number): string {
  if (outline.childCount[row] === 0) return '';
  const runs: string[] = [];
  let last = -1;
  let count = 0;
  for (const child of childrenOf(outline, row)) {
    const look = looks[child - first]!;
    if (look === last) count++;
    else {
      if (count > 0) runs.push(`${last}x${count}`);
      last = look;
      count = 1;
    }
  }
  if (count > 0) runs.push(`${last}x${count}`);
  return runs.join();
}
