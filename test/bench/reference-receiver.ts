/**
 * What Synton is measured beside: a plain OTLP/gRPC receiver on @grpc/grpc-js that decodes each request with
 * protobufjs, counts its spans and keeps nothing. Prints its port, and at its end how many spans it saw.
 */
import grpc from '@grpc/grpc-js';
import { oracle } from '../support/otlp-proto.ts';

const { tracesData, traceResponse } = oracle;

interface Decoded {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: unknown[] }[] }[];
}

let spans = 0;
const server = new grpc.Server({
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
});
server.addService(
  {
    export: {
      path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      requestStream: false,
      responseStream: false,
      requestSerialize: (value: Buffer) => value,
      requestDeserialize: (bytes: Buffer) => tracesData.decode(bytes) as unknown as Decoded,
      responseSerialize: (value: object) => Buffer.from(traceResponse.encode(value).finish()),
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  },
  {
    export(call: grpc.ServerUnaryCall<Decoded, object>, done: grpc.sendUnaryData<object>) {
      for (const { scopeSpans } of call.request.resourceSpans)
        for (const scope of scopeSpans) spans += scope.spans.length;
      done(null, {});
    },
  },
);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify({ spans })}\n`);
  process.exit(0);
});
