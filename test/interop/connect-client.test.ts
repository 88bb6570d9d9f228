/** A second gRPC client, which shares no code with grpc-js: Connect's, on node's http2, sending bytes as they are. */
import { Code, ConnectError } from '@connectrpc/connect';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSpan } from '../../src/otlp/read-span.ts';
import { OtlpGrpcReceiver } from '../../src/receivers/otlp-grpc/otlp-grpc-receiver.ts';
import { connectExport, connectTransport, LOGS, TRACES } from '../support/connect-client.ts';
import { oracle } from '../support/otlp-proto.ts';
import { buildRequest } from '../support/otlp-request.ts';
import { testHost } from '../support/receiver-host.ts';
import { RecordingConsumer } from '../support/recording-consumer.ts';

let consumer: RecordingConsumer;
let receiver: OtlpGrpcReceiver;

beforeEach(async () => {
  consumer = new RecordingConsumer();
  receiver = new OtlpGrpcReceiver({ host: '127.0.0.1', port: 0 }, consumer);
  await receiver.start(testHost());
});

afterEach(() => receiver.shutdown(AbortSignal.timeout(500)));

function send(
  method: typeof TRACES,
  request: Uint8Array,
  { gzip = false, timeoutMs }: { gzip?: boolean; timeoutMs?: number } = {},
): Promise<Record<string, unknown>> {
  return connectExport(connectTransport(receiver.port, gzip), method, request, timeoutMs);
}

const REQUEST = buildRequest({ service: 'shop', spans: [{ name: 'GET /' }, { parent: 0 }] });

describe('Connect’s gRPC client', () => {
  it.each([false, true])('delivers a trace (gzip: %s)', async (gzip) => {
    const reply = await send(TRACES, REQUEST, { gzip });
    expect(reply['partialSuccess']).toBeUndefined();
    expect(consumer.spans.map((bytes) => readSpan(bytes).name)).toEqual(['GET /', 'operation-1']);
  });

  it('reads a partial success', async () => {
    consumer.answer = () => ({ status: 'partial', rejectedSpans: 1, reason: 'too old' });
    expect((await send(TRACES, REQUEST))['partialSuccess']).toMatchObject({
      rejectedSpans: 1n,
      errorMessage: 'too old',
    });
  });

  it.each([
    [{ status: 'busy', retryAfterMs: 1000, reason: 'naïve ✓' }, Code.Unavailable],
    [{ status: 'invalid', reason: 'naïve ✓' }, Code.InvalidArgument],
  ] as const)('reads a refusal: %o', async (result, code) => {
    consumer.answer = () => result;
    const error = ConnectError.from(await send(TRACES, REQUEST).catch((thrown: unknown) => thrown));
    expect(error.code).toBe(code);
    expect(error.rawMessage).toBe('naïve ✓');
    consumer.answer = () => ({ status: 'accepted' });
    await send(TRACES, REQUEST);
  });

  it('is told that logs are not kept', async () => {
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityText: 'INFO' }] }] }] };
    const { logsRequest } = oracle;
    const reply = await send(LOGS, logsRequest.encode(logsRequest.fromObject(logs)).finish());
    expect(reply['partialSuccess']).toMatchObject({
      rejectedLogRecords: 1n,
    });
  });

  it('has its deadline kept', async () => {
    consumer.answer = () => new Promise(() => {});
    const error = ConnectError.from(
      await send(TRACES, REQUEST, { timeoutMs: 150 }).catch((thrown: unknown) => thrown),
    );
    expect(error.code).toBe(Code.DeadlineExceeded);
  });

  it('sends many requests at once over one connection', async () => {
    const transport = connectTransport(receiver.port);
    await Promise.all(Array.from({ length: 300 }, () => connectExport(transport, TRACES, REQUEST)));
    expect(consumer.requests).toHaveLength(300);
  });
});
