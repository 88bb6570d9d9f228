/**
 * Which sub-trees of a trace look the same: equal names, services, kinds, outcomes, words told of what happened, and equal
 * children in equal order. Numbers from the leaves up: no text a span. Linear, in steps.
 *
 * What spans tell is read from their bytes, in the order in which they lie, a few megabytes at a time. Of a whole trace it is
 * kept as long as its outline: four bytes a span.
 */
import { SPAN_KINDS } from '../../model/span-kind.ts';
import { OUTLINE, type TraceOutline } from '../../model/trace-outline.ts';
import { ROWS_A_STEP, SPANS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import { type ProjectedTrace, statusAt } from '../../projection/project-trace.ts';
import { pieces, type RowRange, rowsOf } from '../trace-rows.ts';
import { toldOf } from './told-of.ts';

const ASYNC_TASK = SPAN_KINDS.indexOf('AsyncTask');
const LOOK = OUTLINE.stale | OUTLINE.statusMask | OUTLINE.otelKindMask | OUTLINE.kindMask;

const known = new WeakMap<TraceOutline, Int32Array>();

/** By row of the range, a number that equal-looking sub-trees share. The range is a sub-tree or all. */
export function* looksOf(trace: ProjectedTrace, { first, end }: RowRange): Steps<Int32Array> {
  const { outline } = trace;
  const ofAll = known.get(outline);
  if (ofAll !== undefined) return ofAll.subarray(first, end);
  const { told, facts } = yield* detailsOf(trace, { first, end });
  const { name, service, childCount, subtreeEnd } = outline;
  const looks = new Int32Array(end - first);
  const [names, details, selves, runs, lists, all] = Array.from({ length: 6 }, () => new Pairs());
  for (let row = end - 1; row >= first; row--) {
    let children = 0;
    if (childCount[row]! > 0) {
      let last = -1;
      let count = 0;
      for (let child = row + 1; child < subtreeEnd[row]!; child = subtreeEnd[child]!) {
        const look = looks[child - first]!;
        if (look !== last && count > 0) {
          children = lists!.of(children, runs!.of(last, count));
          count = 0;
        }
        last = look;
        count++;
      }
      children = lists!.of(children, runs!.of(last, count));
    }
    const self = selves!.of(
      names!.of(name[row]!, service[row]!),
      details!.of(told[row - first]!, facts[row - first]!),
    );
    looks[row - first] = all!.of(self, children);
    if (row % ROWS_A_STEP === 0) yield;
  }
  if (looks.length === outline.count) known.set(outline, looks);
  return looks;
}

interface Details {
  /** By row of the range: a number that equal words share; 0 where nothing is told. */
  readonly told: Int32Array;
  /** As in the outline, with the kind that is shown. */
  readonly facts: Uint8Array;
}

function* detailsOf(trace: ProjectedTrace, range: RowRange): Steps<Details> {
  const { outline } = trace;
  const told = new Int32Array(range.end - range.first);
  const facts = new Uint8Array(range.end - range.first);
  const numbers = new Map<string, number>();
  const { record } = outline;
  const order = Int32Array.from(rowsOf(range)).sort((a, b) => record[a]! - record[b]!);
  let done = 0;
  for (const piece of pieces(outline, order)) {
    yield* trace.fetch(piece);
    for (const row of piece) {
      const { span } = trace.record(row);
      facts[row - range.first] = shownFacts(outline, row);
      const words = toldOf(span, statusAt(outline, row));
      if (words !== '') {
        const number = numbers.get(words) ?? numbers.size + 1;
        numbers.set(words, number);
        told[row - range.first] = number;
      }
      if (++done % SPANS_A_STEP === 0) yield;
    }
    trace.forget();
  }
  return { told, facts };
}

function shownFacts({ facts }: TraceOutline, row: number): number {
  const look = facts[row]! & LOOK;
  if ((facts[row]! & OUTLINE.isTask) === 0) return look;
  return (look & ~OUTLINE.kindMask) | (ASYNC_TASK << OUTLINE.kindShift);
}

/** Numbers pairs of numbers below 2^26, from 1 on. */
class Pairs {
  readonly #numbers = new Map<number, number>();

  of(one: number, other: number): number {
    const pair = one * 0x4000000 + other;
    let number = this.#numbers.get(pair);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(pair, number);
    }
    return number;
  }
}
