/** What TypeScript makes of traced functions. The type check is the test; nothing here depends on a provider. */
import type { Span } from '@opentelemetry/api';
import { describe, expectTypeOf, test } from 'vitest';
import { startSpan, type TraceDecorator, trace, withSpan } from '../../../src/tracing/index.ts';

function overloaded(value: string): string;
function overloaded(value: number, base: number): number;
function overloaded(value: string | number, _base?: number): string | number {
  return value;
}

describe('a traced function has the type of the function', () => {
  test('its parameters and result', () => {
    const traced = trace((a: number, b: string) => [a, b] as const);
    expectTypeOf(traced).parameters.toEqualTypeOf<[a: number, b: string]>();
    expectTypeOf(traced).returns.toEqualTypeOf<readonly [number, string]>();
    expectTypeOf(trace('name', () => 1)).toEqualTypeOf<() => number>();
    expectTypeOf(trace({ kind: 'AsyncTask' }, async () => 1)).returns.toEqualTypeOf<
      Promise<number>
    >();
  });

  test('overloads', () => {
    const traced = trace(overloaded);
    expectTypeOf(traced).toEqualTypeOf(overloaded);
    expectTypeOf(traced('a')).toEqualTypeOf<string>();
    expectTypeOf(traced(1, 2)).toEqualTypeOf<number>();
    // @ts-expect-error no overload has one number
    traced(1);
  });

  test('generics', () => {
    const first = trace(<T>(items: readonly T[]): T | undefined => items[0]);
    expectTypeOf(first([1])).toEqualTypeOf<number | undefined>();
    expectTypeOf(first(['a'])).toEqualTypeOf<string | undefined>();
  });

  test('this', () => {
    const scaled = trace(function (this: { factor: number }, n: number) {
      return this.factor * n;
    });
    expectTypeOf(scaled).thisParameter.toEqualTypeOf<{ factor: number }>();
    // @ts-expect-error it has no factor
    scaled.call({}, 1);
  });

  test('generators, both kinds', () => {
    const sync = trace(function* (): Generator<number, string, boolean> {
      return (yield 1) ? 'yes' : 'no';
    });
    expectTypeOf(sync).returns.toEqualTypeOf<Generator<number, string, boolean>>();
    const async = trace('named', async function* (): AsyncGenerator<number, void, unknown> {
      yield 1;
    });
    expectTypeOf(async).returns.toEqualTypeOf<AsyncGenerator<number, void, unknown>>();
  });

  test('a class', () => {
    const Traced = trace(Map<string, number>);
    expectTypeOf(Traced).toEqualTypeOf<typeof Map<string, number>>();
  });

  test('its own properties, and what guards or asserts', () => {
    const counted = trace(Object.assign(() => 1, { calls: 0 }));
    expectTypeOf(counted.calls).toEqualTypeOf<number>();
    const isText = trace((value: unknown): value is string => typeof value === 'string');
    expectTypeOf(isText).guards.toEqualTypeOf<string>();
  });
});

test('withSpan has the result of its function, and gives it a span', () => {
  expectTypeOf(withSpan('a', () => 1)).toEqualTypeOf<number>();
  expectTypeOf(withSpan('a', {}, async () => 'x')).toEqualTypeOf<Promise<string>>();
  withSpan('a', (span) => expectTypeOf(span).toEqualTypeOf<Span>());
  // @ts-expect-error there is no such kind
  withSpan('a', { kind: 'Query' }, () => 1);
});

test('startSpan can be used, and run has the result of its function', () => {
  using span = startSpan('a');
  expectTypeOf(span).toExtend<Disposable & AsyncDisposable>();
  expectTypeOf(span.run(async () => 1)).toEqualTypeOf<Promise<number>>();
});

test('options alone make a decorator, and what is no function is refused', () => {
  expectTypeOf(trace({ name: 'a' })).toEqualTypeOf<TraceDecorator>();
  expectTypeOf(trace()).toEqualTypeOf<TraceDecorator>();
  // @ts-expect-error a number is neither
  const refused = () => trace(1);
  // @ts-expect-error there is no such option
  expectTypeOf(trace({ capture: true })).toEqualTypeOf<TraceDecorator>();
  expectTypeOf(refused).toBeFunction();
});
