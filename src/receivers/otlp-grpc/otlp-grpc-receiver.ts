/**
 * OTLP over gRPC on node:http2, without TLS: the three Export methods, unary, and nothing else of gRPC.
 *
 * It owns the listener, its sessions, and the bounds on what strangers can hold: connections, streams,
 * header bytes, request bytes, and the time a request may take to arrive. What one request goes through
 * is grpc-exchange.ts; what the bytes mean is export-handler.ts.
 *
 * Windows of 16 MiB a stream and 64 MiB a connection, and frames of 1 MiB, were measured to cost the
 * least; the byte budget, not the windows, bounds what is kept.
 */
import http2 from 'node:http2';
import { ByteBudget } from '../../pipeline/byte-budget.ts';
import type { Component, Host } from '../../pipeline/component.ts';
import { listen } from '../../pipeline/listen.ts';
import type { LogEventConsumer } from '../../pipeline/log-event-consumer.ts';
import { RequestGuard } from '../../pipeline/request-guard.ts';
import type { SpanConsumer } from '../../pipeline/span-consumer.ts';
import { BufferPool } from '../otlp/buffer-pool.ts';
import { type SortedServer, sortConnections } from '../otlp/either-protocol.ts';
import { ExportHandler } from '../otlp/export-handler.ts';
import { Inflater } from '../otlp/inflate.ts';
import { completeSettings, type ReceiverSettings } from '../otlp/receiver-settings.ts';
import { type ExchangeContext, GrpcExchange, type SessionState } from './grpc-exchange.ts';

/** `allowedHosts` are of `:authority`; a connection must send its first request within `requestTimeoutMs`. */
export interface OtlpGrpcSettings extends ReceiverSettings {
  /** Open requests of one connection. @default 256 */
  readonly maxStreams?: number;
}

export const OTLP_GRPC_ENDPOINT_KEY = 'receivers.otlp.grpc.endpoint';

const STREAM_WINDOW_BYTES = 16 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 64 * 1024 * 1024;
const FRAME_BYTES_MAX = 1024 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;
/** In megabytes: what node lets one session hold before it refuses new streams. */
const SESSION_MEMORY_MAX = 128;
const STREAMS_MAX = 256;
/** How exactly timeouts are kept. */
const SWEEP_MS = 100;

export class OtlpGrpcReceiver implements Component {
  readonly #settings: Required<OtlpGrpcSettings>;
  readonly #consumer: SpanConsumer;
  readonly #budget: ByteBudget;
  readonly #logEvents: LogEventConsumer | undefined;
  readonly #sessions = new Map<http2.ServerHttp2Session, SessionState>();
  readonly #exchanges = new Set<GrpcExchange>();
  #server: http2.Http2Server | undefined;
  #connections: SortedServer | undefined;
  #context: ExchangeContext | undefined;
  #cancelSweep: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  #port = 0;

  /** `budget` is shared by all receivers; without it this one has its own, of 64 MiB. */
  constructor(
    settings: OtlpGrpcSettings,
    consumer: SpanConsumer,
    budget: ByteBudget = new ByteBudget(64 * 1024 * 1024),
    logEvents?: LogEventConsumer,
  ) {
    this.#settings = completeSettings({ maxStreams: STREAMS_MAX, ...settings });
    this.#consumer = consumer;
    this.#budget = budget;
    this.#logEvents = logEvents;
  }

  /** The bound port, after start. */
  get port(): number {
    return this.#port;
  }

  /** Undefined before start. */
  get connections(): SortedServer | undefined {
    return this.#connections;
  }

  /** @throws ListenFailed */
  async start(host: Host): Promise<void> {
    const { maxRequestBytes, maxConnections, maxStreams, allowedHosts } = this.#settings;
    this.#context = {
      settings: this.#settings,
      host,
      budget: this.#budget,
      pool: new BufferPool(),
      inflater: new Inflater(maxRequestBytes),
      handler: new ExportHandler(this.#consumer, host, this.#logEvents),
      guard: new RequestGuard(this.#settings.host, allowedHosts),
      done: (exchange) => this.#exchanges.delete(exchange),
    };
    const server = http2.createServer({
      maxSessionMemory: SESSION_MEMORY_MAX,
      settings: {
        enablePush: false,
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxFrameSize: FRAME_BYTES_MAX,
        maxConcurrentStreams: maxStreams,
        maxHeaderListSize: HEADER_BYTES_MAX,
      },
    });
    server.maxConnections = maxConnections;
    server.on('session', (session) => this.#open(session));
    server.on('stream', (stream, headers) => this.#exchange(stream, headers));
    // A stranger's bytes are no fault of ours: node ends the session or the socket, and that is all.
    server.on('sessionError', () => {});
    server.on('clientError', (_error, socket) => socket.destroy());
    const timeoutMs = this.#settings.requestTimeoutMs;
    const connections = sortConnections(server, { version: 'h2', timeoutMs, host });
    const address = await listen(server, {
      host: this.#settings.host,
      port: this.#settings.port,
      key: OTLP_GRPC_ENDPOINT_KEY,
    });
    server.on('error', (error) => host.log.error({ err: error }, 'the OTLP/gRPC listener failed'));
    this.#port = address.port;
    this.#server = server;
    this.#connections = connections;
  }

  shutdown(deadline: AbortSignal): Promise<void> {
    this.#closing ??= this.#close(deadline);
    return this.#closing;
  }

  /** Says goodbye (GOAWAY), lets open requests finish, and cuts what is left at the deadline. */
  async #close(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.#connections?.close();
    for (const session of this.#sessions.keys()) session.close();
    const cut = (): void => {
      for (const session of this.#sessions.keys()) session.destroy();
    };
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut);
    await closed;
    deadline.removeEventListener('abort', cut);
    this.#cancelSweep?.();
  }

  #open(session: http2.ServerHttp2Session) {
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    const abort = new AbortController();
    const { clock } = this.#context!.host;
    this.#sessions.set(session, { abort, openedAtMs: clock.monotonicMs(), requests: 0 });
    session.on('close', () => {
      this.#sessions.delete(session);
      abort.abort();
    });
    this.#sweepLater();
  }

  #exchange(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) {
    const state = this.#sessions.get(stream.session as http2.ServerHttp2Session);
    const context = this.#context!;
    if (state === undefined) {
      // Its connection has gone already.
      stream.on('error', () => {});
      stream.destroy();
      return;
    }
    const exchange = new GrpcExchange(context, stream, state);
    this.#exchanges.add(exchange);
    exchange.begin(headers);
  }

  #sweepLater() {
    this.#cancelSweep ??= this.#context!.host.clock.schedule(SWEEP_MS, () => this.#sweep());
  }

  /** Goes on for as long as somebody is connected. */
  #sweep() {
    this.#cancelSweep = undefined;
    const now = this.#context!.host.clock.monotonicMs();
    for (const exchange of this.#exchanges) exchange.sweep(now);
    const newestMs = now - this.#settings.requestTimeoutMs;
    for (const [session, state] of this.#sessions)
      if (state.requests === 0 && state.openedAtMs < newestMs) session.destroy();
    if (this.#sessions.size > 0) this.#sweepLater();
  }
}
