import { once } from 'node:events';
import net from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeExportResponse, decodeStatus } from '../../../../src/otlp/service-messages.ts';
import { ByteBudget } from '../../../../src/pipeline/byte-budget.ts';
import type { ConsumeResult } from '../../../../src/pipeline/consume-result.ts';
import {
  OtlpGrpcReceiver,
  type OtlpGrpcSettings,
} from '../../../../src/receivers/otlp-grpc/otlp-grpc-receiver.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { oracle } from '../../../support/otlp-proto.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import {
  answerOf,
  grpcFrame,
  LOGS_EXPORT,
  METRICS_EXPORT,
  RawGrpcClient,
} from '../../../support/raw-grpc-client.ts';
import { NO_DEADLINE, type TestHost, testHost } from '../../../support/receiver-host.ts';
import { RecordingConsumer } from '../../../support/recording-consumer.ts';

const REQUEST = buildRequest({ service: 'shop', spans: [{ name: 'GET /' }, { parent: 0 }] });

const OK = 0;
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const UNAVAILABLE = 14;

let consumer: RecordingConsumer;
let receiver: OtlpGrpcReceiver;
let client: RawGrpcClient;
let host: TestHost;
let budget: ByteBudget;

async function start(settings: Partial<OtlpGrpcSettings> = {}, clock?: ManualClock): Promise<void> {
  host = testHost(clock);
  receiver = new OtlpGrpcReceiver({ host: '127.0.0.1', port: 0, ...settings }, consumer, budget);
  await receiver.start(host);
  client = new RawGrpcClient(receiver.port);
}

/** Whatever came before, the next good request is answered, and nothing is left behind. */
async function expectStillServing(): Promise<void> {
  const fresh = new RawGrpcClient(receiver.port);
  expect((await fresh.call(REQUEST)).grpcStatus).toBe(OK);
  expect(consumer.requests.at(-1)).toEqual(REQUEST);
  fresh.close();
  expect(budget.usedBytes).toBe(0);
}

beforeEach(() => {
  consumer = new RecordingConsumer();
  budget = new ByteBudget(8 * 1024 * 1024);
});

afterEach(async () => {
  client?.close();
  await receiver?.shutdown(AbortSignal.timeout(1000));
});

describe('a good request', () => {
  it('reaches the consumer byte for byte and is answered with an empty message', async () => {
    await start();
    const answer = await client.call(REQUEST);
    expect(answer.httpStatus).toBe(200);
    expect(answer.headers['content-type']).toBe('application/grpc');
    expect(answer.body).toEqual(Buffer.alloc(5));
    expect(answer.grpcStatus).toBe(OK);
    expect(consumer.requests).toEqual([REQUEST]);
    expect(consumer.spans).toHaveLength(2);
    expect(host.counters.value('requests')).toBe(1);
    expect(host.counters.value('spans_received')).toBe(2);
    expect(host.counters.value('bytes_received')).toBe(REQUEST.length);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('may be compressed with %s', async (encoding, compress) => {
    await start();
    const answer = await client.send(grpcFrame(compress(REQUEST), true), {
      'grpc-encoding': encoding,
    });
    expect(answer.grpcStatus).toBe(OK);
    expect(consumer.requests).toEqual([REQUEST]);
    await expectStillServing();
  });

  it('may name an encoding and not use it', async () => {
    await start();
    expect((await client.call(REQUEST, { 'grpc-encoding': 'gzip' })).grpcStatus).toBe(OK);
    expect(consumer.requests).toEqual([REQUEST]);
  });

  it.each(['application/grpc+proto', 'APPLICATION/GRPC; charset=utf-8'])(
    'may come as %s',
    async (contentType) => {
      await start();
      expect((await client.call(REQUEST, { 'content-type': contentType })).grpcStatus).toBe(OK);
    },
  );

  it('may be empty, and does not bother the consumer then', async () => {
    await start();
    const answer = await client.call(new Uint8Array(0));
    expect([answer.grpcStatus, answer.body.length]).toEqual([OK, 5]);
    expect(consumer.requests).toHaveLength(0);
  });

  it('may arrive in frames of any size, its prefix cut anywhere', async () => {
    await start();
    const body = grpcFrame(REQUEST);
    for (const step of [1, 2, 3, 4, 7, 64]) {
      const stream = client.open();
      const answer = answerOf(stream);
      for (let at = 0; at < body.length; at += step) {
        await new Promise((resolve) => stream.write(body.subarray(at, at + step), resolve));
      }
      stream.end();
      expect((await answer).grpcStatus).toBe(OK);
      expect(consumer.requests.at(-1)).toEqual(REQUEST);
    }
    await expectStillServing();
  });

  it('may be larger than any window or buffer to begin with', async () => {
    await start();
    const large = buildRequest({
      service: 'shop',
      spans: Array.from({ length: 6 }, () => ({ attributes: { text: 'x'.repeat(900_000) } })),
    });
    expect((await client.call(large)).grpcStatus).toBe(OK);
    expect(consumer.requests).toEqual([large]);
    await expectStillServing();
  });
});

describe('what the consumer says', () => {
  async function answerTo(result: ConsumeResult) {
    await start();
    consumer.answer = () => result;
    return client.call(REQUEST);
  }

  it('partial: OK with the number and the reason', async () => {
    const answer = await answerTo({ status: 'partial', rejectedSpans: 1, reason: 'too old' });
    expect(answer.grpcStatus).toBe(OK);
    expect(decodeExportResponse(answer.body.subarray(5))).toEqual({
      rejectedSpans: 1,
      message: 'too old',
    });
    expect(oracle.traceResponse.decode(answer.body.subarray(5)).toJSON()).toMatchObject({
      partialSuccess: { rejectedSpans: '1' },
    });
  });

  it('busy: UNAVAILABLE with RetryInfo', async () => {
    const answer = await answerTo({ status: 'busy', retryAfterMs: 2500, reason: 'disk full' });
    expect(answer.grpcStatus).toBe(UNAVAILABLE);
    expect(answer.grpcMessage).toBe('disk full');
    const details = Buffer.from(String(answer.trailers['grpc-status-details-bin']), 'base64');
    expect(decodeStatus(details)).toEqual({
      code: UNAVAILABLE,
      message: 'disk full',
      retryAfterMs: 2500,
    });
    expect(host.counters.value('requests_busy')).toBe(1);
  });

  it('invalid: INVALID_ARGUMENT, its message percent-encoded', async () => {
    const answer = await answerTo({ status: 'invalid', reason: '100 % naïve\n✓' });
    expect(answer.grpcStatus).toBe(INVALID_ARGUMENT);
    expect(answer.trailers['grpc-message']).toBe('100 %25 na%C3%AFve%0A%E2%9C%93');
    expect(answer.grpcMessage).toBe('100 % naïve\n✓');
  });

  it.each([
    ['a bug', () => new TypeError('x is undefined'), INTERNAL],
    [
      'an I/O fault',
      () => Object.assign(new Error('EIO'), { code: 'EIO', errno: -5 }),
      UNAVAILABLE,
    ],
  ])('%s: a status, a log line, no crash', async (_name, make, status) => {
    await start();
    consumer.answer = () => {
      throw make();
    };
    expect((await client.call(REQUEST)).grpcStatus).toBe(status);
    expect(host.log.lines).toMatchObject([{ level: 'error' }]);
    consumer.answer = () => ({ status: 'accepted' });
    await expectStillServing();
  });
});

describe('spans that break a rule', () => {
  it('are left out, counted, and the others kept', async () => {
    await start();
    const mixed = buildRequest({
      spans: [{ name: 'good' }, { traceId: '00'.repeat(16) }, { spanId: 'abcd' }],
    });
    const answer = await client.call(mixed);
    expect(answer.grpcStatus).toBe(OK);
    const { rejectedSpans, message } = decodeExportResponse(answer.body.subarray(5));
    expect(rejectedSpans).toBe(2);
    expect(message).toMatch(/2 with a trace or span id/);
    expect(consumer.spans).toHaveLength(1);
    expect(host.counters.dropped('invalid_id')).toBe(2);
  });

  it('all of them: nothing reaches the consumer', async () => {
    await start();
    const answer = await client.call(buildRequest({ spans: [{ spanId: '00'.repeat(8) }] }));
    expect(decodeExportResponse(answer.body.subarray(5)).rejectedSpans).toBe(1);
    expect(consumer.requests).toHaveLength(0);
  });
});

describe('logs and metrics', () => {
  it.each([
    [
      LOGS_EXPORT,
      oracle.logsRequest,
      { resourceLogs: [{ scopeLogs: [{ logRecords: [{}, {}, {}] }] }] },
      'unsupported_logs',
      3,
    ],
    [
      METRICS_EXPORT,
      oracle.metricsRequest,
      {
        resourceMetrics: [
          {
            scopeMetrics: [
              { metrics: [{ sum: { dataPoints: [{}, {}] } }, { gauge: { dataPoints: [{}] } }] },
            ],
          },
        ],
      },
      'unsupported_metrics',
      3,
    ],
  ] as const)(
    '%s rejects every record and counts it',
    async (path, type, message, reason, count) => {
      await start();
      const body = type.encode(type.fromObject(message)).finish();
      const answer = await client.call(body, { ':path': path });
      expect(answer.grpcStatus).toBe(OK);
      expect(decodeExportResponse(answer.body.subarray(5)).rejectedSpans).toBe(count);
      expect(host.counters.dropped(reason)).toBe(count);
      expect((await client.call(Buffer.alloc(0), { ':path': path })).body).toEqual(Buffer.alloc(5));
      expect((await client.call(Buffer.from([0xff]), { ':path': path })).grpcStatus).toBe(
        INVALID_ARGUMENT,
      );
    },
  );
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

describe('overload', () => {
  it('waits for room before it refuses, and goes on when there is some', async () => {
    const clock = new ManualClock();
    await start({}, clock);
    budget.tryTake(budget.bytesMax);
    const answer = client.call(REQUEST);
    while (budget.waitingBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1400);
    budget.give(budget.bytesMax);
    expect((await answer).grpcStatus).toBe(OK);
    expect(consumer.requests).toEqual([REQUEST]);
    await expectStillServing();
  });

  it('refuses with RetryInfo when no room came', async () => {
    const clock = new ManualClock();
    await start({ retryAfterMs: 1200 }, clock);
    budget.tryTake(budget.bytesMax);
    const answer = client.call(REQUEST);
    while (budget.waitingBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1500);
    const { grpcStatus, trailers } = await answer;
    expect(grpcStatus).toBe(UNAVAILABLE);
    const details = Buffer.from(String(trailers['grpc-status-details-bin']), 'base64');
    expect(decodeStatus(details).retryAfterMs).toBe(1200);
    budget.give(budget.bytesMax);
    await expectStillServing();
  });

  it('refuses on sight when too much waits already', async () => {
    await start();
    budget.tryTake(budget.bytesMax);
    const gone = new AbortController();
    const waiter = budget.take(budget.waitingBytesMax, 60_000, host.clock, gone.signal);
    const stream = client.open();
    expect((await answerOf(stream)).grpcStatus).toBe(UNAVAILABLE);
    gone.abort();
    await waiter;
    budget.give(budget.bytesMax);
    await expectStillServing();
  });

  it('gives back what a sender took that went away', async () => {
    await start();
    const stream = client.open();
    stream.write(grpcFrame(Buffer.alloc(10_000), false, 500_000));
    while (budget.usedBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    client.close();
    while (budget.usedBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    await expectStillServing();
  });

  it('ends the connection of a sender of tiny frames', async () => {
    await start();
    const stream = client.open();
    const closed = once(client.session, 'close');
    stream.write(grpcFrame(Buffer.alloc(0), false, 500_000));
    const pump = (): void => {
      if (stream.destroyed) return;
      for (let i = 0; i < 50; i++) stream.write(Buffer.from([0]));
      setImmediate(pump);
    };
    pump();
    await closed;
    while (budget.usedBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    await expectStillServing();
  });
});

describe('time', () => {
  it('keeps the deadline that the client set', async () => {
    const clock = new ManualClock();
    await start({}, clock);
    const release = Promise.withResolvers<void>();
    consumer.answer = async () => {
      await release.promise;
      return { status: 'accepted' };
    };
    const answer = client.call(REQUEST, { 'grpc-timeout': '2S' });
    while (consumer.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(2100);
    expect((await answer).grpcStatus).toBe(DEADLINE_EXCEEDED);
    expect(budget.usedBytes).toBeGreaterThan(0);
    release.resolve();
    consumer.answer = () => ({ status: 'accepted' });
    await expectStillServing();
  });

  it('cuts the connection of a request that does not arrive', async () => {
    const clock = new ManualClock();
    await start({}, clock);
    const stream = client.open();
    stream.write(grpcFrame(Buffer.alloc(100), false, 10_000));
    while (budget.usedBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    const closed = once(client.session, 'close');
    await clock.advance(30_200);
    await closed;
    await expectStillServing();
  });

  it('cuts connections that never send a request, and leaves alone those that did', async () => {
    const clock = new ManualClock();
    await start({}, clock);
    expect((await client.call(REQUEST)).grpcStatus).toBe(OK);
    const idle = new RawGrpcClient(receiver.port);
    await once(idle.session, 'remoteSettings');
    const closed = once(idle.session, 'close');
    await clock.advance(31_000);
    await closed;
    expect((await client.call(REQUEST)).grpcStatus).toBe(OK);
  });
});

describe('strangers', () => {
  it.each([
    'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
    '\x00\x01\x02garbage',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff',
  ])('that do not speak HTTP/2 are hung up on (%#)', async (text) => {
    await start();
    const socket = net.connect(receiver.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write(Buffer.from(text, 'latin1'));
    await once(socket, 'close');
    await expectStillServing();
  });

  it('beyond the number of connections are turned away', async () => {
    await start({ maxConnections: 1 });
    expect((await client.call(REQUEST)).grpcStatus).toBe(OK);
    const second = net.connect(receiver.port, '127.0.0.1');
    second.on('error', () => {});
    second.resume();
    await once(second, 'close');
    expect((await client.call(REQUEST)).grpcStatus).toBe(OK);
  });
});

describe('start and shutdown', () => {
  it('names the port and the key when the port is in use', async () => {
    await start();
    const second = new OtlpGrpcReceiver({ host: '127.0.0.1', port: receiver.port }, consumer);
    await expect(second.start(testHost())).rejects.toMatchObject({
      code: 'ListenFailed',
      message: expect.stringMatching(
        new RegExp(`127.0.0.1:${receiver.port} \\(receivers\\.otlp\\.grpc\\.endpoint\\).*in use`),
      ),
    });
    await second.shutdown(NO_DEADLINE);
  });

  it('answers what is in flight, takes nothing new, and may be shut down twice', async () => {
    await start();
    const release = Promise.withResolvers<void>();
    consumer.answer = async () => {
      await release.promise;
      return { status: 'accepted' };
    };
    const answer = client.call(REQUEST);
    while (consumer.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const goaway = once(client.session, 'goaway');
    const down = receiver.shutdown(NO_DEADLINE);
    await goaway;
    release.resolve();
    expect((await answer).grpcStatus).toBe(OK);
    await down;
    await receiver.shutdown(NO_DEADLINE);
    const late = net.connect(receiver.port, '127.0.0.1');
    const [error] = await once(late, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('cuts what hangs at the deadline', async () => {
    await start();
    consumer.answer = () => new Promise(() => {});
    const answer = client.call(REQUEST);
    while (consumer.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await receiver.shutdown(AbortSignal.timeout(50));
    expect((await answer).grpcStatus).toBeUndefined();
  });

  it('may be shut down without ever having been started', async () => {
    const unused = new OtlpGrpcReceiver({ host: '127.0.0.1', port: 0 }, consumer);
    await unused.shutdown(NO_DEADLINE);
  });
});
