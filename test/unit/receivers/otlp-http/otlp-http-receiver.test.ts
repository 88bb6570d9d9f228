import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeExportResponse, decodeStatus } from '../../../../src/otlp/service-messages.ts';
import { ByteBudget } from '../../../../src/pipeline/byte-budget.ts';
import type { ConsumeResult } from '../../../../src/pipeline/consume-result.ts';
import {
  OtlpHttpReceiver,
  type OtlpHttpSettings,
} from '../../../../src/receivers/otlp-http/otlp-http-receiver.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { oracle, otlpRoot } from '../../../support/otlp-proto.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { NO_DEADLINE, type TestHost, testHost } from '../../../support/receiver-host.ts';
import { RecordingConsumer } from '../../../support/recording-consumer.ts';

const REQUEST = buildRequest({ service: 'shop', spans: [{ name: 'GET /' }, { parent: 0 }] });
const JSON_REQUEST = Buffer.from(
  JSON.stringify({
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: '5B8EFFF798038103D269B633813FC60C',
                spanId: 'eee19b7ec3c1b174',
                name: 'GET /',
                startTimeUnixNano: '1544712660000000000',
              },
            ],
          },
        ],
      },
    ],
  }),
);
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_TYPE = { 'content-type': 'application/json' };

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

let consumer: RecordingConsumer;
let receiver: OtlpHttpReceiver;
let host: TestHost;
let budget: ByteBudget;
let agent: http.Agent;

async function start(settings: Partial<OtlpHttpSettings> = {}, clock?: ManualClock): Promise<void> {
  host = testHost(clock);
  receiver = new OtlpHttpReceiver({ host: '127.0.0.1', port: 0, ...settings }, consumer, budget);
  await receiver.start(host);
}

interface Asked extends http.RequestOptions {
  readonly body?: Uint8Array;
}

function ask({ body, headers, ...options }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port: receiver.port,
        path: '/v1/traces',
        method: 'POST',
        agent,
        headers: { ...PROTOBUF, ...(headers as http.OutgoingHttpHeaders) },
        ...options,
      },
      async (response) => {
        const pieces: Buffer[] = [];
        for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece);
        const { statusCode = 0, headers: received } = response;
        resolve({ status: statusCode, headers: received, body: Buffer.concat(pieces) });
      },
    );
    request.on('error', reject);
    request.end(body ?? REQUEST);
  });
}

async function expectStillServing(): Promise<void> {
  expect((await ask({})).status).toBe(200);
  expect(consumer.requests.at(-1)).toEqual(REQUEST);
  expect(budget.usedBytes).toBe(0);
}

beforeEach(() => {
  consumer = new RecordingConsumer();
  budget = new ByteBudget(8 * 1024 * 1024);
  agent = new http.Agent({ keepAlive: true });
});

afterEach(async () => {
  agent.destroy();
  await receiver?.shutdown(AbortSignal.timeout(1000));
});

describe('a good request', () => {
  it('in protobuf: reaches the consumer byte for byte, answered in protobuf', async () => {
    await start();
    const answer = await ask({});
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(answer.body).toHaveLength(0);
    expect(answer.headers.connection).toBe('keep-alive');
    expect(consumer.requests).toEqual([REQUEST]);
  });

  it('in JSON: reaches the consumer as protobuf, answered in JSON', async () => {
    await start();
    const answer = await ask({ headers: JSON_TYPE, body: JSON_REQUEST });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body.toString()).toBe('{}');
    expect(oracle.tracesData.decode(consumer.requests[0]!).toJSON()).toMatchObject({
      resourceSpans: [
        { scopeSpans: [{ spans: [{ name: 'GET /', startTimeUnixNano: '1544712660000000000' }] }] },
      ],
    });
    expect(
      Buffer.from(consumer.requests[0]!).includes(Buffer.from('5b8efff798038103', 'hex')),
    ).toBe(true);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
    ['GZIP', gzipSync],
    ['identity', (bytes: Uint8Array) => Buffer.from(bytes)],
    ['none', (bytes: Uint8Array) => Buffer.from(bytes)],
  ])('may be compressed: %s', async (encoding, compress) => {
    await start();
    const headers = { 'content-encoding': encoding };
    expect((await ask({ headers, body: compress(REQUEST) })).status).toBe(200);
    expect(consumer.requests).toEqual([REQUEST]);
  });

  it('may be zstd in several frames, or gzip in several members', async () => {
    await start();
    const [first, second] = [REQUEST.subarray(0, 50), REQUEST.subarray(50)];
    for (const [encoding, compress] of [
      ['zstd', zstdCompressSync],
      ['gzip', gzipSync],
    ] as const) {
      const body = Buffer.concat([compress(first), compress(second)]);
      expect((await ask({ headers: { 'content-encoding': encoding }, body })).status).toBe(200);
      expect(consumer.requests.at(-1)).toEqual(REQUEST);
    }
  });

  it.each(['application/x-protobuf; charset=utf-8', 'Application/X-Protobuf'])(
    'may be typed %s',
    async (contentType) => {
      await start();
      expect((await ask({ headers: { 'content-type': contentType } })).status).toBe(200);
    },
  );

  it.each([
    [PROTOBUF, Buffer.alloc(0)],
    [JSON_TYPE, Buffer.from('{}')],
  ])('may be empty (%o)', async (headers, body) => {
    await start();
    expect(await ask({ headers, body })).toMatchObject({ status: 200 });
    expect(consumer.requests).toHaveLength(0);
  });

  it('may come in chunks, its length not announced', async () => {
    await start();
    const large = buildRequest({ spans: [{ attributes: { text: 'x'.repeat(2_000_000) } }] });
    const headers = { 'transfer-encoding': 'chunked' };
    expect((await ask({ headers, body: large })).status).toBe(200);
    expect(consumer.requests).toEqual([large]);
    await expectStillServing();
  });

  it('may be one of many at once on one connection after another', async () => {
    await start();
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask({})));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(consumer.requests).toHaveLength(40);
    expect(budget.usedBytes).toBe(0);
  });
});

describe('what the consumer says', () => {
  async function answersTo(result: ConsumeResult): Promise<readonly [Answer, Answer]> {
    await start();
    consumer.answer = () => result;
    return [await ask({}), await ask({ headers: JSON_TYPE, body: JSON_REQUEST })];
  }

  it('partial: 200 with the number and the reason', async () => {
    const result = { status: 'partial', rejectedSpans: 1, reason: 'too old' } as const;
    const [binary, json] = await answersTo(result);
    expect([binary.status, json.status]).toEqual([200, 200]);
    expect(decodeExportResponse(binary.body)).toEqual({ rejectedSpans: 1, message: 'too old' });
    expect(JSON.parse(json.body.toString())).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: 'too old' },
    });
  });

  it('busy: 503 with Retry-After and a Status', async () => {
    const result = { status: 'busy', retryAfterMs: 2500, reason: 'disk full' } as const;
    const [binary, json] = await answersTo(result);
    expect([binary.status, json.status]).toEqual([503, 503]);
    expect(binary.headers['retry-after']).toBe('3');
    expect(decodeStatus(binary.body)).toMatchObject({ code: 14, retryAfterMs: 2500 });
    expect(JSON.parse(json.body.toString())).toMatchObject({ code: 14, message: 'disk full' });
  });

  it('invalid: 400 with a Status that others can read too', async () => {
    const [binary, json] = await answersTo({ status: 'invalid', reason: 'no such thing' });
    expect([binary.status, json.status]).toEqual([400, 400]);
    const { code, message } = oracle.status.decode(binary.body).toJSON();
    expect([code, message]).toEqual([3, 'no such thing']);
  });

  it.each([
    [new TypeError('x is undefined'), 500],
    [Object.assign(new Error('EIO'), { code: 'EIO', errno: -5 }), 503],
  ])('%s: no crash', async (error, status) => {
    await start();
    consumer.answer = () => Promise.reject(error);
    expect((await ask({})).status).toBe(status);
    consumer.answer = () => ({ status: 'accepted' });
    await expectStillServing();
  });

  it('is compressed only for those who ask for gzip', async () => {
    await start();
    const reason = 'far too old '.repeat(100);
    consumer.answer = () => ({ status: 'partial', rejectedSpans: 1, reason });
    const plain = await ask({});
    const refused = await ask({ headers: { 'accept-encoding': 'gzip;q=0, br' } });
    const zipped = await ask({ headers: { 'accept-encoding': 'br, gzip' } });
    expect([plain, refused].map(({ headers }) => headers['content-encoding'])).toEqual([
      undefined,
      undefined,
    ]);
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.body)).toEqual(plain.body);
  });
});

describe('logs and metrics', () => {
  const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{}, {}] }] }] };
  const metrics = {
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [{}, {}, {}] } }] }] }],
  };

  it.each([
    ['/v1/logs', oracle.logsRequest, logs, 'unsupported_logs', 2, 'rejectedLogRecords'],
    ['/v1/metrics', oracle.metricsRequest, metrics, 'unsupported_metrics', 3, 'rejectedDataPoints'],
  ] as const)(
    '%s rejects every record in both encodings',
    async (path, type, sent, reason, count, name) => {
      await start();
      const binary = await ask({ path, body: type.encode(type.fromObject(sent)).finish() });
      const json = await ask({ path, headers: JSON_TYPE, body: Buffer.from(JSON.stringify(sent)) });
      expect(decodeExportResponse(binary.body).rejectedSpans).toBe(count);
      expect(JSON.parse(json.body.toString()).partialSuccess[name]).toBe(String(count));
      expect(host.counters.dropped(reason)).toBe(2 * count);
      expect((await ask({ path, headers: JSON_TYPE, body: Buffer.from('[') })).status).toBe(400);
      expect((await ask({ path, body: Buffer.from([0xff]) })).status).toBe(400);
    },
  );
});

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

describe('start and shutdown', () => {
  it('names the port and the key when the port is in use', async () => {
    await start();
    const second = new OtlpHttpReceiver({ host: '127.0.0.1', port: receiver.port }, consumer);
    await expect(second.start(testHost())).rejects.toMatchObject({
      code: 'ListenFailed',
      message: expect.stringMatching(/receivers\.otlp\.http\.endpoint.*in use/),
    });
  });

  it('answers what is in flight and cuts what hangs', async () => {
    await start();
    const release = Promise.withResolvers<void>();
    consumer.answer = async () => {
      await release.promise;
      return { status: 'accepted' };
    };
    const answer = ask({});
    while (consumer.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const down = receiver.shutdown(NO_DEADLINE);
    release.resolve();
    expect((await answer).status).toBe(200);
    await down;
    await receiver.shutdown(NO_DEADLINE);

    await start();
    consumer.answer = () => new Promise(() => {});
    const hung = ask({}).catch((error: NodeJS.ErrnoException) => error.code);
    while (consumer.requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await receiver.shutdown(AbortSignal.timeout(50));
    expect(await hung).toBe('ECONNRESET');
  });
});

it('the Status type that answers are read with is the one in proto/', () => {
  expect(otlpRoot.lookupType('google.rpc.Status').fieldsArray.map(({ name }) => name)).toEqual([
    'code',
    'message',
    'details',
  ]);
});
