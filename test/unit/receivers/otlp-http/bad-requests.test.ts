import { once } from 'node:events';
import net from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeStatus } from '../../../../src/otlp/service-messages.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import {
  ask,
  budget,
  consumer,
  expectStillServing,
  host,
  JSON_REQUEST,
  JSON_TYPE,
  REQUEST,
  receiver,
  start,
} from './http-scene.ts';

describe('a bad request', () => {
  it('truncated at every byte, in either encoding: 400 with a Status', async () => {
    await start();
    const one = buildRequest({ service: 'shop', spans: [{ name: 'GET /' }] });
    for (let length = 1; length < one.length; length++) {
      const answer = await ask({ body: one.subarray(0, length) });
      expect([length, answer.status]).toEqual([length, 400]);
      expect(decodeStatus(answer.body).code).toBe(3);
    }
    for (let length = 0; length < JSON_REQUEST.length; length++) {
      const answer = await ask({ headers: JSON_TYPE, body: JSON_REQUEST.subarray(0, length) });
      expect([length, answer.status]).toEqual([length, 400]);
      expect(JSON.parse(answer.body.toString()).code).toBe(3);
    }
    expect(consumer.requests).toHaveLength(0);
    await expectStillServing();
  });

  it.each([
    ['gzip', Buffer.from('plainly not')],
    ['gzip', gzipSync(REQUEST).subarray(0, -1)],
    ['gzip', Buffer.concat([gzipSync(REQUEST), Buffer.from('tail')])],
    ['deflate', Buffer.concat([deflateSync(REQUEST), Buffer.from('tail')])],
    ['zstd', zstdCompressSync(REQUEST).subarray(0, -1)],
    ['zstd', gzipSync(REQUEST)],
    ['br', REQUEST],
    ['gzip, gzip', gzipSync(gzipSync(REQUEST))],
  ])('wrongly compressed (%s, %#): 400 with a Status', async (encoding, body) => {
    await start();
    const answer = await ask({ headers: { 'content-encoding': encoding }, body });
    expect(answer.status).toBe(400);
    expect(decodeStatus(answer.body).code).toBe(3);
    await expectStillServing();
  });

  it.each([
    [{ method: 'GET', body: new Uint8Array(0) }, 405, 3],
    [{ path: '/v1/trace' }, 404, 5],
    [{ path: '/' }, 404, 5],
    [{ path: '/__proto__' }, 404, 5],
    [{ headers: { 'content-type': 'text/plain' } }, 415, 3],
    [{ headers: { 'content-type': '' } }, 415, 3],
  ] as const)('%o: %i with a Status', async (options, status, code) => {
    await start();
    const answer = await ask(options);
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.allow).toBe('POST');
    const json = answer.headers['content-type'] === 'application/json';
    expect(json ? JSON.parse(answer.body.toString()).code : decodeStatus(answer.body).code).toBe(
      code,
    );
    await expectStillServing();
  });

  it('without a Content-Type: 415', async () => {
    await start();
    const socket = net.connect(receiver.port, '127.0.0.1');
    socket.write('POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1.1 415 /);
    socket.destroy();
  });
});

describe('size', () => {
  it('an announced length beyond the limit: 413', async () => {
    await start({ maxRequestBytes: 1000 });
    expect((await ask({ body: Buffer.alloc(1001) })).status).toBe(413);
    expect(budget.usedBytes).toBe(0);
  });

  it('chunks beyond the limit: 413', async () => {
    await start({ maxRequestBytes: 100_000 });
    const headers = { 'transfer-encoding': 'chunked' };
    expect((await ask({ headers, body: Buffer.alloc(300_000) })).status).toBe(413);
    await expectStillServing();
  });

  it.each([
    ['gzip', gzipSync, 100_000],
    ['gzip', gzipSync, 3_000_000],
    ['zstd', zstdCompressSync, 3_000_000],
  ])('%s that grows beyond the limit: 413, a hundred times', async (encoding, compress, size) => {
    await start({ maxRequestBytes: size / 2 });
    const body = compress(Buffer.alloc(size));
    const headers = { 'content-encoding': encoding };
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask({ headers, body })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([413]));
    await expectStillServing();
  });
});

describe('overload', () => {
  it('waits for room, then refuses with 503 and Retry-After', async () => {
    const clock = new ManualClock();
    await start({ retryAfterMs: 1500 }, clock);
    budget.tryTake(budget.bytesMax);
    const answers = [ask({}), ask({})];
    while (budget.waitingBytes < 2 * REQUEST.length)
      await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1500);
    for (const { status, headers } of await Promise.all(answers)) {
      expect([status, headers['retry-after']]).toEqual([503, '2']);
    }
    expect(host.counters.value('requests_busy')).toBe(2);
    budget.give(budget.bytesMax);
    await expectStillServing();
  });

  it('gives back what a sender took that went away', async () => {
    await start();
    const socket = net.connect(receiver.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: 500000\r\n\r\nsome',
    );
    while (budget.usedBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    while (budget.usedBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    await expectStillServing();
  });

  it('does not wait for ever for a request to arrive', async () => {
    await start({ requestTimeoutMs: 300 });
    const socket = net.connect(receiver.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n');
    socket.resume();
    await once(socket, 'close');
    await expectStillServing();
  });
});

describe('who may talk', () => {
  it.each([
    [{ host: 'evil.com' }, 403],
    [{ host: 'evil.com:4318' }, 403],
    [{ host: 'localhost.evil.com' }, 403],
    [{ host: 'localhost:4318' }, 200],
    [{ host: 'LOCALHOST' }, 200],
    [{ host: '[::1]:4318' }, 200],
    [{ host: '127.0.0.1' }, 200],
    [{ host: 'collector.internal:4318' }, 200],
    [{ origin: 'https://evil.com' }, 403],
    [{ origin: 'http://localhost.evil.com' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:5173' }, 200],
    [{ origin: 'http://[::1]:8080' }, 200],
  ])('%o: %i', async (headers, status) => {
    await start({ allowedHosts: ['Collector.internal'] });
    const answer = await ask({ headers });
    expect(answer.status).toBe(status);
    if (status === 403) expect(decodeStatus(answer.body).code).toBe(7);
  });
});
