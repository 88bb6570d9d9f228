/** A promise that a traced function returned is left as it is, and its span tells how it was settled. */
import { runInNewContext } from 'node:vm';
import { trace as otel, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { trace, withSpan } from '../../../src/tracing/index.ts';
import { recordSpans } from './recorded-spans.ts';

const spans = recordSpans();
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a promise', () => {
  test('is the very same object', async () => {
    const promise = Promise.resolve(1);
    const traced = trace('same', () => promise);
    expect(traced()).toBe(promise);
    expect(traced()).toBe(promise);
    await promise;
    expect(traced()).toBe(promise);
    expect(withSpan('same', () => promise)).toBe(promise);
  });

  test('looks like any other, before it is taken and after', async () => {
    const promise = trace(() => Promise.resolve(1))();
    expect(promise).toBeInstanceOf(Promise);
    expect(Object.prototype.toString.call(promise)).toBe('[object Promise]');
    expect(Reflect.ownKeys(promise)).toEqual([]);
    expect(promise.constructor).toBe(Promise);
    expect(Object.getPrototypeOf(promise)).toBe(Promise.prototype);
    expect(await promise).toBe(1);
  });

  test('ends its span when it is fulfilled, and says that it was one', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const waits = trace('waits', () => promise);
    const answer = waits();
    await turn();
    expect(spans.ended()).toEqual([]);
    resolve('here');
    expect(await answer).toBe('here');
    const span = spans.only('waits');
    expect(span.attributes['synton.async']).toBe(true);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  test('ends its span though nobody takes it', async () => {
    void trace(async function floats() {})();
    await turn();
    expect(spans.only('floats').ended).toBe(true);
  });

  test('fails its span when it is rejected, and rejects with the very reason', async () => {
    const reason = Object.freeze(new Error('refused'));
    const refuses = trace(async function refuses() {
      await turn();
      throw reason;
    });
    await expect(refuses()).rejects.toBe(reason);
    const { status, events } = spans.only('refuses');
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'refused' });
    expect(events[0]!.attributes).toMatchObject({ 'exception.message': 'refused' });
  });

  test('lets a stack trace go on through an async function', async () => {
    const throws = trace(async () => {
      await turn();
      throw new Error('deep');
    });
    async function caller() {
      await throws();
    }
    const error: Error = await trace(async () => caller())().catch((reason) => reason);
    expect(error.stack).toMatch(/at (?:async )?caller/);
  });

  test('adds no more than seven frames to the stack of what is thrown', () => {
    let frames: readonly string[] = [];
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 50;
    trace(function innermost() {
      frames = new Error('here').stack!.split('\n').slice(1);
    })();
    Error.stackTraceLimit = stackTraceLimit;
    const ours = frames.filter((line) =>
      /tracing.(?!.*test\.ts)|opentelemetry|async_local|async_hooks/.test(line),
    );
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.length).toBeLessThanOrEqual(7);
  });

  test('keeps the context across each await', async () => {
    const ids: (string | undefined)[] = [];
    const note = () => ids.push(otel.getActiveSpan()?.spanContext().spanId);
    const inner = trace(async function inner() {
      await turn();
    });
    await trace(async function outer() {
      note();
      await turn();
      note();
      await inner();
      note();
    })();
    note();
    const id = spans.only('outer').spanContext().spanId;
    expect(ids).toEqual([id, id, id, undefined]);
    expect(spans.parents()['inner']).toBe('outer');
  });

  test('of concurrent calls: each has its own span', async () => {
    const job = trace(async (name: string, ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      otel.getActiveSpan()?.setAttribute('job', name);
      return name;
    });
    expect(await Promise.all([job('slow', 15), job('quick', 1), job('middle', 8)])).toEqual([
      'slow',
      'quick',
      'middle',
    ]);
    expect(spans.ended().map(({ attributes }) => attributes['job'])).toEqual([
      'quick',
      'middle',
      'slow',
    ]);
  });

  test('frozen, is still followed', async () => {
    const promise = Object.freeze(Promise.resolve(1));
    expect(trace('frozen', () => promise)()).toBe(promise);
    await turn();
    expect(spans.only('frozen').ended).toBe(true);
  });

  test('of a subclass is followed without making another of it', async () => {
    let made = 0;
    class Counted<T> extends Promise<T> {
      constructor(executor: ConstructorParameters<typeof Promise<T>>[0]) {
        super(executor);
        made++;
      }
    }
    const promise = new Counted<number>((resolve) => resolve(7));
    expect(trace('counted', () => promise)()).toBe(promise);
    await turn();
    expect(made).toBe(1);
    expect(spans.only('counted').attributes['synton.async']).toBe(true);
    expect(promise.then((n) => n + 1)).toBeInstanceOf(Counted);
    expect(promise.constructor).toBe(Counted);
  });
});

describe('a foreign thenable', () => {
  test('is returned as it is, and its then is called no more often', async () => {
    let asked = 0;
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is the subject
      then(resolve: (value: string) => void) {
        asked++;
        resolve('rows');
      },
    };
    const query = trace('query', () => thenable);
    const result = query();
    expect(result).toBe(thenable);
    await turn();
    expect(asked).toBe(0);
    expect(await result).toBe('rows');
    expect(asked).toBe(1);
    const span = spans.only('query');
    expect(span.attributes['synton.async']).toBeUndefined();
  });

  test('of which reading then does something is not even looked at', () => {
    const lazy = {};
    Object.defineProperty(lazy, 'then', {
      get: () => {
        throw new Error('started');
      },
    });
    expect(trace('lazy', () => lazy)()).toBe(lazy);
    expect(spans.only('lazy').status.code).toBe(SpanStatusCode.UNSET);
  });

  test('that is a promise with a then of its own is not asked either', async () => {
    let started = 0;
    class Lazy extends Promise<number> {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is the subject
      override then: Promise<number>['then'] = (...handlers) => {
        started++;
        return super.then(...handlers);
      };
    }
    const lazy = Lazy.resolve(1);
    started = 0;
    expect(trace('lazy', () => lazy)()).toBe(lazy);
    await turn();
    expect([started, spans.only('lazy').ended]).toEqual([0, true]);
  });

  test('from another realm is left alone', async () => {
    const promise: Promise<number> = runInNewContext('Promise.resolve(3)');
    expect(trace('realm', () => promise)()).toBe(promise);
    expect(spans.only('realm').ended).toBe(true);
    expect(await promise).toBe(3);
  });
});

test('an object that is a proxy runs no trap', () => {
  const ran: unknown[] = [];
  const traps = new Proxy({}, { get: (_target, trap) => void ran.push(trap) });
  const proxy = new Proxy({}, traps);
  expect(trace('proxy', () => proxy)() === proxy).toBe(true);
  expect(ran).toEqual([]);
  expect(spans.only('proxy').status.code).toBe(SpanStatusCode.UNSET);
});
