/** What a matcher found, before it is known whether it was asked with `not`. */
import type { RecordedRun } from './recorded-run.ts';
import type { RecordedSpan } from './recorded-span.ts';
import { treeExcerpt } from './tree-excerpt.ts';

export interface Verdict {
  readonly pass: boolean;
  /** There was nothing to judge: fails with `not` too. */
  readonly isVoid?: boolean;
  /** `to have called "charge"`; `not` goes before it. */
  readonly expected: string;
  /** What was, in either case: `it was never called`. */
  readonly fact: string;
  /** The spans that decide. */
  readonly marked: readonly RecordedSpan[];
  readonly withTimes?: boolean;
}

export function verdictMessage(run: RecordedRun, verdict: Verdict, isNot: boolean): string {
  const { expected, fact, marked, withTimes = false } = verdict;
  const claim = `expected the run ${isNot ? 'not ' : ''}${expected}, but ${fact}`;
  return `${claim}\n\n${treeExcerpt(run, marked, withTimes)}`;
}

export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
