import type { Span } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/model/clock.ts';
import { parseTraceId } from '../../../src/model/ids.ts';
import { RunningSpans } from '../../../src/sdk/running-spans.ts';
import { SpanFrames } from '../../../src/sdk/span-frames.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createTraceReader } from '../../../src/store/reading/create-trace-reader.ts';
import { Counters } from '../../../src/telemetry/counters.ts';
import { allViews } from '../../../src/views/all-views.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { below, HookRecorder, providerWith } from './sdk-spans.ts';

const ANY_TIME = new AbortController().signal;
const ALL = { before: Number.MAX_SAFE_INTEGER, limit: 1_000 };

/** Spans that run, with the hooks wired as the processor wires them. */
function scene(spansMax = 10_000) {
  const running = new RunningSpans(spansMax, new SpanFrames());
  const hooks = new HookRecorder();
  const provider = providerWith({
    ...hooks,
    onStart: (span) => running.start(span),
    onEnd: (span) => running.end(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  });
  return { running, tracer: provider.getTracer('t') };
}

function viewsOver(running: RunningSpans) {
  const store = new MemoryStore({ counters: new Counters() });
  const reader = createTraceReader({
    sources: [store, running],
    statistics: store.statistics,
    storage: () => store.storage(),
  });
  return { reader, views: allViews({ clock: systemClock, dropped: () => ({}) }) };
}

test('a view shows a span as Running, with what it holds by now, until it ends', async () => {
  const { running, tracer } = scene();
  const root = tracer.startSpan('root');
  const child = tracer.startSpan('child', {}, below(root as never));
  child.setAttribute('step', 2).addEvent('reached');
  const { reader, views } = viewsOver(running);
  const traceId = parseTraceId(root.spanContext().traceId);
  const shown = await views.lifecycle.render(reader, { traceId }, ANY_TIME);
  expect(shown.trace).toMatchObject({ status: 'Running', spanCount: 2, runningCount: 2 });
  expect(shown.tree.map(({ name, depth, status }) => [name, depth, status])).toEqual([
    ['root', 0, 'Running'],
    ['child', 1, 'Running'],
  ]);
  expect(shown.events.map(({ name }) => name)).toContain('reached');

  child.end();
  expect((await running.trace(traceId)).length).toBe(1);
  // What runs may say something else at any time.
  expect(await running.mark(traceId)).toBeUndefined();
  root.end();
  expect(await running.trace(traceId)).toEqual([]);
  expect(await running.mark(traceId)).toBe('');
});

test('a search finds what runs by service, operation, status and attribute, newest first', async () => {
  const { running, tracer } = scene();
  const first = tracer.startSpan('one', { attributes: { 'user.id': 'ada' } });
  const second = tracer.startSpan('two', { attributes: { 'user.id': 'bob' } });
  const idsOf = async (filter: Parameters<RunningSpans['find']>[0]) =>
    (await running.find(filter, ALL, ANY_TIME)).matches.map(({ traceId }) => traceId);
  const [one, two] = [first.spanContext().traceId, second.spanContext().traceId];
  expect(await idsOf({})).toEqual([two, one]);
  expect(await idsOf({ service: 'shop', status: 'Running' })).toEqual([two, one]);
  expect(await idsOf({ status: 'Completed' })).toEqual([]);
  expect(await idsOf({ operation: 'one' })).toEqual([one]);
  expect(await idsOf({ attributes: [{ key: 'user.id', value: 'bob' }] })).toEqual([two]);
  expect(await running.services()).toEqual(['shop']);
  expect((await running.operations('shop')).map(({ name }) => name)).toEqual(['one', 'two']);
});

test('pages follow each other without a gap', async () => {
  const { running, tracer } = scene();
  const ids = Array.from({ length: 9 }, () => tracer.startSpan('a').spanContext().traceId);
  const seen: string[] = [];
  let before = Number.MAX_SAFE_INTEGER;
  while (before > 0) {
    const found = await running.find({}, { before, limit: 2 }, ANY_TIME);
    seen.push(...found.matches.map(({ traceId }) => traceId));
    before = found.reachedArrival;
  }
  expect(seen).toEqual(ids.reverse());
});

test('however they start and end, what runs is there in order of start', async () => {
  const seeded = new SeededRandom(7);
  const random = () => seeded.below(1_000) / 1_000;
  const { running, tracer } = scene(150);
  const expected: Span[] = [];
  const passedOver: Span[] = [];
  for (let step = 0; step < 3_000; step++) {
    // Few at first, then more than are looked through, then more than the bound.
    const wanted = step % 1_000 < 300 ? 8 : step % 1_000 < 700 ? 90 : 170;
    const open = expected.length + passedOver.length;
    if (random() * 2 * wanted > open) {
      const span = tracer.startSpan('a');
      (expected.length < 150 ? expected : passedOver).push(span);
    } else {
      const from = expected.length === 0 || random() < 0.1 ? passedOver : expected;
      // Mostly a young one.
      const at = Math.floor(random() ** 0.2 * from.length);
      from.splice(at, 1)[0]?.end();
    }
    if (step % 50 === 0) {
      const { matches } = await running.find({}, ALL, ANY_TIME);
      expect(matches.map(({ traceId }) => traceId).reverse()).toEqual(
        expected.map((span) => span.spanContext().traceId),
      );
    }
    expect(running.count).toBe(expected.length);
  }
  running.clear();
  expect((await running.find({}, ALL, ANY_TIME)).matches).toEqual([]);
});

test('beyond its bound spans are not shown', async () => {
  const { running, tracer } = scene(3);
  const spans = Array.from({ length: 5 }, () => tracer.startSpan('a'));
  expect(running.count).toBe(3);
  for (const span of spans) span.end();
  expect(running.count).toBe(0);
});
