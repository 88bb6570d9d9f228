import { once } from 'node:events';
import net from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeExportResponse, decodeStatus } from '../../../../src/otlp/service-messages.ts';
import type { ConsumeResult } from '../../../../src/pipeline/consume-result.ts';
import { OtlpGrpcReceiver } from '../../../../src/receivers/otlp-grpc/otlp-grpc-receiver.ts';
import { oracle } from '../../../support/otlp-proto.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import {
  answerOf,
  grpcFrame,
  LOGS_EXPORT,
  METRICS_EXPORT,
} from '../../../support/raw-grpc-client.ts';
import { NO_DEADLINE, testHost } from '../../../support/receiver-host.ts';
import {
  client,
  consumer,
  expectStillServing,
  host,
  REQUEST,
  receiver,
  start,
} from './grpc-scene.ts';

const OK = 0;
const INVALID_ARGUMENT = 3;
const INTERNAL = 13;
const UNAVAILABLE = 14;

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
