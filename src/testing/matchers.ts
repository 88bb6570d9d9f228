/**
 * Matchers in the words of a lifecycle, as `expect.extend` of vitest and jest takes them. What is asked wrongly
 * (no run, no name) throws a TypeError, with `not` too.
 */
import {
  judgeCalled,
  judgeNever,
  judgeOrder,
  judgeTimes,
  judgeWithin,
  type Time,
} from './judge-calls.ts';
import { judgeNoQueryInLoop, type LoopOptions } from './judge-loops.ts';
import { judgeNoErrors, judgeNoUnfinished } from './judge-outcome.ts';
import { judgeFiles, judgeHosts, judgeTables } from './judge-touches.ts';
import { RecordedRun } from './recorded-run.ts';
import type { SpanName } from './span-name.ts';
import { type Verdict, verdictMessage } from './verdict.ts';

/** What can be asked of a run. `Returned` is what a matcher gives back: nothing, or a promise after `resolves`. */
export interface RunMatchers<Returned = void> {
  toHaveCalled(name: SpanName): Returned;
  toHaveCalledTimes(name: SpanName, count: number): Returned;
  /** In order of start; others may lie between. */
  toHaveCalledInOrder(names: readonly SpanName[]): Returned;
  /** The run as a whole, or every call of that name. */
  toHaveFinishedWithin(time: Time): Returned;
  toHaveFinishedWithin(name: SpanName, time: Time): Returned;
  toNeverCall(name: SpanName): Returned;
  /** No span failed, nor the code itself. */
  toHaveNoErrors(): Returned;
  toHaveNoUnfinished(): Returned;
  /** The same query or request at most `max` times, one after another, below one span. */
  toHaveNoQueryInLoop(options?: LoopOptions): Returned;
  toTouchOnlyHosts(hosts: readonly string[]): Returned;
  /** Globs. */
  toTouchOnlyFiles(globs: readonly string[]): Returned;
  toTouchOnlyTables(tables: readonly string[]): Returned;
}

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What a test runner calls, with itself as `this`. */
export type RunMatcher = (
  this: { readonly isNot?: boolean },
  received: unknown,
  ...given: unknown[]
) => MatcherResult;

const JUDGES = {
  toHaveCalled: judgeCalled,
  toHaveCalledTimes: judgeTimes,
  toHaveCalledInOrder: judgeOrder,
  toHaveFinishedWithin: judgeWithin,
  toNeverCall: judgeNever,
  toHaveNoErrors: judgeNoErrors,
  toHaveNoUnfinished: judgeNoUnfinished,
  toHaveNoQueryInLoop: judgeNoQueryInLoop,
  toTouchOnlyHosts: judgeHosts,
  toTouchOnlyFiles: judgeFiles,
  toTouchOnlyTables: judgeTables,
} satisfies Record<keyof RunMatchers, unknown>;

/** For `expect.extend`. */
export const matchers: { readonly [Name in keyof RunMatchers]: RunMatcher } = Object.fromEntries(
  Object.entries(JUDGES).map(([name, judge]) => [name, matcherOf(name, judge as Judge)]),
) as Record<keyof RunMatchers, RunMatcher>;

type Judge = (run: RecordedRun, ...given: unknown[]) => Verdict;

function matcherOf(name: string, judge: Judge): RunMatcher {
  return function (received, ...given) {
    if (!(received instanceof RecordedRun)) {
      const hint = received instanceof Promise ? ', not its promise: await it' : '';
      throw new TypeError(`${name}: expected a run, as record() gives it${hint}`);
    }
    const isNot = this?.isNot === true;
    const verdict = judge(received, ...given);
    // Nothing to judge is a failure either way, so a name that is misspelt does not pass.
    const pass = verdict.isVoid ? isNot : verdict.pass;
    return { pass, message: () => verdictMessage(received, verdict, isNot) };
  };
}
