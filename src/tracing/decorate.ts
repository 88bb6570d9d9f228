/**
 * `@trace` on a member of a class, by either kind of decorators. What cannot be traced, a getter or a whole
 * class, is refused when the class is defined.
 */
import {
  classOfInstance,
  classOfMethod,
  classOfPrototype,
  methodName,
  nameOf,
} from './method-name.ts';
import type { AnyFunction } from './open-span.ts';
import { ATTRIBUTE, type SpanPlan, spanPlan, type TraceOptions } from './trace-options.ts';
import { wrapFunction } from './wrap-function.ts';

/** The part of a standard decorator's context that is read. */
export interface MemberContext {
  readonly kind: string;
  readonly name: string | symbol;
  readonly static: boolean;
  readonly private: boolean;
}

export function isMemberContext(value: unknown): value is MemberContext {
  return typeof value === 'object' && value !== null && 'kind' in value && 'name' in value;
}

/** @throws TypeError where the member is neither a method nor a field with a function */
export function decorateMember(
  options: TraceOptions,
  value: unknown,
  member: MemberContext,
): unknown {
  if (member.kind === 'method') return traceMember(options, value as AnyFunction, member);
  if (member.kind === 'field') {
    return (initial: unknown): unknown => {
      if (typeof initial === 'function')
        return traceMember(options, initial as AnyFunction, member);
      throw new TypeError(`@trace: the field ${String(member.name)} does not hold a function`);
    };
  }
  throw new TypeError(
    `@trace: ${String(member.name)} is a ${member.kind}; methods and fields with a function can be traced`,
  );
}

/** @throws TypeError where there is no method */
export function decorateLegacy(
  options: TraceOptions,
  target: object,
  key: string | symbol,
  descriptor: PropertyDescriptor | undefined,
): PropertyDescriptor {
  const fn: unknown = descriptor?.value;
  if (descriptor === undefined || typeof fn !== 'function') {
    throw new TypeError(`@trace: ${String(key)} is not a method; wrap its value with trace(…)`);
  }
  const isStatic = typeof target === 'function';
  const className = isStatic ? nameOf(target) : classOfPrototype(target);
  const plan = spanPlan(options, methodName(className, key, isStatic));
  return { ...descriptor, value: wrapFunction(fn as AnyFunction, plan) };
}

function traceMember(options: TraceOptions, fn: AnyFunction, member: MemberContext): AnyFunction {
  const { name, static: isStatic } = member;
  const plan = spanPlan(options, methodName(undefined, name, isStatic));
  return wrapFunction(fn, plan, (self, wrapper) => {
    const className =
      member.private || member.kind === 'field'
        ? classOfInstance(self, isStatic)
        : classOfMethod(self, name, wrapper, isStatic);
    if (className !== undefined) locate(plan, options, methodName(className, name, isStatic));
  });
}

function locate(plan: SpanPlan, options: TraceOptions, functionName: string): void {
  if (!options.name) plan.name = functionName;
  plan.attributes = {
    ...plan.attributes,
    [ATTRIBUTE.functionName]: functionName,
    ...options.attributes,
  };
}
