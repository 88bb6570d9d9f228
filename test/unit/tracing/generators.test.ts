/** A generator that a traced function returned: its body runs in the span, which lasts as long as it does. */
import { trace as otel, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { trace, withSpan } from '../../../src/tracing/index.ts';
import { recordSpans } from './recorded-spans.ts';

const spans = recordSpans();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const activeId = () => otel.getActiveSpan()?.spanContext().spanId;

describe('a generator', () => {
  const count = trace(function* count(to: number): Generator<string | undefined, string, unknown> {
    try {
      for (let i = 0; i < to; i++) yield activeId();
      return 'all';
    } finally {
      trace('cleans up', () => {})();
    }
  });

  test('runs in its span with every step, and its consumer does not', () => {
    const seen: unknown[] = [];
    const outside: unknown[] = [];
    for (const id of count(3)) {
      seen.push(id);
      outside.push(activeId());
    }
    const id = spans.only('count').spanContext().spanId;
    expect(seen).toEqual([id, id, id]);
    expect(outside).toEqual([undefined, undefined, undefined]);
    expect(spans.parents()['cleans up']).toBe('count');
  });

  test('ends its span when it is done, not before', () => {
    const steps = count(1);
    steps.next();
    expect(spans.ended()).toEqual([]);
    expect(steps.next()).toEqual({ done: true, value: 'all' });
    expect(spans.only('count').status.code).toBe(SpanStatusCode.UNSET);
    expect(steps.next()).toEqual({ done: true, value: undefined });
  });

  test('ends its span when its consumer breaks', () => {
    for (const _ of count(10)) break;
    expect(spans.only('count').ended).toBe(true);
    expect(spans.parents()['cleans up']).toBe('count');
  });

  test('ends its span when it is told to return', () => {
    const steps = count(10);
    steps.next();
    expect(steps.return('early')).toEqual({ done: true, value: 'early' });
    expect(spans.only('count').ended).toBe(true);
  });

  test('fails its span with what it throws, or what is thrown into it', () => {
    const error = new Error('no more');
    const steps = count(10);
    steps.next();
    expect(() => steps.throw(error)).toThrow(error);
    expect(spans.only('count').status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'no more',
    });
  });

  test('goes on where it catches what is thrown into it', () => {
    const steps = trace(function* stubborn(): Generator<string, void, unknown> {
      try {
        yield 'first';
      } catch {
        yield 'still here';
      }
    })();
    steps.next();
    expect(steps.throw(new Error('stop'))).toEqual({ done: false, value: 'still here' });
    expect(spans.ended()).toEqual([]);
    steps.next();
    expect(spans.only('stubborn').status.code).toBe(SpanStatusCode.UNSET);
  });

  test('is sent values, and gives them to whom it delegates', () => {
    const inner = trace(function* inner(): Generator<string, string, string> {
      return `got ${yield 'ready'}`;
    });
    const outer = trace(function* outer(): Generator<string, string, string> {
      return yield* inner();
    });
    const steps = outer();
    expect(steps.next('ignored').value).toBe('ready');
    expect(steps.next('this')).toEqual({ done: true, value: 'got this' });
    expect(spans.parents()).toEqual({ inner: 'outer', outer: undefined });
  });

  test('that asks itself refuses as ever, and is not over', () => {
    let steps: Generator<number, void, unknown>;
    const selfish = trace(function* selfish(): Generator<number, void, unknown> {
      expect(() => steps.next()).toThrow(TypeError);
      yield 1;
    });
    steps = selfish();
    expect(steps.next()).toEqual({ done: false, value: 1 });
    expect(spans.ended()).toEqual([]);
    steps.next();
    expect(spans.only('selfish').status.code).toBe(SpanStatusCode.UNSET);
  });

  test('that a function gives every time keeps some spans, and goes on', () => {
    const steps = (function* () {
      yield 1;
      return 2;
    })();
    const gives = trace('gives', () => steps);
    for (let call = 0; call < 20_000; call++) gives();
    expect(spans.ended().length).toBe(20_000 - 32);
    expect([...gives()]).toEqual([1]);
    expect(spans.ended().length).toBe(20_001);
  });

  test('looks like one of the function', () => {
    const steps = count(2);
    expect(Object.prototype.toString.call(steps)).toBe('[object Generator]');
    expect(steps).toBeInstanceOf(count);
    expect(Object.keys(steps)).toEqual([]);
    expect([steps.next.name, steps.next.length]).toEqual(['next', 1]);
    expect([...steps].length).toBe(2);
    expect([...withSpan('around', () => count(2))].length).toBe(2);
  });
});

describe('an async generator', () => {
  const pages = trace(async function* pages(
    to: number,
  ): AsyncGenerator<string | undefined, string> {
    try {
      for (let i = 0; i < to; i++) {
        await turn();
        yield activeId();
      }
      return 'all';
    } finally {
      await turn();
      trace('closes', () => {})();
    }
  });

  test('runs in its span with every step and after every await', async () => {
    const seen: unknown[] = [];
    for await (const id of pages(3)) {
      seen.push(id);
      expect(activeId()).toBeUndefined();
    }
    const span = spans.only('pages');
    const id = span.spanContext().spanId;
    expect(seen).toEqual([id, id, id]);
    expect(span.attributes['synton.async']).toBe(true);
    expect(spans.parents()['closes']).toBe('pages');
  });

  test('ends its span when its consumer breaks', async () => {
    for await (const _ of pages(10)) break;
    expect(spans.only('pages').ended).toBe(true);
    expect(spans.parents()['closes']).toBe('pages');
  });

  test('ends its span when it is told to return, before it has begun too', async () => {
    expect(await pages(1).return('never mind')).toEqual({ done: true, value: 'never mind' });
    expect(spans.only('pages').ended).toBe(true);
  });

  test('fails its span with what it throws', async () => {
    const error = new Error('page 2 is missing');
    const broken = trace(async function* broken() {
      yield 1;
      throw error;
    });
    const steps = broken();
    await steps.next();
    await expect(steps.next()).rejects.toBe(error);
    expect(spans.only('broken').status.code).toBe(SpanStatusCode.ERROR);
    expect(await steps.next()).toEqual({ done: true, value: undefined });
  });

  test('asked for several steps at once gives them in order', async () => {
    const steps = pages(2);
    const answers = await Promise.all([steps.next(), steps.next(), steps.next()]);
    expect(answers.map(({ done }) => done)).toEqual([false, false, true]);
    expect(answers[2]!.value).toBe('all');
    expect(spans.only('pages').ended).toBe(true);
  });
});
