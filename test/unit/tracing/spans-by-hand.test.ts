/** withSpan, startSpan and checkpoint: spans and events that a program asks for by name. */
import { trace as otel, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { checkpoint, startSpan, trace, withSpan } from '../../../src/tracing/index.ts';
import { recordSpans } from './recorded-spans.ts';

const spans = recordSpans();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const activeId = () => otel.getActiveSpan()?.spanContext().spanId;

describe('withSpan', () => {
  test('runs a function in a span and returns what it returns', () => {
    const result = withSpan('work', { kind: 'ExternalCall', attributes: { n: 1 } }, (span) => {
      expect(activeId()).toBe(span.spanContext().spanId);
      span.setAttribute('m', 2);
      return { done: true };
    });
    expect(result).toEqual({ done: true });
    expect(spans.only('work').attributes).toEqual({ 'synton.kind': 'ExternalCall', n: 1, m: 2 });
  });

  test('ends with the promise, and fails with what is thrown or rejected', async () => {
    const error = new Error('no');
    const promise = withSpan('waits', async () => {
      await turn();
      return activeId();
    });
    expect(spans.ended()).toEqual([]);
    const id = await promise;
    expect(spans.only('waits').spanContext().spanId).toBe(id);
    expect(() =>
      withSpan('throws', () => {
        throw error;
      }),
    ).toThrow(error);
    await expect(withSpan('rejects', () => Promise.reject(error))).rejects.toBe(error);
    expect(spans.only('throws').status.code).toBe(SpanStatusCode.ERROR);
    expect(spans.only('rejects').status.code).toBe(SpanStatusCode.ERROR);
  });

  test('keeps the result where it is asked to', () => {
    withSpan('kept', { captureReturn: true }, () => [1, { token: 'x' }]);
    expect(spans.only('kept').attributes['synton.return']).toBe('[1,{"token":"[redacted]"}]');
  });
});

describe('checkpoint', () => {
  test('is an event of the active span, called by its name', () => {
    trace('outer', () => checkpoint('half way', { left: 3, 'synton.checkpoint.name': 'x' }))();
    const [event] = spans.only('outer').events;
    expect(event).toMatchObject({
      name: 'synton.checkpoint',
      attributes: { 'synton.checkpoint.name': 'half way', left: 3 },
    });
  });

  test('without an active span, or in one that has ended, does nothing', async () => {
    checkpoint('nowhere');
    trace('over', () => void setImmediate(() => checkpoint('late')))();
    await turn();
    await turn();
    expect(spans.only('over').events).toEqual([]);
  });
});

describe('startSpan', () => {
  test('ends with the block that uses it', () => {
    {
      using span = startSpan('block', { attributes: { a: 1 } });
      span.setAttribute('b', 2);
      span.checkpoint('within', { c: 3 });
      expect(spans.ended()).toEqual([]);
    }
    const { attributes, events } = spans.only('block');
    expect(attributes).toEqual({ a: 1, b: 2 });
    expect(events[0]!.attributes).toEqual({ 'synton.checkpoint.name': 'within', c: 3 });
  });

  test('ends with an async block too', async () => {
    {
      await using _span = startSpan('async block');
      await turn();
    }
    expect(spans.only('async block').ended).toBe(true);
  });

  test('is active in what it runs, and nowhere else', async () => {
    using span = startSpan('parent');
    expect(activeId()).toBeUndefined();
    const child = trace('child', async () => {
      await turn();
      return activeId();
    });
    await span.run(child);
    expect(activeId()).toBeUndefined();
    child();
    await turn();
    span.end();
    const childSpans = spans.ended().filter(({ name }) => name === 'child');
    expect(childSpans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      span.span?.spanContext().spanId,
      undefined,
    ]);
  });

  test('leaves the context of its caller alone, before and after an await', async () => {
    const caller = trace('caller', async () => {
      const before = activeId();
      await (async () => {
        using _span = startSpan('inside');
        await turn();
      })();
      return activeId() === before;
    });
    expect(await caller()).toBe(true);
    expect(spans.parents()).toEqual({ inside: 'caller', caller: undefined });
  });

  test('is failed with an error, and still ends once', () => {
    const error = new Error('half done');
    const span = startSpan('failing');
    span.fail(error);
    span.end();
    span.end();
    span.fail(new Error('too late'));
    span.setAttribute('too', 'late');
    span.checkpoint('too late');
    const { status, events, attributes } = spans.only('failing');
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'half done' });
    expect([events.length, attributes]).toEqual([1, {}]);
    expect(span.run(() => 'still runs')).toBe('still runs');
  });

  test('gives and throws what run gives and throws', () => {
    using span = startSpan('runs');
    expect(() =>
      span.run(() => {
        throw new RangeError('mine');
      }),
    ).toThrow('mine');
    span.end();
    expect(spans.only('runs').status.code).toBe(SpanStatusCode.UNSET);
  });
});
