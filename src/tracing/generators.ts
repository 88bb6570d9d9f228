/**
 * Binds a generator to a span: every next, throw and return runs with the span active, and the span ends
 * when the generator is done, throws, or is left by its consumer. The generator stays the same object; it
 * gets three methods of its own. One that is dropped half-way leaves its span Running.
 */
import { types } from 'node:util';
import { type OpenSpan, runIn } from './open-span.ts';
import { watchPromise } from './promise-watch.ts';
import { ATTRIBUTE } from './trace-options.ts';

type Step = (this: unknown, ...args: unknown[]) => unknown;
type StepName = 'next' | 'throw' | 'return';

export function isGenerator(value: object): value is Generator | AsyncGenerator {
  return types.isGeneratorObject(value);
}

export function bindGenerator(generator: Generator | AsyncGenerator, open: OpenSpan): void {
  const isAsync = Symbol.asyncIterator in generator;
  if (isAsync) open.set(ATTRIBUTE.async, true);
  const steps = { isRunning: false, isAsync };
  for (const name of ['next', 'throw', 'return'] as const) {
    const native = generator[name] as Step;
    Object.defineProperty(generator, name, {
      configurable: true,
      writable: true,
      value: boundStep(name, native, open, steps),
    });
  }
}

function boundStep(
  name: StepName,
  native: Step,
  open: OpenSpan,
  steps: { isRunning: boolean; readonly isAsync: boolean },
): Step {
  const bound = {
    [name](this: unknown, ...args: unknown[]): unknown {
      // A generator that is asked from within refuses, and is not over.
      if (!open.isOpen || steps.isRunning) return Reflect.apply(native, this, args);
      steps.isRunning = true;
      let result: unknown;
      try {
        result = runIn(open.context, () => Reflect.apply(native, this, args));
      } catch (error) {
        open.fail(error);
        throw error;
      } finally {
        steps.isRunning = false;
      }
      if (steps.isAsync) {
        watchPromise(
          result as Promise<unknown>,
          (step) => finish(step, open),
          (error) => open.fail(error),
        );
      } else finish(result, open);
      return result;
    },
  };
  const step = bound[name] as Step;
  Object.defineProperty(step, 'length', { value: native.length, configurable: true });
  return step;
}

function finish(step: unknown, open: OpenSpan): void {
  const { done, value } = step as IteratorResult<unknown>;
  if (done) open.succeed(value);
}
