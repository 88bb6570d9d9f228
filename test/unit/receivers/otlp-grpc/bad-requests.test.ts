import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildRequest } from '../../../support/otlp-request.ts';
import { answerOf, grpcFrame } from '../../../support/raw-grpc-client.ts';
import { client, consumer, expectStillServing, host, REQUEST, start } from './grpc-scene.ts';

const OK = 0;
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;

describe('a request by another name', () => {
  it.each([
    ['evil.example:4317', PERMISSION_DENIED],
    ['localhost.evil.example', PERMISSION_DENIED],
    ['localhost:4317', OK],
    ['collector:4317', OK],
  ])('%s: %i', async (authority, status) => {
    await start({ allowedHosts: ['collector'] });
    const answer = await client.call(REQUEST, { ':authority': authority });
    expect(answer.grpcStatus).toBe(status);
    if (status !== OK) expect(answer.grpcMessage).toContain('allowed_hosts');
    await expectStillServing();
  });
});

describe('a bad request', () => {
  it('truncated at every byte within its frame: INVALID_ARGUMENT, or a shorter request', async () => {
    await start();
    const one = buildRequest({ service: 'shop', spans: [{ name: 'GET /' }] });
    for (let length = 1; length < one.length; length++) {
      const { grpcStatus } = await client.call(one.subarray(0, length));
      expect([length, grpcStatus]).toEqual([length, INVALID_ARGUMENT]);
    }
    expect(consumer.requests).toHaveLength(0);
    expect(host.counters.value('requests_invalid')).toBe(one.length - 1);
    await expectStillServing();
  });

  it('its frame cut at every byte: INVALID_ARGUMENT', async () => {
    await start();
    const body = grpcFrame(REQUEST);
    for (let length = 1; length < body.length; length += length < 12 ? 1 : 37) {
      const { grpcStatus } = await client.send(body.subarray(0, length));
      expect([length, grpcStatus]).toEqual([length, INVALID_ARGUMENT]);
    }
    await expectStillServing();
  });

  it.each([
    ['no message at all', Buffer.alloc(0), UNIMPLEMENTED],
    ['two messages', Buffer.concat([grpcFrame(REQUEST), grpcFrame(REQUEST)]), UNIMPLEMENTED],
    [
      'bytes after the message',
      Buffer.concat([grpcFrame(REQUEST), Buffer.from([0])]),
      UNIMPLEMENTED,
    ],
    [
      'a flag that is none',
      Buffer.concat([Buffer.from([2]), grpcFrame(REQUEST).subarray(1)]),
      INTERNAL,
    ],
    ['compressed without saying how', grpcFrame(gzipSync(REQUEST), true), INTERNAL],
    ['not protobuf', grpcFrame(Buffer.from('GET / HTTP/1.1\r\n\r\n')), INVALID_ARGUMENT],
  ])('%s', async (_name, body, status) => {
    await start();
    expect((await client.send(body)).grpcStatus).toBe(status);
    expect(consumer.requests).toHaveLength(0);
    await expectStillServing();
  });

  it.each([
    ['not gzip at all', 'gzip', Buffer.from('plainly not')],
    ['gzip cut short', 'gzip', gzipSync(REQUEST).subarray(0, 40)],
    ['gzip for deflate', 'deflate', gzipSync(REQUEST)],
    ['nothing', 'gzip', Buffer.alloc(0)],
  ])('wrongly compressed, %s: INVALID_ARGUMENT', async (_name, encoding, body) => {
    await start();
    const answer = await client.send(grpcFrame(body, true), { 'grpc-encoding': encoding });
    expect(answer.grpcStatus).toBe(INVALID_ARGUMENT);
    await expectStillServing();
  });

  it('in an encoding we do not read: UNIMPLEMENTED, and which ones we do', async () => {
    await start();
    const answer = await client.send(grpcFrame(zstdCompressSync(REQUEST), true), {
      'grpc-encoding': 'zstd',
    });
    expect(answer.grpcStatus).toBe(UNIMPLEMENTED);
    expect(answer.headers['grpc-accept-encoding']).toBe('identity,gzip,deflate');
    await expectStillServing();
  });

  it.each([
    ['/opentelemetry.proto.collector.trace.v1.TraceService/Import', /unknown method/],
    ['/grpc.health.v1.Health/Check', /unknown service/],
    ['/__proto__', /unknown service/],
  ])('to %s: UNIMPLEMENTED', async (path, message) => {
    await start();
    const answer = await client.call(REQUEST, { ':path': path });
    expect(answer.grpcStatus).toBe(UNIMPLEMENTED);
    expect(answer.grpcMessage).toMatch(message);
    await expectStillServing();
  });

  it.each([
    [{ 'content-type': 'application/json' }, 415],
    [{ 'content-type': 'application/grpc-web' }, 415],
    [{ ':method': 'PUT' }, 405],
  ])('that is no gRPC (%o): HTTP %i', async (headers, status) => {
    await start();
    const answer = await client.call(REQUEST, headers);
    expect(answer.httpStatus).toBe(status);
    expect(answer.grpcStatus).toBeUndefined();
    await expectStillServing();
  });
});

describe('size', () => {
  it('an announced length beyond the limit is refused before its bytes come', async () => {
    await start({ maxRequestBytes: 1000 });
    const stream = client.open();
    const answer = answerOf(stream);
    stream.write(grpcFrame(Buffer.alloc(0), false, 1001));
    const { grpcStatus, grpcMessage } = await answer;
    expect(grpcStatus).toBe(RESOURCE_EXHAUSTED);
    expect(grpcMessage).toMatch(/1001 bytes exceeds the limit of 1000/);
    await expectStillServing();
  });

  it('a message of exactly the limit passes', async () => {
    await start({ maxRequestBytes: REQUEST.length });
    expect((await client.call(REQUEST)).grpcStatus).toBe(OK);
  });

  it.each([
    [100_000, 50_000],
    [3_000_000, 1_500_000],
  ])('a bomb of %i bytes is refused, and so are a hundred', async (size, maxRequestBytes) => {
    await start({ maxRequestBytes });
    const bomb = grpcFrame(gzipSync(Buffer.alloc(size)), true);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => client.send(bomb, { 'grpc-encoding': 'gzip' })),
    );
    expect(new Set(answers.map(({ grpcStatus }) => grpcStatus))).toEqual(
      new Set([RESOURCE_EXHAUSTED]),
    );
    await expectStillServing();
  });
});
