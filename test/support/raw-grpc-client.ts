/**
 * A gRPC client that can misbehave: it writes whatever frames it is told to on node's http2 and shows the
 * answer as it came.
 */
import http2 from 'node:http2';

export interface RawAnswer {
  readonly httpStatus: number;
  readonly headers: http2.IncomingHttpHeaders;
  /** Of Trailers-Only answers: the headers. */
  readonly trailers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly grpcStatus: number | undefined;
  readonly grpcMessage: string;
}

export const TRACES_EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
export const METRICS_EXPORT = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
export const LOGS_EXPORT = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';

export class RawGrpcClient {
  readonly session: http2.ClientHttp2Session;

  constructor(port: number) {
    // What waits to be written counts as memory of the session.
    this.session = http2.connect(`http://127.0.0.1:${port}`, { maxSessionMemory: 1000 });
    this.session.on('error', () => {});
  }

  /** Opens a call without sending anything. */
  open(headers: http2.OutgoingHttpHeaders = {}): http2.ClientHttp2Stream {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': TRACES_EXPORT,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    stream.on('error', () => {});
    return stream;
  }

  /** Sends the bytes as the whole body. */
  send(body: Uint8Array, headers: http2.OutgoingHttpHeaders = {}): Promise<RawAnswer> {
    const stream = this.open(headers);
    const answer = answerOf(stream);
    stream.end(body);
    return answer;
  }

  /** Sends one well-framed message. */
  call(message: Uint8Array, headers: http2.OutgoingHttpHeaders = {}): Promise<RawAnswer> {
    return this.send(grpcFrame(message), headers);
  }

  close(): void {
    this.session.destroy();
  }
}

export function answerOf(stream: http2.ClientHttp2Stream): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let headers: http2.IncomingHttpHeaders = {};
    let trailers: http2.IncomingHttpHeaders = {};
    const pieces: Buffer[] = [];
    stream.on('response', (received) => {
      headers = received;
    });
    stream.on('trailers', (received) => {
      trailers = received;
    });
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('close', () => {
      const last = headers['grpc-status'] === undefined ? trailers : headers;
      const status = last['grpc-status'];
      resolve({
        httpStatus: Number(headers[':status'] ?? 0),
        headers,
        trailers: last,
        body: Buffer.concat(pieces),
        grpcStatus: status === undefined ? undefined : Number(status),
        grpcMessage: decodeURIComponent(String(last['grpc-message'] ?? '')),
      });
    });
  });
}

export function grpcFrame(
  message: Uint8Array,
  compressed = false,
  length = message.length,
): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame[0] = compressed ? 1 : 0;
  frame.writeUInt32BE(length, 1);
  frame.set(message, 5);
  return frame;
}
