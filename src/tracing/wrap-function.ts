/**
 * Makes the function that is called instead of another: it looks like it in all that a program can ask,
 * `name`, `length`, `prototype`, own properties, `toString` and the metadata of reflect-metadata, and can be
 * called with `new` where the other can.
 *
 * Own properties are those of the moment of wrapping. It is no async or generator function of the engine's.
 */
import { types } from 'node:util';
import { type AnyFunction, callIn, openSpan } from './open-span.ts';
import { settleResult } from './settle-result.ts';
import type { SpanPlan } from './trace-options.ts';

/** What the package reflect-metadata adds to the global, where a program has it. */
interface ReflectMetadata {
  readonly getOwnMetadataKeys?: (target: object) => readonly unknown[];
  readonly getOwnMetadata?: (key: unknown, target: object) => unknown;
  readonly defineMetadata?: (key: unknown, value: unknown, target: object) => void;
}

/** `locate` is called once, with the `this` and the wrapper of the first call, before its span starts. */
export function wrapFunction<Fn>(
  fn: Fn & AnyFunction,
  plan: SpanPlan,
  locate?: (self: unknown, wrapper: object) => void,
): Fn {
  const isFresh = types.isAsyncFunction(fn);
  let isLocated = locate === undefined;
  // All in one function: each of its own would be one more frame in the stack of every error.
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    if (!isLocated) {
      isLocated = true;
      locate?.(this, wrapper);
    }
    const made: AnyFunction | undefined = new.target;
    const newTarget = made === wrapper ? fn : made;
    const open = openSpan(plan, args);
    if (open === undefined) {
      return newTarget === undefined
        ? Reflect.apply(fn, this, args)
        : Reflect.construct(fn, args, newTarget);
    }
    let result: unknown;
    try {
      result = callIn(open.context, fn, this, args, newTarget);
    } catch (error) {
      open.fail(error);
      throw error;
    }
    if (newTarget === undefined) return settleResult(result, open, { isFresh, self: this });
    // What is made with `new` is made: only what a call returns goes on.
    open.succeed(result);
    return result;
  };
  imitate(wrapper, fn);
  return wrapper as Fn;
}

function imitate(wrapper: AnyFunction, fn: AnyFunction): void {
  Reflect.setPrototypeOf(wrapper, Reflect.getPrototypeOf(fn));
  if (!Object.hasOwn(fn, 'prototype')) wrapper.prototype = undefined;
  for (const key of Reflect.ownKeys(fn)) {
    // Of functions in sloppy mode: they belong to the call, not to the function.
    if (key === 'arguments' || key === 'caller') continue;
    const descriptor = Object.getOwnPropertyDescriptor(fn, key)!;
    Reflect.defineProperty(
      wrapper,
      key,
      key === 'prototype' ? { value: fn.prototype } : descriptor,
    );
  }
  if (!Object.hasOwn(fn, 'toString')) {
    const value = (): string => fn.toString();
    Reflect.defineProperty(wrapper, 'toString', { configurable: true, writable: true, value });
  }
  copyMetadata(wrapper, fn);
}

function copyMetadata(wrapper: object, fn: object): void {
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } = Reflect as ReflectMetadata;
  if (!getOwnMetadataKeys || !getOwnMetadata || !defineMetadata) return;
  for (const key of getOwnMetadataKeys(fn)) defineMetadata(key, getOwnMetadata(key, fn), wrapper);
}
