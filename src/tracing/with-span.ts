/** A span around a piece of code: it ends as that of a traced function does (settle-result.ts). */
import { types } from 'node:util';
import { type Span, trace } from '@opentelemetry/api';
import { type AnyFunction, callIn, openSpan } from './open-span.ts';
import { settleResult } from './settle-result.ts';
import { type SpanOptions, spanPlan } from './trace-options.ts';

/** What `fn` is given where there is no provider: takes everything, keeps nothing. */
const NO_SPAN: Span = trace.wrapSpanContext({
  traceId: '0'.repeat(32),
  spanId: '0'.repeat(16),
  traceFlags: 0,
});

/** Runs `fn` in a span. Returns and throws what `fn` returns and throws. */
export function withSpan<Result>(name: string, fn: (span: Span) => Result): Result;
export function withSpan<Result>(
  name: string,
  options: SpanOptions,
  fn: (span: Span) => Result,
): Result;
export function withSpan<Result>(
  name: string,
  second: SpanOptions | ((span: Span) => Result),
  third?: (span: Span) => Result,
): Result {
  const [options, fn] =
    typeof second === 'function' ? [{}, second] : [second, third as (span: Span) => Result];
  const open = openSpan(spanPlan({ ...options, name }));
  if (open === undefined) return fn(NO_SPAN);
  let result: unknown;
  try {
    result = callIn(open.context, fn as AnyFunction, undefined, [open.span]);
  } catch (error) {
    open.fail(error);
    throw error;
  }
  return settleResult(result, open, { isFresh: types.isAsyncFunction(fn) }) as Result;
}
