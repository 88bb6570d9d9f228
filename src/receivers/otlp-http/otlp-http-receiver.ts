/**
 * OTLP over HTTP/1.1 on node:http, protobuf and JSON on one port: POST /v1/traces, /v1/metrics, /v1/logs.
 *
 * It owns the listener and the bounds on strangers: connections, header bytes, and the time that headers
 * and requests may take, which node keeps. What one request goes through is http-exchange.ts; what its
 * bytes mean is export-handler.ts.
 */
import http from 'node:http';
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
import { type HttpContext, HttpExchange } from './http-exchange.ts';

/** `allowedHosts` are of `Host`; headers must arrive within a third of `requestTimeoutMs`. */
export type OtlpHttpSettings = ReceiverSettings;

export const OTLP_HTTP_ENDPOINT_KEY = 'receivers.otlp.http.endpoint';

const HEADER_BYTES_MAX = 16 * 1024;
/** Longer than the pauses between an SDK's exports, so that its connection is still there. */
const KEEP_ALIVE_MS = 75_000;

export class OtlpHttpReceiver implements Component {
  readonly #settings: Required<OtlpHttpSettings>;
  readonly #consumer: SpanConsumer;
  readonly #budget: ByteBudget;
  readonly #logEvents: LogEventConsumer | undefined;
  /** Aborts when nobody can be answered any more. */
  readonly #cut = new AbortController();
  #server: http.Server | undefined;
  #connections: SortedServer | undefined;
  #context: HttpContext | undefined;
  #closing: Promise<void> | undefined;
  #port = 0;

  /** `budget` is shared by all receivers; without it this one has its own, of 64 MiB. */
  constructor(
    settings: OtlpHttpSettings,
    consumer: SpanConsumer,
    budget: ByteBudget = new ByteBudget(64 * 1024 * 1024),
    logEvents?: LogEventConsumer,
  ) {
    this.#settings = completeSettings(settings);
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
    const { requestTimeoutMs, maxConnections, maxRequestBytes, allowedHosts } = this.#settings;
    const context: HttpContext = {
      settings: this.#settings,
      host,
      budget: this.#budget,
      pool: new BufferPool(),
      inflater: new Inflater(maxRequestBytes),
      handler: new ExportHandler(this.#consumer, host, this.#logEvents),
      guard: new RequestGuard(this.#settings.host, allowedHosts),
      abort: this.#cut.signal,
      isClosing: () => this.#closing !== undefined,
    };
    const timeoutMs = Math.ceil(requestTimeoutMs / 3);
    const server = http.createServer({
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: timeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
    server.maxConnections = maxConnections;
    server.on('request', (request, response) => {
      new HttpExchange(context, request, response).begin();
    });
    const connections = sortConnections(server, { version: 'http/1.1', timeoutMs, host });
    const address = await listen(server, {
      host: this.#settings.host,
      port: this.#settings.port,
      key: OTLP_HTTP_ENDPOINT_KEY,
    });
    server.on('error', (error) => host.log.error({ err: error }, 'the OTLP/HTTP listener failed'));
    this.#port = address.port;
    this.#context = context;
    this.#server = server;
    this.#connections = connections;
  }

  /** Takes a request that came in over another server: the socket of the data directory's lock. */
  handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (this.#context === undefined || this.#closing !== undefined)
      response.writeHead(503, { 'retry-after': '1' }).end();
    else new HttpExchange(this.#context, request, response).begin();
  }

  shutdown(deadline: AbortSignal): Promise<void> {
    this.#closing ??= this.#close(deadline);
    return this.#closing;
  }

  /** Lets open requests finish and cuts what is left at the deadline. */
  async #close(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.#connections?.close();
    server.closeIdleConnections();
    const cut = (): void => server.closeAllConnections();
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut);
    await closed;
    deadline.removeEventListener('abort', cut);
    this.#cut.abort();
  }
}
