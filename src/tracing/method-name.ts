/**
 * Names a method as `Class#method`, a static one as `Class.method`. A decorator is not told the class: it
 * is looked for at the first call, up the prototypes of `this`, by the method that was put there. No getter
 * of the program's runs. Bound: PROTOTYPES_MAX steps.
 */
import { types } from 'node:util';

const PROTOTYPES_MAX = 64;

/** @param wrapper what stands on the class in the place of the method */
export function classOfMethod(
  self: unknown,
  key: PropertyKey,
  wrapper: unknown,
  isStatic: boolean,
): string | undefined {
  let at = asObject(self);
  for (let step = 0; at !== undefined && step < PROTOTYPES_MAX; step++) {
    if (Object.getOwnPropertyDescriptor(at, key)?.value === wrapper) {
      return isStatic ? nameOf(at) : classOfPrototype(at);
    }
    at = asObject(Reflect.getPrototypeOf(at));
  }
  return undefined;
}

/** Of a private method or a field nothing stands on the class: the class of `this`, which may be a subclass. */
export function classOfInstance(self: unknown, isStatic: boolean): string | undefined {
  const object = asObject(self);
  if (object === undefined) return undefined;
  if (isStatic) return nameOf(object);
  const prototype = asObject(Reflect.getPrototypeOf(object));
  return prototype && classOfPrototype(prototype);
}

export function classOfPrototype(prototype: object): string | undefined {
  return nameOf(Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value);
}

export function nameOf(made: unknown): string | undefined {
  if (typeof made !== 'function' || types.isProxy(made)) return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(made, 'name')?.value;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

export function methodName(
  className: string | undefined,
  key: PropertyKey,
  isStatic: boolean,
): string {
  const method = String(key);
  return className === undefined ? method : `${className}${isStatic ? '.' : '#'}${method}`;
}

function asObject(value: unknown): object | undefined {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && !types.isProxy(value) ? value : undefined;
}
