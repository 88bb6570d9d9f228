/** One call inside a span of its own: what is returned or thrown is what the function returns or throws. */
import { type OpenSpan, openSpan, runIn } from './open-span.ts';
import { settleResult } from './settle-result.ts';
import type { SpanPlan } from './trace-options.ts';

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** @param newTarget where it is called with `new`: the constructor that `new.target` shall be */
export function tracedCall(
  plan: SpanPlan,
  fn: AnyFunction,
  self: unknown,
  args: readonly unknown[],
  newTarget?: AnyFunction,
): unknown {
  const open = openSpan(plan, args);
  const call =
    newTarget === undefined
      ? () => Reflect.apply(fn, self, args)
      : () => Reflect.construct(fn, args, newTarget);
  if (open === undefined) return call();
  const result = callIn(open, call);
  // What is made with `new` is made: only what a call returns goes on.
  if (newTarget === undefined) settleResult(result, open, self);
  else open.succeed(result);
  return result;
}

/** The span fails with what is thrown; how it ends otherwise is the caller's. */
export function callIn<Result>(open: OpenSpan, call: () => Result): Result {
  try {
    return runIn(open.context, call);
  } catch (error) {
    open.fail(error);
    throw error;
  }
}
