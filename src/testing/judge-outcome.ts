/** Verdicts on how things ended: errors, and what did not end. */
import type { RecordedRun } from './recorded-run.ts';
import type { Verdict } from './verdict.ts';

/** A failed span, the code itself among them. An exception that a span recorded and survived is none. */
export function judgeNoErrors(run: RecordedRun): Verdict {
  const failed = [run.root, ...run.spans].filter(({ status }) => status === 'Failed');
  const count = `${failed.length} ${failed.length === 1 ? 'span' : 'spans'} failed`;
  return {
    pass: failed.length === 0,
    expected: 'to have no errors',
    fact: failed.length === 0 ? 'nothing failed' : count,
    marked: failed,
  };
}

export function judgeNoUnfinished(run: RecordedRun): Verdict {
  const { unfinished } = run;
  return {
    pass: unfinished.length === 0,
    expected: 'to have nothing unfinished',
    fact: unfinished.length === 0 ? 'everything ended' : `${unfinished.length} did not end`,
    marked: unfinished,
  };
}
