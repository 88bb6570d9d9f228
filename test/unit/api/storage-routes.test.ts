/** What lies on disk over HTTP: who may have it compacted, and what a second question joins. */
import { expect, test } from 'vitest';
import type { CompactionState } from '../../../src/model/storage-inventory.ts';
import { ExampleStorage, runningApi } from './running-api.ts';

const COMPACT = '/api/v1/storage/compact';
const POST = { method: 'POST' } as const;

test('the report is the inventory, with who says so', async () => {
  const api = await runningApi();
  const answer = (await api.ask('/api/v1/storage')).json();
  expect(answer).toMatchObject({
    pid: process.pid,
    version: '1.2.3',
    bytes: 50_000,
    columns: { spans: 1_000, contents: { spans: 30_000 } },
    compaction: { run: 0, status: 'none' },
  });
  expect(typeof answer['takenUnixNano']).toBe('string');
});

test('a compaction is answered at once, and joined while it runs', async () => {
  const storage = new ExampleStorage();
  const api = await runningApi({ storage });
  const first = await api.ask(COMPACT, POST);
  expect([first.status, first.json()]).toEqual([
    202,
    { run: 1, status: 'running', startedUnixNano: expect.stringMatching(/^\d+$/) },
  ]);
  const second = await api.ask(`${COMPACT}?remove_damaged=true`, POST);
  expect(second.json<CompactionState>().run).toBe(1);
  expect(storage.asked).toEqual([false, true]);
  storage.finish();
  const { compaction } = (await api.ask('/api/v1/storage')).json<{ compaction: CompactionState }>();
  expect(compaction).toMatchObject({ run: 1, status: 'done', report: { partitions: 1 } });
  expect((await api.ask(COMPACT, POST)).json<CompactionState>().run).toBe(2);
});

test.each([
  ['another host', { host: 'evil.example' }],
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a page without an origin', { origin: 'null' }],
  ['a page of another port of this machine', { origin: 'http://localhost:3000' }],
  ['a form of another site, where the browser says so', { 'sec-fetch-site': 'cross-site' }],
  ['a form of another port', { 'sec-fetch-site': 'same-site' }],
])('%s starts none', async (_, headers) => {
  const storage = new ExampleStorage();
  const api = await runningApi({ storage });
  const answer = await api.ask(COMPACT, { ...POST, headers });
  expect([answer.status, answer.json()['code']]).toEqual([403, 'ForbiddenHost']);
  expect(storage.asked).toEqual([]);
});

test('a page of its own may, and so may a client that is no browser', async () => {
  const storage = new ExampleStorage();
  const api = await runningApi({ storage });
  const { port } = api.server.endpoint;
  const own = { origin: `http://localhost:${port}`, host: `localhost:${port}` };
  for (const headers of [{ ...own, 'sec-fetch-site': 'same-origin' }, own, {}])
    expect((await api.ask(COMPACT, { ...POST, headers })).status).toBe(202);
  expect(storage.asked).toHaveLength(3);
});

test('it is POST that does, and GET that tells', async () => {
  const storage = new ExampleStorage();
  const api = await runningApi({ storage });
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await api.ask(COMPACT, { method });
    expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'POST']);
  }
  const posted = await api.ask('/api/v1/storage', POST);
  expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
  const withBody = await api.ask(COMPACT, { ...POST, body: '{}' });
  expect(withBody.status).toBe(413);
  for (const value of ['yes', '', 'true&remove_damaged=true'])
    expect((await api.ask(`${COMPACT}?remove_damaged=${value}`, POST)).status).toBe(400);
  expect(storage.asked).toEqual([]);
});

test('with persistence off there is nothing to tell of', async () => {
  const api = await runningApi({ storage: undefined });
  for (const [path, asked] of [
    ['/api/v1/storage', {}],
    [COMPACT, POST],
  ] as const) {
    const answer = await api.ask(path, asked);
    expect([answer.status, answer.json()['code']]).toEqual([404, 'NotPersisted']);
  }
});
