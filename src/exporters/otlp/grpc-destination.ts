/**
 * OTLP over gRPC on the client of @grpc/grpc-js, which is loaded with the first request. Messages pass as
 * bytes: nothing is decoded or encoded on the way out. Its own retries are off, replies are bounded, and
 * a call has a deadline. What a code means is grpc-code.ts.
 */
import type * as Grpc from '@grpc/grpc-js';
import { decodeExportResponse, decodeStatus } from '../../otlp/service-messages.ts';
import type { Destination, SendResult } from './destination.ts';
import { failureOfGrpc } from './grpc-code.ts';
import { grpcTarget } from './otlp-endpoint.ts';
import { REPLY_BYTES_MAX, reasonOf, userAgent } from './reply.ts';

export interface GrpcDestinationSettings {
  /** See otlp-endpoint.ts. */
  readonly endpoint: string;
  /** Synton's own, for User-Agent. */
  readonly version: string;
  /** @default 'gzip' */
  readonly compression?: 'gzip' | 'none';
  readonly headers?: Readonly<Record<string, string>>;
  /** @default 5 s */
  readonly timeoutMs?: number;
}

interface Connection {
  readonly grpc: typeof Grpc;
  readonly client: Grpc.Client;
}

interface Answer {
  /** Undefined where the call was refused before a reply began ("Trailers-Only"). */
  readonly began: boolean;
  readonly error: Grpc.ServiceError | null;
  readonly reply: Buffer | undefined;
}

const EXPORT_PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
/** grpc-js' own default lets a channel rest for two minutes; when to try again is ours to say. */
const RECONNECT_MS_MAX = 2000;
const GZIP_ALGORITHM = 2;

export class GrpcDestination implements Destination {
  readonly #settings: Required<GrpcDestinationSettings>;
  readonly #target: string;
  readonly #tls: boolean;
  #connection: Promise<Connection> | undefined;
  #closed = false;

  /** @throws InvalidEndpoint */
  constructor(settings: GrpcDestinationSettings) {
    this.#settings = { compression: 'gzip', headers: {}, timeoutMs: 5000, ...settings };
    const { target, tls } = grpcTarget(settings.endpoint);
    this.#target = target;
    this.#tls = tls;
  }

  async send(request: Uint8Array, _spanCount: number, signal: AbortSignal): Promise<SendResult> {
    if (this.#closed || signal.aborted) return { status: 'retry', reason: 'shutting down' };
    try {
      this.#connection ??= this.#connect();
      return judge(await this.#call(await this.#connection, request, signal));
    } catch (error) {
      return { status: 'retry', reason: reasonOf(error) };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = await this.#connection;
    connection?.client.close();
  }

  async #connect(): Promise<Connection> {
    const grpc = await import('@grpc/grpc-js');
    const { version, compression } = this.#settings;
    const credentials = this.#tls
      ? grpc.credentials.createSsl()
      : grpc.credentials.createInsecure();
    const client = new grpc.Client(this.#target, credentials, {
      'grpc.primary_user_agent': userAgent(version),
      'grpc.max_receive_message_length': REPLY_BYTES_MAX,
      'grpc.max_send_message_length': -1,
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.initial_reconnect_backoff_ms': 500,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MS_MAX,
      ...(compression === 'gzip' && { 'grpc.default_compression_algorithm': GZIP_ALGORITHM }),
    });
    return { grpc, client };
  }

  #call({ grpc, client }: Connection, request: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const { headers, timeoutMs } = this.#settings;
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new Promise((resolve) => {
      let began = false;
      const call = client.makeUnaryRequest<Uint8Array, Buffer>(
        EXPORT_PATH,
        asBuffer,
        (bytes) => bytes,
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error, reply) => {
          signal.removeEventListener('abort', cancel);
          resolve({ began, error, reply });
        },
      );
      const cancel = (): void => call.cancel();
      call.on('metadata', () => {
        began = true;
      });
      signal.addEventListener('abort', cancel);
    });
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function judge({ began, error, reply }: Answer): SendResult {
  if (error === null) return { status: 'sent', ...acceptance(reply) };
  const { code, details, metadata } = error;
  // Said by our own client of the reply; a peer says the same of a request, but before it replies.
  if (began && code === 8 && /larger than max/i.test(details))
    return {
      status: 'refused',
      about: 'endpoint',
      code: 'REPLY_TOO_LARGE',
      reason: `the reply is larger than ${REPLY_BYTES_MAX} bytes`,
    };
  return failureOfGrpc(code, details, retryDelay(metadata));
}

/** A reply that cannot be read takes nothing back: the status said that the spans are accepted. */
function acceptance(reply: Buffer | undefined): { rejectedSpans: number; message?: string } {
  try {
    return decodeExportResponse(reply ?? Buffer.alloc(0));
  } catch {
    return { rejectedSpans: 0 };
  }
}

/** Milliseconds of the RetryInfo among the status details. */
function retryDelay(metadata: Grpc.Metadata | undefined): number | undefined {
  const [details] = metadata?.get('grpc-status-details-bin') ?? [];
  if (!(details instanceof Uint8Array)) return undefined;
  try {
    return decodeStatus(details).retryAfterMs;
  } catch {
    return undefined;
  }
}
