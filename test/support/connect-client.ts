/** A second gRPC client, which shares no code with grpc-js: Connect's, on node's http2, sending bytes as they are. */
import {
  create,
  createFileRegistry,
  type DescMethodUnary,
  fromBinary,
  type Message,
} from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import type { Transport } from '@connectrpc/connect';
import { compressionGzip, createGrpcTransport } from '@connectrpc/connect-node';

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

export const TRACES: DescMethodUnary = exportMethod('trace', 'TraceService', 'rejected_spans');
export const LOGS: DescMethodUnary = exportMethod('logs', 'LogsService', 'rejected_log_records');

export function connectTransport(port: number, gzip = false): Transport {
  return createGrpcTransport({
    baseUrl: `http://127.0.0.1:${port}`,
    ...(gzip && { sendCompression: compressionGzip, compressMinBytes: 0 }),
  });
}

/** Sends one request; resolves with the fields of the answer, rejects with a ConnectError. */
export async function connectExport(
  transport: Transport,
  method: DescMethodUnary,
  request: Uint8Array,
  timeoutMs?: number,
): Promise<Record<string, unknown>> {
  const input: Message = fromBinary(method.input, request);
  const { message } = await transport.unary(method, undefined, timeoutMs, undefined, input);
  return message as unknown as Record<string, unknown>;
}
