/** What a page asks for, of a whole service: the shape of a trace, what arrives, numbers over time, who calls whom. */
import { expect, test } from 'vitest';
import type { ServiceMap } from '../../src/model/service-map.ts';
import { logsRequest, startRecord, TRACE_ID } from '../support/log-requests.ts';
import { buildRequest, fillRequest } from '../support/otlp-request.ts';
import { EventReader } from '../support/read-events.ts';
import { readOutline } from '../support/read-outline.ts';
import { runningService } from '../support/running-service.ts';
import { ORDER } from '../support/trace-examples.ts';

const LOGS = { 'content-type': 'application/x-protobuf' };
const ORDER_ID = fillRequest(ORDER).spans[0]!.traceId;

const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());

test('an outline, told to be the same until something of its trace arrives', async () => {
  const service = await runningService();
  await service.send(buildRequest(ORDER));
  const first = await service.ask(`/outline/${ORDER_ID}`);
  expect(first.headers.get('content-type')).toBe('application/vnd.synton.outline');
  const { header, column } = readOutline(await bytesOf(first));
  expect(header.rowCount).toBe(33);
  expect(column('start')).toHaveLength(33);
  const etag = first.headers.get('etag')!;
  expect(etag).toBe(`"${header.revision}"`);
  const again = () =>
    service.ask(`/outline/${ORDER_ID}`, { headers: { 'if-none-match': `"x", ${etag}` } });
  expect((await again()).status).toBe(304);
  await service.send(buildRequest({ spans: [{ name: 'late', traceId: ORDER_ID }], seed: 5 }));
  const changed = await again();
  expect(changed.status).toBe(200);
  expect(readOutline(await bytesOf(changed)).header.rowCount).toBe(34);
});

test('a tail, of what arrives and of what has only started, that ends with the service', async () => {
  const service = await runningService();
  const tail = new EventReader(await service.ask('/tail'));
  await tail.read();
  await service.send(buildRequest({ ...ORDER, seed: 7 }));
  const traces = await tail.next<{ items: object[]; more: number }>('traces');
  expect(traces.more).toBe(0);
  expect(traces.items).toMatchObject([
    { root: { name: 'POST /orders' }, spanCount: 33, inMemoryOnly: false },
  ]);
  expect(await tail.next('rate')).toMatchObject({ dropped: { duplicate: 0 } });
  const body = logsRequest([startRecord('b9c7c989f97918e1', 'hangs')]);
  const told = { method: 'POST', headers: LOGS, body: body as Uint8Array<ArrayBuffer> };
  expect((await fetch(`${service.otlp}/v1/logs`, told)).status).toBe(200);
  const started = await tail.next<{ items: object[] }>('traces');
  expect(started.items).toMatchObject([{ traceId: TRACE_ID, runningCount: 1, status: 'Running' }]);
  const ofTrace = new EventReader(await service.ask(`/tail?trace_id=${TRACE_ID}`));
  const { revision } = await ofTrace.next<{ revision: string }>('changed');
  const ended = { name: 'hangs', traceId: TRACE_ID, spanId: 'b9c7c989f97918e1' };
  await service.send(buildRequest({ spans: [ended], seed: 8 }));
  const changed = await ofTrace.next<{ revision: string }>('changed');
  expect(changed.revision).not.toBe(revision);
  const outline = await service.ask(`/outline/${TRACE_ID}`);
  expect(outline.headers.get('etag')).toBe(`"${changed.revision}"`);
  const end = await tail.next<{ items: object[] }>('traces');
  expect(end.items).toMatchObject([{ traceId: TRACE_ID, runningCount: 0, status: 'Completed' }]);
  const before = performance.now();
  service.process.child.kill('SIGTERM');
  while (await tail.read());
  while (await ofTrace.read());
  expect((await service.process.finished).code).toBe(0);
  expect(performance.now() - before).toBeLessThan(5_000);
});

test('who calls whom, of what was received', async () => {
  const service = await runningService();
  const startUnixNano = BigInt(Date.now() - 10_000) * 1_000_000n;
  await service.send(buildRequest({ ...ORDER, startUnixNano }));
  const map = await service.json<ServiceMap>('/services/map?last=3h');
  const calls = map.edges.map(({ from, to, calls, errors }) => [from, to, calls, errors]);
  expect(calls).toEqual([
    ['shop', 'postgresql', 24, 0],
    ['payment', 'psp.example', 1, 1],
    ['shop', 'payment', 1, 1],
    ['shop', 'warehouse', 1, 0],
  ]);
  const spans = new Map(map.nodes.map((node) => [node.service, node.spans]));
  expect(spans.get('shop')).toBe(30);
  expect(spans.get('payment')).toBe(2);
  expect(map.examined).toMatchObject({ traces: 1, spans: 33, complete: true });
});

test('numbers over time and over durations, counted and searched for', async () => {
  const service = await runningService();
  const startUnixNano = BigInt(Date.now() - 10_000) * 1_000_000n;
  await service.send(buildRequest({ ...ORDER, startUnixNano }));
  type Told = { source: string; points: { count: number; errors: number }[] };
  const sum = ({ points }: Told) => points.reduce((total, { count }) => total + count, 0);
  const counted = await service.json<Told>('/traces/histogram?last=10m&service=shop');
  expect([counted.source, sum(counted)]).toEqual(['statistics', 30]);
  const attribute = 'attribute=http.response.status_code=503';
  const found = await service.json<Told>(`/traces/histogram?last=10m&${attribute}`);
  expect([found.source, sum(found)]).toEqual(['search', 1]);
  const durations = await service.json<{ count: number; buckets: object[] }>(
    '/stats/durations?operation=SELECT%20stock',
  );
  expect(durations.count).toBe(24);
  expect(durations.buckets.length).toBeLessThan(10);
});
