/**
 * An OTLP endpoint to forward to, over gRPC (grpc-js' server) and over HTTP (node's), that fails in any way
 * it is told to and keeps the bytes of what it accepts. It shares no code with Synton's receivers.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import * as grpc from '@grpc/grpc-js';
import { oracle } from './otlp-proto.ts';

/** What to answer to a request. */
export type UpstreamAnswer =
  | { readonly kind: 'accept'; readonly rejectedSpans?: number; readonly message?: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'grpc'; readonly code: number; readonly retryAfterMs?: number }
  | { readonly kind: 'http'; readonly status: number; readonly headers?: http.OutgoingHttpHeaders }
  /** A reply of that many bytes, sent as long as somebody reads. */
  | { readonly kind: 'flood'; readonly bytes: number; readonly status?: number };

/** One request as it arrived. */
export interface UpstreamRequest {
  /** Decompressed. */
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
}

export type Behaviour = (request: UpstreamRequest, count: number) => UpstreamAnswer;

const ACCEPT: UpstreamAnswer = { kind: 'accept' };

abstract class Upstream {
  /** Every request, refused ones too. */
  readonly seen: UpstreamRequest[] = [];
  readonly accepted: UpstreamRequest[] = [];
  behave: Behaviour = () => ACCEPT;
  port = 0;
  readonly #watchers = new Set<() => void>();

  protected judge(request: UpstreamRequest): UpstreamAnswer {
    this.seen.push(request);
    const answer = this.behave(request, this.seen.length);
    if (answer.kind === 'accept') this.accepted.push(request);
    for (const watcher of this.#watchers) watcher();
    return answer;
  }

  /** Hexadecimal span ids of everything accepted, repeats included. */
  get spanIds(): string[] {
    return this.accepted.flatMap(({ body }) => spanIdsOf(body));
  }

  /** Resolves once the condition holds; it is looked at after every request. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }
}

export class GrpcUpstream extends Upstream {
  #server: grpc.Server | undefined;

  /** A port of 0 is chosen by the system; the same one may be bound again after `stop`. */
  async start(port = this.port, receiveBytesMax = 4 * 1024 * 1024): Promise<this> {
    const server = new grpc.Server({ 'grpc.max_receive_message_length': receiveBytesMax });
    server.addService(
      {
        Export: {
          path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
          requestStream: false,
          responseStream: false,
          requestSerialize: (bytes: Buffer) => bytes,
          requestDeserialize: (bytes: Buffer) => bytes,
          responseSerialize: (bytes: Buffer) => bytes,
          responseDeserialize: (bytes: Buffer) => bytes,
        },
      },
      {
        Export: (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) =>
          this.#export(call, reply),
      },
    );
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(
        `127.0.0.1:${port}`,
        grpc.ServerCredentials.createInsecure(),
        (error, bound) => (error ? reject(error) : resolve(bound)),
      );
    });
    this.#server = server;
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  stop(): void {
    this.#server?.forceShutdown();
  }

  #export(call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) {
    const headers = Object.fromEntries(
      Object.entries(call.metadata.getMap()).map(([name, value]) => [name, String(value)]),
    );
    const answer = this.judge({ body: call.request, headers, path: call.getPath() });
    switch (answer.kind) {
      case 'accept':
        return reply(null, Buffer.from(responseOf(answer)));
      case 'flood':
        return reply(null, Buffer.alloc(answer.bytes));
      case 'grpc':
        return reply({
          code: answer.code,
          details: 'told to',
          metadata: retryInfo(answer.code, answer.retryAfterMs),
        });
      default:
        // Never answered.
        return;
    }
  }
}

export class HttpUpstream extends Upstream {
  #server: http.Server | undefined;

  async start(port = this.port): Promise<this> {
    const server = http.createServer((request, response) => this.#export(request, response));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #export(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const sent = Buffer.concat(pieces);
    const answer = this.judge({
      body: request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent,
      headers: request.headers as Record<string, string>,
      path: request.url ?? '',
    });
    switch (answer.kind) {
      case 'accept': {
        const json = request.headers['content-type'] === 'application/json';
        response.setHeader('content-type', json ? 'application/json' : 'application/x-protobuf');
        return void response.end(json ? jsonResponseOf(answer) : responseOf(answer));
      }
      case 'http':
        return void response.writeHead(answer.status, answer.headers).end('told to');
      case 'flood':
        return flood(response, answer.status ?? 200, answer.bytes);
      default:
        return;
    }
  }
}

function flood(response: http.ServerResponse, status: number, bytes: number): void {
  response.writeHead(status, { 'content-type': 'application/x-protobuf' });
  const piece = Buffer.alloc(64 * 1024);
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= piece.length;
      if (!response.write(piece)) return;
    }
    response.end();
  };
  response.on('drain', more);
  more();
}

export function spanIdsOf(request: Uint8Array): string[] {
  const { resourceSpans } = oracle.tracesData.decode(request) as unknown as {
    resourceSpans: { scopeSpans: { spans: { spanId: Uint8Array }[] }[] }[];
  };
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ spanId }) => Buffer.from(spanId).toString('hex')),
    ),
  );
}

type Accept = Extract<UpstreamAnswer, { kind: 'accept' }>;

function responseOf({ rejectedSpans, message }: Accept): Uint8Array {
  if (rejectedSpans === undefined) return new Uint8Array(0);
  const partialSuccess = { rejectedSpans, errorMessage: message ?? '' };
  return oracle.traceResponse.encode(oracle.traceResponse.fromObject({ partialSuccess })).finish();
}

function jsonResponseOf({ rejectedSpans, message }: Accept): string {
  if (rejectedSpans === undefined) return '{}';
  return JSON.stringify({
    partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage: message ?? '' },
  });
}

function retryInfo(code: number, retryAfterMs: number | undefined): grpc.Metadata {
  const metadata = new grpc.Metadata();
  if (retryAfterMs === undefined) return metadata;
  const retryDelay = {
    seconds: Math.floor(retryAfterMs / 1000),
    nanos: (retryAfterMs % 1000) * 1e6,
  };
  const value = oracle.retryInfo.encode(oracle.retryInfo.fromObject({ retryDelay })).finish();
  const status = oracle.status.fromObject({
    code,
    message: 'told to',
    details: [{ type_url: 'type.googleapis.com/google.rpc.RetryInfo', value }],
  });
  metadata.set('grpc-status-details-bin', Buffer.from(oracle.status.encode(status).finish()));
  return metadata;
}
