/**
 * Binds a generator to a span: every next, throw and return runs with the span active, and the span ends
 * when the generator is done, throws, or is left by its consumer. The generator stays the same object; it
 * gets three methods of its own. One that is dropped half-way leaves its span Running.
 */
import { types } from 'node:util';
import { followPromise } from './follow-promise.ts';
import { type AnyFunction, callIn, type OpenSpan } from './open-span.ts';
import { ATTRIBUTE } from './trace-options.ts';

/** Functions that hand on the same generator, or calls that give it every time; further ones end at once. */
const BINDINGS_MAX = 32;
const bindings = new WeakMap<object, number>();

type Steps = Readonly<Record<'next' | 'throw' | 'return', AnyFunction>>;

interface Progress {
  readonly open: OpenSpan;
  readonly isAsync: boolean;
  isRunning: boolean;
}

export function isGenerator(value: object): value is Generator | AsyncGenerator {
  return types.isGeneratorObject(value);
}

export function bindGenerator(generator: Generator | AsyncGenerator, open: OpenSpan): void {
  const count = bindings.get(generator) ?? 0;
  if (count >= BINDINGS_MAX) {
    open.end();
    return;
  }
  bindings.set(generator, count + 1);
  const isAsync = Symbol.asyncIterator in generator;
  if (isAsync) open.set(ATTRIBUTE.async, true);
  const progress: Progress = { open, isAsync, isRunning: false };
  const { next, throw: fail, return: leave } = generator as unknown as Steps;
  // Methods of a literal have the name and the length of those that they stand for.
  const bound = {
    next(value: unknown): unknown {
      return step(progress, next, this, value);
    },
    throw(value: unknown): unknown {
      return step(progress, fail, this, value);
    },
    return(value: unknown): unknown {
      return step(progress, leave, this, value);
    },
  };
  define(generator, 'next', bound.next);
  define(generator, 'throw', bound.throw);
  define(generator, 'return', bound.return);
}

function define(generator: object, name: string, value: unknown): void {
  Object.defineProperty(generator, name, { configurable: true, writable: true, value });
}

function step(progress: Progress, native: AnyFunction, self: unknown, value: unknown): unknown {
  const { open, isAsync } = progress;
  // A generator that is asked from within refuses, and is not over.
  if (!open.isOpen || progress.isRunning) return Reflect.apply(native, self, [value]);
  progress.isRunning = true;
  let result: unknown;
  try {
    result = callIn(open.context, native, self, [value]);
  } catch (error) {
    open.fail(error);
    throw error;
  } finally {
    progress.isRunning = false;
  }
  if (!isAsync) {
    finish(result, open);
    return result;
  }
  return followPromise(
    result as Promise<unknown>,
    (settled) => finish(settled, open),
    (error) => open.fail(error),
  );
}

function finish(step: unknown, open: OpenSpan): void {
  const { done, value } = step as IteratorResult<unknown>;
  if (done) open.succeed(value);
}
