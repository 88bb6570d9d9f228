/** The live tail, against a manual clock: what is told, when, and what is not. */
import { expect, onTestFinished, test } from 'vitest';
import { TailClient } from '../../../src/api/tail/tail-client.ts';
import { SpanArrivals } from '../../../src/pipeline/span-arrivals.ts';
import { Counters } from '../../../src/telemetry/counters.ts';
import { eventually } from '../../support/eventually.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { buildRequest, type RequestSpec } from '../../support/otlp-request.ts';
import { EventReader } from '../../support/read-events.ts';
import { ORDER_ID, type RunningApi, runningApi } from './running-api.ts';

const TAIL = '/api/v1/instr/tail';

interface Traces {
  readonly items: readonly { readonly traceId: string; readonly spanCount: number }[];
  readonly more: number;
}

async function openTail(api: RunningApi, query = '', headers: Record<string, string> = {}) {
  const { port } = api.server.endpoint;
  const gone = new AbortController();
  onTestFinished(() => gone.abort());
  const response = await fetch(`http://127.0.0.1:${port}${TAIL}${query}`, {
    headers,
    signal: gone.signal,
  });
  expect(response.status).toBe(200);
  const tail = new EventReader(response);
  await tail.read();
  return { tail, leave: () => gone.abort() };
}

let seed = 100;

async function receive(api: RunningApi, spec: RequestSpec): Promise<void> {
  await api.renderer.receive(buildRequest({ seed: seed++, ...spec }));
}

/** Time passes, and what is told meanwhile gets through. */
async function pass(api: RunningApi, ms: number): Promise<void> {
  await api.clock.advance(ms);
  for (let i = 0; i < 5; i++) await settle();
}

test('tells of traces that have something new, as they are then', async () => {
  const api = await runningApi();
  const { tail } = await openTail(api);
  await receive(api, { service: 'shop', spans: [{ name: 'GET /' }, { name: 'query', parent: 0 }] });
  await pass(api, 100);
  const { items, more } = await tail.next<Traces>('traces');
  expect(items).toMatchObject([{ root: { name: 'GET /', service: 'shop' }, spanCount: 2 }]);
  expect(more).toBe(0);
  const { traceId } = items[0]!;
  await receive(api, { spans: [{ name: 'late', traceId }] });
  await pass(api, 250);
  expect((await tail.next<Traces>('traces')).items).toMatchObject([{ traceId, spanCount: 3 }]);
});

test('tells the attributes that are asked for', async () => {
  const api = await runningApi();
  const { tail } = await openTail(api, '?column=tenant');
  await receive(api, { spans: [{ name: 'GET /', attributes: { tenant: 'acme', other: 'no' } }] });
  await pass(api, 100);
  const { items } = await tail.next<Traces>('traces');
  expect(items).toMatchObject([{ attributes: [{ key: 'tenant', value: 'acme' }] }]);
});

test('tells of those that took as long as is asked for, as a whole', async () => {
  const api = await runningApi();
  const { tail } = await openTail(api, '?min_trace_duration=150ms');
  await receive(api, {
    spans: [
      { name: 'long', durationMs: 100 },
      { name: 'then', parent: 0, atMs: 100, durationMs: 100 },
      { name: 'short', traceId: 'ab'.repeat(16), durationMs: 140 },
    ],
  });
  await pass(api, 100);
  const { items, more } = await tail.next<Traces>('traces');
  expect(items).toMatchObject([{ root: { name: 'long' }, spanCount: 2 }]);
  expect([items.length, more]).toEqual([1, 0]);
});

test('gathers what comes in between: four looks a second at most', async () => {
  const api = await runningApi();
  const { tail } = await openTail(api);
  for (let i = 0; i < 20; i++) {
    await receive(api, { spans: [{ name: `span ${i}` }] });
    await pass(api, 50);
  }
  await pass(api, 500);
  const first = await tail.next<Traces>('traces');
  let told = first.items.length;
  let looks = 1;
  for (; told < 20; looks++) told += (await tail.next<Traces>('traces')).items.length;
  expect(told).toBe(20);
  expect(looks).toBeLessThanOrEqual(6);
});

test('tells only of what was asked for', async () => {
  const api = await runningApi();
  const { tail } = await openTail(api, '?service=shop&status=Failed');
  await receive(api, { service: 'shop', spans: [{ name: 'fine' }] });
  await receive(api, { service: 'mill', spans: [{ name: 'other', status: 'error' }] });
  await receive(api, { service: 'shop', spans: [{ name: 'failed', status: 'error' }] });
  await pass(api, 100);
  const { items } = await tail.next<Traces>('traces');
  expect(items).toMatchObject([{ root: { name: 'failed' } }]);
});

test('leaves out what is too much for one look, and says how much', async () => {
  const api = await runningApi();
  const { tail } = await openTail(api);
  const spans = Array.from({ length: 70 }, (_, i) => ({
    name: 'many',
    traceId: (i + 1).toString(16).padStart(32, '0'),
  }));
  await receive(api, { spans });
  await pass(api, 100);
  const { items, more } = await tail.next<Traces>('traces');
  expect([items.length, more]).toEqual([50, 20]);
  expect(items[0]!.traceId).toBe(spans.at(-1)!.traceId);
});

test('counts what comes each second, and falls silent when nothing does', async () => {
  const api = await runningApi();
  const { tail } = await openTail(api, '?events=rate');
  await pass(api, 1_000);
  expect(await tail.next('rate')).toMatchObject({ spansPerSecond: 0, errorsPerSecond: 0 });
  await pass(api, 60_000);
  await receive(api, { spans: [{}, {}, { status: 'error' }] });
  await pass(api, 1_000);
  const rate = await tail.next<{ dropped: Record<string, number> }>('rate');
  expect(rate).toMatchObject({ spansPerSecond: 3, errorsPerSecond: 1 });
  expect(rate.dropped).toHaveProperty('sampled_out', 0);
  await pass(api, 1_000);
  expect(await tail.next('rate')).toMatchObject({ spansPerSecond: 0, errorsPerSecond: 0 });
  expect(tail.events).toEqual([]);
  expect(tail.comments).toBeGreaterThanOrEqual(3);
});

test('tells that a trace has changed, from the beginning', async () => {
  const api = await runningApi();
  const { tail } = await openTail(api, `?trace_id=${ORDER_ID}`);
  await pass(api, 0);
  const { revision } = await tail.next<{ revision: string }>('changed');
  const outline = await api.ask(`/api/v1/instr/outline/${ORDER_ID}`);
  expect(outline.headers.etag).toBe(`"${revision}"`);
  await receive(api, { spans: [{ name: 'another trace' }] });
  await pass(api, 500);
  await receive(api, { spans: [{ name: 'late', traceId: ORDER_ID }] });
  await pass(api, 500);
  const changed = await tail.next<{ revision: string }>('changed');
  expect(changed.revision).not.toBe(revision);
  expect(tail.events.filter(({ event }) => event !== 'rate')).toEqual([]);
});

test('goes on where a client was, and says where it cannot', async () => {
  const api = await runningApi({ ringSpansMax: 200 });
  const { tail, leave } = await openTail(api);
  const { lastId } = tail;
  expect(lastId).not.toBe('');
  leave();
  await receive(api, { spans: [{ name: 'meanwhile' }] });
  const again = await openTail(api, '', { 'last-event-id': lastId });
  await pass(api, 100);
  const { items } = await again.tail.next<Traces>('traces');
  expect(items).toMatchObject([{ root: { name: 'meanwhile' } }]);
  await receive(api, { spans: Array.from({ length: 230 }, () => ({ name: 'flood' })) });
  const late = await openTail(api, '', { 'last-event-id': lastId });
  await pass(api, 100);
  expect(await late.tail.next('gap')).toEqual({ reason: 'overwritten', spans: 31 });
  const other = await openTail(api, '', { 'last-event-id': 'another.life' });
  expect(await other.tail.next('gap')).toEqual({ reason: 'restarted' });
  const mangled = await openTail(api, '', { 'last-event-id': `${lastId}x` });
  await pass(api, 100);
  expect(await mangled.tail.next('gap')).toEqual({ reason: 'restarted' });
});

test('takes no look for a client that takes no event, and one for all that came meanwhile', async () => {
  const clock = new ManualClock();
  const arrivals = new SpanArrivals();
  const looks: (string | undefined)[] = [];
  const look = async (after: string | undefined) => {
    looks.push(after);
    return { items: [], more: 3, lost: 0, cursor: `${looks.length}`, revision: undefined };
  };
  const stop = new AbortController();
  const parts = { arrivals, clock, counters: new Counters(), look, life: 'a', signal: stop.signal };
  const wishes = { onlyRate: false, isOfTrace: false, lastId: undefined };
  const begin = { items: [], more: 0, lost: 0, cursor: '0', revision: undefined };
  const events = new TailClient(parts, wishes, begin).events();
  expect((await events.next()).value).toBe('retry: 1000\nid: a.0\n\n');
  for (let i = 0; i < 1_000; i++) {
    arrivals.changed();
    await clock.advance(100);
  }
  expect(looks).toEqual([]);
  expect((await events.next()).value).toBe(
    'event: traces\nid: a.1\ndata: {"items":[],"more":3}\n\n',
  );
  expect(looks).toEqual(['0']);
  stop.abort();
  expect((await events.next()).value).toMatch(/^event: rate/);
  expect((await events.next()).done).toBe(true);
});

test('rests four times as long as a look took', async () => {
  const clock = new ManualClock();
  const arrivals = new SpanArrivals();
  const lookedAt: number[] = [];
  const look = async () => {
    lookedAt.push(clock.monotonicMs());
    await new Promise<void>((resolve) => clock.schedule(200, resolve));
    return { items: [], more: 1, lost: 0, cursor: '1', revision: undefined };
  };
  const stop = new AbortController();
  const parts = { arrivals, clock, counters: new Counters(), look, life: 'a', signal: stop.signal };
  const wishes = { onlyRate: false, isOfTrace: false, lastId: undefined };
  const events = new TailClient(parts, wishes, undefined).events();
  const read = (async () => {
    for await (const _ of events);
  })();
  for (let ms = 0; ms < 3_000; ms += 50) {
    arrivals.changed();
    await clock.advance(50);
  }
  expect(lookedAt).toEqual([100, 1_100, 2_100]);
  stop.abort();
  await clock.advance(1_000);
  await read;
});

test('is refused where it cannot be read, or where too many are open', async () => {
  const api = await runningApi();
  const problem = async (query: string) => (await api.ask(`${TAIL}${query}`)).json();
  expect(await problem('?status=Bad')).toMatchObject({ status: 400, parameter: 'status' });
  expect(await problem('?trace_id=7')).toMatchObject({ code: 'InvalidTraceId' });
  expect(await problem('?events=rate&service=a')).toMatchObject({ parameter: 'events' });
  const foreign = await api.ask(TAIL, { headers: { origin: 'https://evil.example' } });
  expect(foreign.status).toBe(403);
  const open = await Promise.all(Array.from({ length: 16 }, () => openTail(api, '?events=rate')));
  expect(await problem('')).toMatchObject({ status: 503, code: 'Unavailable' });
  open[0]!.leave();
  const isFree = async () => (await api.ask(TAIL, { method: 'HEAD' })).status === 200;
  await eventually(isFree, 'a place that was left');
});

test('a client that only wants the headers leaves nothing behind', async () => {
  const api = await runningApi();
  for (let i = 0; i < 20; i++) {
    const answer = await api.ask(TAIL, { method: 'HEAD' });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
  }
});

test('ends at once when the service stops', async () => {
  const api = await runningApi();
  const { tail } = await openTail(api);
  const stopped = api.server.shutdown(AbortSignal.timeout(10_000));
  while (await tail.read());
  await stopped;
});
