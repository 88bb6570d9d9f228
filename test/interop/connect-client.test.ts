/** A second gRPC client, which shares no code with grpc-js: Connect's, on node's http2, sending bytes as they are. */
import { create, createFileRegistry, type DescMethodUnary, fromBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { compressionGzip, createGrpcTransport } from '@connectrpc/connect-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSpan } from '../../src/otlp/read-span.ts';
import { OtlpGrpcReceiver } from '../../src/receivers/otlp-grpc/otlp-grpc-receiver.ts';
import { oracle } from '../support/otlp-proto.ts';
import { buildRequest } from '../support/otlp-request.ts';
import { testHost } from '../support/receiver-host.ts';
import { RecordingConsumer } from '../support/recording-consumer.ts';

/**
 * One Export method as protobuf-es wants it described. The request has no field that it knows: it keeps
 * unknown ones, and so sends the bytes it was given.
 */
function exportMethod(signal: string, service: string, rejected: string): DescMethodUnary {
  const packageName = `opentelemetry.proto.collector.${signal}.v1`;
  const { INT64, STRING, MESSAGE } = FieldDescriptorProto_Type;
  const partial = { name: 'partial_success', number: 1, type: MESSAGE };
  const file = create(FileDescriptorProtoSchema, {
    name: `${signal}_service.proto`,
    package: packageName,
    syntax: 'proto3',
    messageType: [
      { name: 'Request' },
      { name: 'Response', field: [{ ...partial, typeName: `.${packageName}.Partial`, label: 1 }] },
      {
        name: 'Partial',
        field: [
          { name: rejected, number: 1, type: INT64, label: 1 },
          { name: 'error_message', number: 2, type: STRING, label: 1 },
        ],
      },
    ],
    service: [
      {
        name: service,
        method: [
          {
            name: 'Export',
            inputType: `.${packageName}.Request`,
            outputType: `.${packageName}.Response`,
          },
        ],
      },
    ],
  });
  const set = create(FileDescriptorSetSchema, { file: [file] });
  const found = createFileRegistry(set).getService(`${packageName}.${service}`);
  return found!.method['export'] as DescMethodUnary;
}

const TRACES = exportMethod('trace', 'TraceService', 'rejected_spans');
const LOGS = exportMethod('logs', 'LogsService', 'rejected_log_records');

type Fields = Record<string, unknown>;

let consumer: RecordingConsumer;
let receiver: OtlpGrpcReceiver;

beforeEach(async () => {
  consumer = new RecordingConsumer();
  receiver = new OtlpGrpcReceiver({ host: '127.0.0.1', port: 0 }, consumer);
  await receiver.start(testHost());
});

afterEach(() => receiver.shutdown(AbortSignal.timeout(500)));

function connect(gzip = false): Transport {
  return createGrpcTransport({
    baseUrl: `http://127.0.0.1:${receiver.port}`,
    ...(gzip && { sendCompression: compressionGzip, compressMinBytes: 0 }),
  });
}

async function send(
  method: DescMethodUnary,
  request: Uint8Array,
  { gzip = false, timeoutMs }: { gzip?: boolean; timeoutMs?: number } = {},
): Promise<Fields> {
  const message = fromBinary(method.input, request);
  const { message: reply } = await connect(gzip).unary(
    method,
    undefined,
    timeoutMs,
    undefined,
    message,
  );
  return reply as unknown as Fields;
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
    const transport = connect();
    const message = fromBinary(TRACES.input, REQUEST);
    await Promise.all(
      Array.from({ length: 300 }, () =>
        transport.unary(TRACES, undefined, undefined, undefined, message),
      ),
    );
    expect(consumer.requests).toHaveLength(300);
  });
});
