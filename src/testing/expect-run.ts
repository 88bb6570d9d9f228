/** The matchers without a runner's `expect`: they throw an AssertionError, as node:test wants it. */
import { AssertionError } from 'node:assert';
import { matchers, type RunMatcher, type RunMatchers } from './matchers.ts';
import type { RecordedRun } from './recorded-run.ts';

export interface RunExpectation extends RunMatchers {
  readonly not: RunMatchers;
}

export function expectRun(run: RecordedRun): RunExpectation {
  return { ...matchersFor(run, false), not: matchersFor(run, true) };
}

function matchersFor(run: RecordedRun, isNot: boolean): RunMatchers {
  const bound = Object.entries(matchers).map(([name, matcher]) => [name, asserting(matcher)]);
  return Object.fromEntries(bound) as RunMatchers;

  function asserting(matcher: RunMatcher): (...given: unknown[]) => void {
    return function assertRun(...given) {
      const { pass, message } = matcher.call({ isNot }, run, ...given);
      if (pass !== isNot) return;
      throw new AssertionError({ message: message(), stackStartFn: assertRun });
    };
  }
}
