/** Verdicts on what was called: whether, how often, in which order, within which time. */
import { formatDuration } from '../views/formats/format-duration.ts';
import { parseDuration } from '../views/params/parse-duration.ts';
import type { RecordedRun } from './recorded-run.ts';
import type { RecordedSpan } from './recorded-span.ts';
import { type SpanName, shownName } from './span-name.ts';
import { times, type Verdict } from './verdict.ts';

/** Milliseconds, or a text such as `'50ms'`. */
export type Time = number | string;

export function judgeCalled(run: RecordedRun, name: SpanName): Verdict {
  const calls = run.calls(name);
  return {
    pass: calls.length > 0,
    expected: `to have called ${shownName(name)}`,
    fact: callFact(calls),
    marked: calls,
  };
}

export function judgeNever(run: RecordedRun, name: SpanName): Verdict {
  const calls = run.calls(name);
  return {
    pass: calls.length === 0,
    expected: `to never call ${shownName(name)}`,
    fact: callFact(calls),
    marked: calls,
  };
}

/** @throws TypeError where `count` is no number of times */
export function judgeTimes(run: RecordedRun, name: SpanName, count: number): Verdict {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new TypeError('toHaveCalledTimes: expected a whole number of times');
  }
  const calls = run.calls(name);
  return {
    pass: calls.length === count,
    expected: `to have called ${shownName(name)} ${times(count)}`,
    fact: callFact(calls),
    marked: calls,
  };
}

/** In order of start; other calls may lie between. @throws TypeError where `names` is no list of names */
export function judgeOrder(run: RecordedRun, names: readonly SpanName[]): Verdict {
  if (!Array.isArray(names) || names.length === 0) {
    throw new TypeError('toHaveCalledInOrder: expected a list of names');
  }
  const expected = `to have called ${names.map(shownName).join(', then ')}`;
  const found: RecordedSpan[] = [];
  for (const name of names) {
    const calls = run.calls(name);
    const last = found.at(-1);
    const next = calls.find((span) => last === undefined || span.startedAs > last.startedAs);
    if (next === undefined) {
      const before = calls.filter((span) => !found.includes(span));
      const after = last === undefined ? '' : ` after the marked ${shownName(last.name)}`;
      const fact =
        calls.length === 0
          ? `${shownName(name)} was never called`
          : `${shownName(name)} was not called${after}, only before`;
      return { pass: false, expected, fact, marked: [...(last ? [last] : []), ...before] };
    }
    found.push(next);
  }
  return { pass: true, expected, fact: 'it did so', marked: found };
}

/** Every call of that name, or the run as a whole. */
export function judgeWithin(
  run: RecordedRun,
  ...given: [time: Time] | [name: SpanName, time: Time]
): Verdict {
  const time = given.length === 1 ? given[0] : given[1];
  const name = given.length === 1 ? undefined : given[0];
  const limitNano = nanosOf(time);
  const what = name === undefined ? '' : `${shownName(name)} `;
  const calls = name === undefined ? [run.root] : run.calls(name);
  const late = calls.filter(({ durationNano }) => (durationNano ?? Infinity) > limitNano);
  const limit = formatDuration(BigInt(Math.round(limitNano)));
  return {
    pass: calls.length > 0 && late.length === 0,
    isVoid: calls.length === 0,
    expected: `to have finished ${what}within ${limit}`,
    fact: calls.length === 0 ? callFact(calls) : withinFact(calls, late),
    marked: late.length > 0 ? late : calls,
    withTimes: true,
  };
}

function withinFact(calls: readonly RecordedSpan[], late: readonly RecordedSpan[]): string {
  const unfinished = late.filter(({ status }) => status === 'Running').length;
  const longest = Math.max(...calls.map(({ durationNano }) => durationNano ?? 0));
  const took = `took ${formatDuration(BigInt(Math.round(longest)))}`;
  if (unfinished > 0) return `${unfinished} of ${calls.length} did not finish at all`;
  return calls.length === 1 ? `it ${took}` : `the longest of ${calls.length} ${took}`;
}

function callFact(calls: readonly RecordedSpan[]): string {
  return calls.length === 0 ? 'it was never called' : `it was called ${times(calls.length)}`;
}

/** @throws TypeError */
function nanosOf(time: Time): number {
  const nanos = typeof time === 'number' ? time * 1e6 : Number(parseDuration(String(time)) ?? NaN);
  if (Number.isFinite(nanos) && nanos >= 0) return nanos;
  throw new TypeError("toHaveFinishedWithin: expected milliseconds, or a text such as '50ms'");
}
