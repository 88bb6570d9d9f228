/** The API as a component: its life, its bounds, and what every answer carries. */
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ApiServer } from '../../../src/api/api-server.ts';
import type { Problem } from '../../../src/api/problem.ts';
import { systemClock } from '../../../src/model/clock.ts';
import { Counters } from '../../../src/telemetry/counters.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import type { ViewRenderer } from '../../../src/views/view-renderer.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { HEALTHY, ORDER_ID, runningApi, STARTED } from './running-api.ts';

const STATS = '/api/v1/instr/stats';
const HOST = { clock: systemClock, counters: new Counters(), log: silentLogger };

/** Answers when told to, and says when it was asked and when it was given up. */
class HeldRenderer implements ViewRenderer {
  readonly asked = Promise.withResolvers<AbortSignal>();
  readonly answer = Promise.withResolvers<string>();
  calls = 0;

  render<Result>(): Promise<Result> {
    throw new Error('not asked for here');
  }

  renderJson(_view: string, _params: unknown, signal?: AbortSignal): Promise<string> {
    this.calls++;
    this.asked.resolve(signal!);
    return this.answer.promise;
  }
}

describe('life', () => {
  const settings = {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    startedUnixNano: STARTED,
    views: new LocalRenderer(),
    health: async () => HEALTHY,
    isReady: () => true,
  };

  test('the endpoint is what was bound', async () => {
    const server = new ApiServer(settings);
    expect(server.endpoint).toEqual({ host: '127.0.0.1', port: 0 });
    await server.start(HOST);
    expect(server.endpoint.port).toBeGreaterThan(0);
    await server.shutdown(AbortSignal.timeout(5000));
  });

  test('a port that is taken is named with its key', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const server = new ApiServer({ ...settings, port });
    await expect(server.start(HOST)).rejects.toMatchObject({
      code: 'ListenFailed',
      key: 'api.endpoint',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    await server.shutdown(AbortSignal.timeout(5000));
    other.close();
  });

  test('shutdown before start, and twice', async () => {
    const server = new ApiServer(settings);
    await server.shutdown(AbortSignal.timeout(5000));
    const started = new ApiServer(settings);
    await started.start(HOST);
    const deadline = AbortSignal.timeout(5000);
    await Promise.all([started.shutdown(deadline), started.shutdown(deadline)]);
  });

  test('shutdown lets open requests finish, on connections that were kept alive too', async () => {
    const views = new HeldRenderer();
    const api = await runningApi({ views });
    const agent = new Agent({ keepAlive: true });
    const { port } = api.server.endpoint;
    const sent = request({ host: '127.0.0.1', port, path: STATS, agent }).end();
    const responded = once(sent, 'response');
    await views.asked.promise;
    const deadline = new AbortController();
    const closed = api.server.shutdown(deadline.signal);
    views.answer.resolve('{"late":true}');
    const [response] = await responded;
    response.resume();
    await closed;
    expect(response.statusCode).toBe(200);
    await expect(api.ask('/ready')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    agent.destroy();
  });

  test('the deadline cuts what is left', async () => {
    const views = new HeldRenderer();
    const api = await runningApi({ views });
    const left = expect(api.ask(STATS)).rejects.toThrow(/socket hang up|ECONNRESET/);
    const signal = await views.asked.promise;
    await api.server.shutdown(AbortSignal.abort());
    await left;
    expect(signal.aborted).toBe(true);
    views.answer.reject(signal.reason);
    expect(api.logged).toEqual([]);
  });
});

describe('readiness and health', () => {
  test('not ready is 503, at both places', async () => {
    let ready = false;
    const api = await runningApi({ isReady: () => ready });
    for (const path of ['/ready', '/api/v1/instr/ready']) {
      expect((await api.ask(path)).json<Problem>()).toMatchObject({
        status: 503,
        code: 'Unavailable',
      });
    }
    expect((await api.ask('/health')).json()).toMatchObject({ status: 'starting' });
    ready = true;
    for (const path of ['/ready', '/api/v1/instr/ready']) {
      const answer = await api.ask(path);
      expect([answer.status, answer.json()]).toEqual([200, { ready: true }]);
    }
  });

  test('a plain probe gets what the app would have answered', async () => {
    const api = await runningApi();
    const said = async (path: string, method: string) => {
      const { status, headers, text } = await api.ask(path, { method });
      const { date: _, ...rest } = headers;
      return { status, headers: rest, text };
    };
    for (const path of ['/ready', '/api/v1/instr/ready'])
      for (const method of ['GET', 'HEAD'])
        expect(await said(path, method)).toEqual(await said(`${path}?`, method));
  });

  test('health tells version, uptime, parts and drops', async () => {
    const api = await runningApi();
    api.renderer.counters.drop('sampled_out', 3);
    await api.clock.advance(1000);
    const answer = await api.ask('/health');
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      status: 'ok',
      version: '1.2.3',
      uptimeNano: '3601000000000',
      receivers: [{ name: 'otlp/grpc', status: 'ok' }, { status: 'off' }],
      store: { kind: 'memory', spans: 117 },
      forwarding: [{ caughtUp: true }],
      dropped: { sampled_out: 3, duplicate: 0 },
    });
  });

  test.each([
    ['degraded', 200],
    ['failed', 503],
  ] as const)('a part that is %s makes it %i', async (status, code) => {
    const store = { ...HEALTHY.store!, status, detail: 'the disk is nearly full' };
    const api = await runningApi({ health: async () => ({ ...HEALTHY, store }) });
    const answer = await api.ask('/health');
    expect([answer.status, answer.json()['status']]).toEqual([code, status]);
  });
});

describe('every answer', () => {
  test('says that it is not to be kept, framed, sniffed or run', async () => {
    const api = await runningApi();
    for (const path of ['/', '/metrics', STATS, '/nothing', '/api/v1/instr/openapi.json']) {
      expect((await api.ask(path)).headers, path).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  test('HEAD gives the headers of GET', async () => {
    const api = await runningApi();
    for (const path of [`/api/v1/instr/lifecycle/${ORDER_ID}`, '/ready', '/nothing']) {
      const got = await api.ask(path);
      const head = await api.ask(path, { method: 'HEAD' });
      expect([head.status, head.text]).toEqual([got.status, '']);
      expect(head.headers['content-length']).toBe(String(got.bytes.length));
      expect(head.headers['content-type']).toBe(got.headers['content-type']);
    }
  });

  test.each([
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['*', true],
    ['br', false],
    ['gzip;q=0, *', false],
    ['identity', false],
  ])('Accept-Encoding %s: gzip is %s', async (encoding, zipped) => {
    const api = await runningApi();
    const path = `/api/v1/instr/lifecycle/${ORDER_ID}`;
    const plain = await api.ask(path);
    const answer = await api.ask(path, { headers: { 'accept-encoding': encoding } });
    expect(answer.headers['content-encoding']).toBe(zipped ? 'gzip' : undefined);
    expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
    const text = zipped ? gunzipSync(answer.bytes).toString() : answer.text;
    expect(text).toBe(plain.text);
    const small = await api.ask('/ready', { headers: { 'accept-encoding': encoding } });
    expect(small.headers['content-encoding']).toBeUndefined();
  });
});

describe('bounds', () => {
  test('a client that goes away takes its question back', async () => {
    const views = new HeldRenderer();
    const api = await runningApi({ views });
    const client = new AbortController();
    const asking = expect(api.ask(STATS, { signal: client.signal })).rejects.toThrow();
    const signal = await views.asked.promise;
    expect(signal.aborted).toBe(false);
    client.abort();
    await asking;
    if (!signal.aborted) await once(signal, 'abort');
    views.answer.reject(signal.reason);
    expect((await api.ask('/ready')).status).toBe(200);
    expect(api.logged).toEqual([]);
  });

  test('a view has thirty seconds; health does not wait for it', async () => {
    const views = new HeldRenderer();
    const api = await runningApi({ views });
    const asking = api.ask(STATS);
    const signal = await views.asked.promise;
    expect((await api.ask('/health')).status).toBe(200);
    await api.clock.advance(30_000);
    const answer = await asking;
    expect(answer.json<Problem>()).toMatchObject({ status: 503, code: 'Unavailable' });
    expect(answer.headers['retry-after']).toBe('1');
    expect(signal.aborted).toBe(true);
  });

  test('views beyond the bound are refused until one has ended', async () => {
    const views = new HeldRenderer();
    const api = await runningApi({ views, rendersMax: 1 });
    const first = api.ask(STATS);
    await views.asked.promise;
    const second = await api.ask(STATS);
    expect([second.status, second.headers['retry-after'], views.calls]).toEqual([503, '1', 1]);
    views.answer.resolve('{}');
    expect((await first).status).toBe(200);
    expect((await api.ask(STATS)).status).toBe(200);
  });

  test('connections beyond the bound are closed', async () => {
    const views = new HeldRenderer();
    const api = await runningApi({ views, maxConnections: 1 });
    const first = api.ask(STATS);
    await views.asked.promise;
    await expect(api.ask('/ready')).rejects.toThrow();
    views.answer.resolve('{}');
    expect((await first).status).toBe(200);
  });
});
