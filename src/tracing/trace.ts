/**
 * `trace`: one function for all the ways to have a function traced. Its callers are told apart by what they
 * pass: a function, perhaps with options or a name before it; a class member as either kind of decorators
 * passes it; or options alone, for a decorator with options.
 */
import { decorateLegacy, decorateMember, isMemberContext } from './decorate.ts';
import type { TraceDecorator, TracedFunction } from './decorator-types.ts';
import type { AnyFunction } from './open-span.ts';
import { spanPlan, type TraceOptions } from './trace-options.ts';
import { wrapFunction } from './wrap-function.ts';

/** Gives a function that does the same in a span of its own. */
export function trace<Fn extends TracedFunction>(fn: Fn): Fn;
export function trace<Fn extends TracedFunction>(options: TraceOptions | string, fn: Fn): Fn;
/** What `new` makes is made within a span; a class keeps its static members, but for private ones. */
export function trace<Made extends abstract new (...args: never[]) => unknown>(made: Made): Made;
export function trace<Made extends abstract new (...args: never[]) => unknown>(
  options: TraceOptions | string,
  made: Made,
): Made;
/** As `@trace` on a method. */
export function trace<This, Fn extends TracedFunction<This>>(
  method: Fn,
  context: ClassMethodDecoratorContext<This>,
): Fn;
/** As `@trace` on a field that holds a function. */
export function trace<This, Fn extends TracedFunction<This>>(
  method: undefined,
  context: ClassFieldDecoratorContext<This, Fn>,
): (initial: Fn) => Fn;
/** As `@trace` on a method, with `experimentalDecorators`. */
export function trace<Fn extends TracedFunction>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Fn>,
): TypedPropertyDescriptor<Fn>;
/** For `@trace({ … })` and `@trace('name')`. */
export function trace(options?: TraceOptions | string): TraceDecorator;
export function trace(...given: readonly unknown[]): unknown {
  const [first, second] = given;
  if (isDecorating(given)) return decorate({}, given);
  if (typeof second === 'function') return traceFunction(optionsOf(first), second as AnyFunction);
  if (typeof first === 'function') return traceFunction({}, first as AnyFunction);
  const options = optionsOf(first);
  return (...member: readonly unknown[]): unknown => decorate(options, member);
}

function traceFunction(options: TraceOptions, fn: AnyFunction): AnyFunction {
  return wrapFunction(fn, spanPlan(options, ownName(fn)));
}

function isDecorating([first, second, third]: readonly unknown[]): boolean {
  if (isMemberContext(second)) return true;
  const isKey = typeof second === 'string' || typeof second === 'symbol';
  const isTarget = typeof first === 'function' || (typeof first === 'object' && first !== null);
  return isKey && isTarget && typeof third !== 'function';
}

function decorate(options: TraceOptions, member: readonly unknown[]): unknown {
  const [value, context, descriptor] = member;
  if (isMemberContext(context)) return decorateMember(options, value, context);
  return decorateLegacy(
    options,
    value as object,
    context as string | symbol,
    descriptor as PropertyDescriptor | undefined,
  );
}

/** @throws TypeError where it is neither a name nor options */
function optionsOf(given: unknown): TraceOptions {
  if (given === undefined) return {};
  if (typeof given === 'string') return { name: given };
  if (typeof given === 'object' && given !== null) return given;
  throw new TypeError('trace: expected a function, options or a name');
}

/** Read without running a getter, as a class may have a static one. */
function ownName(fn: object): string | undefined {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' ? name : undefined;
}
