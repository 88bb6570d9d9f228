import { deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeExportResponse, decodeStatus } from '../../../../src/otlp/service-messages.ts';
import type { ConsumeResult } from '../../../../src/pipeline/consume-result.ts';
import { OtlpHttpReceiver } from '../../../../src/receivers/otlp-http/otlp-http-receiver.ts';
import { oracle } from '../../../support/otlp-proto.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { NO_DEADLINE, testHost } from '../../../support/receiver-host.ts';
import {
  type Answer,
  ask,
  budget,
  consumer,
  expectStillServing,
  host,
  JSON_REQUEST,
  JSON_TYPE,
  PROTOBUF,
  REQUEST,
  receiver,
  start,
} from './http-scene.ts';

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
