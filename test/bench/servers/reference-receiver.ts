/**
 * What Synton is measured beside: a plain OTLP receiver on @grpc/grpc-js and node:http that decodes each
 * request with protobufjs (or JSON.parse), counts its spans and keeps nothing. Prints its ports.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import grpc from '@grpc/grpc-js';
import { oracle } from '../../support/otlp-proto.ts';

const { tracesData, traceResponse } = oracle;
const REQUEST_BYTES_MAX = 64 * 1024 * 1024;

interface Decoded {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: unknown[] }[] }[];
}

let spans = 0;

function count(request: Decoded): void {
  for (const { scopeSpans } of request.resourceSpans)
    for (const scope of scopeSpans) spans += scope.spans.length;
}

const decode = (bytes: Uint8Array) => tracesData.decode(bytes) as unknown as Decoded;

function grpcServer(): Promise<number> {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': REQUEST_BYTES_MAX });
  server.addService(
    {
      export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: (value: Buffer) => value,
        requestDeserialize: decode,
        responseSerialize: (value: object) => Buffer.from(traceResponse.encode(value).finish()),
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    },
    {
      export(call: grpc.ServerUnaryCall<Decoded, object>, done: grpc.sendUnaryData<object>) {
        count(call.request);
        done(null, {});
      },
    },
  );
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}

function httpServer(): Promise<number> {
  const server = http.createServer(async (request, response) => {
    const sent = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const isJson = request.headers['content-type'] === 'application/json';
    count(isJson ? (JSON.parse(body.toString()) as Decoded) : decode(body));
    response.end(isJson ? '{}' : undefined);
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

const ports = { grpc: await grpcServer(), http: await httpServer() };
process.stdout.write(`${JSON.stringify(ports)}\n`);
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify({ spans })}\n`);
  process.exit(0);
});
