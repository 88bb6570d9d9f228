/**
 * The REST API as a component: it owns the listener and its bounds. Only of what it is given: a renderer of views,
 * functions that tell health and gauges, and what is on disk, which alone it can ask to do something. Which threads answer, and what
 * the parts are, it does not know.
 */
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Component, Host } from '../pipeline/component.ts';
import { listen } from '../pipeline/listen.ts';
import { RequestGuard } from '../pipeline/request-guard.ts';
import type { ViewRenderer } from '../views/view-renderer.ts';
import { createApiApp, problemResponse } from './api-app.ts';
import { BoundedRenderer } from './bounded-renderer.ts';
import type { HealthReport } from './health-report.ts';
import type { Gauge } from './metrics/gauge.ts';
import { RequestRefused } from './problem.ts';
import type { Route } from './routes/route.ts';
import { serviceRoutes } from './routes/service-routes.ts';
import { statisticsRoutes } from './routes/statistics-routes.ts';
import { storageRoutes } from './routes/storage-routes.ts';
import { traceRoutes } from './routes/trace-routes.ts';
import type { StorageControl } from './storage-control.ts';

/** Where to listen and what to serve. Counters, clock and log come from the Host at start. */
export interface ApiSettings {
  readonly host: string;
  /** 0: chosen by the system; see `endpoint`. */
  readonly port: number;
  /** Names in `Host` and `Origin` beside loopback's and the bound address. @default none */
  readonly allowedHosts?: readonly string[];
  /** Of the package. */
  readonly version: string;
  /** When the service began to start. */
  readonly startedUnixNano: bigint;
  /** Answers by the names and parameters of views/all-views.ts. */
  readonly views: ViewRenderer;
  /** For /api/v1/storage. @default nothing is kept on disk */
  readonly storage?: StorageControl | undefined;
  /** For /health. What it throws is answered with 500. */
  readonly health: () => Promise<HealthReport>;
  /** For /ready, which also says no once shutdown has begun. */
  readonly isReady: () => boolean;
  /** For /metrics, beside every counter. @default none */
  readonly gauges?: readonly Gauge[];
  /** Connections beyond it are closed at once. @default 256 */
  readonly maxConnections?: number;
  /** Views at once, of all clients together; more are told to come back. @default 32 */
  readonly rendersMax?: number;
  /** Of one view. @default 30 s */
  readonly renderDeadlineMs?: number;
  /** A request must have arrived whole within this time. @default 10 s */
  readonly requestTimeoutMs?: number;
}

export const API_ENDPOINT_KEY = 'api.endpoint';

/** A URL of 16 KiB and as much again. */
const HEADER_BYTES_MAX = 32 * 1024;
const KEEP_ALIVE_MS = 30_000;
/** A client that neither sends nor takes anything for so long is gone. Longer than a view may take. */
const SILENCE_MS = 60_000;

export class ApiServer implements Component {
  readonly #settings: Required<Omit<ApiSettings, 'storage'>> & Pick<ApiSettings, 'storage'>;
  /** Aborts when nobody can be answered any more. */
  readonly #cut = new AbortController();
  #server: Server | undefined;
  #closing: Promise<void> | undefined;
  #endpoint: { readonly host: string; readonly port: number };

  constructor(settings: ApiSettings) {
    this.#settings = {
      allowedHosts: [],
      gauges: [],
      maxConnections: 256,
      rendersMax: 32,
      renderDeadlineMs: 30_000,
      requestTimeoutMs: 10_000,
      ...settings,
    };
    this.#endpoint = { host: settings.host, port: settings.port };
  }

  /** As bound, after start; before it, as configured. */
  get endpoint(): { readonly host: string; readonly port: number } {
    return this.#endpoint;
  }

  /** @throws ListenFailed */
  async start(host: Host): Promise<void> {
    const { requestTimeoutMs, maxConnections } = this.#settings;
    const server = createServer({
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
    server.maxConnections = maxConnections;
    server.setTimeout(SILENCE_MS);
    const listener = this.#listener(host);
    server.on('request', (request, response) => {
      // While closing, no connection is kept alive: neither one that asks again, nor one that is answered.
      if (this.#closing !== undefined) response.setHeader('connection', 'close');
      response.on('close', () => {
        if (this.#closing !== undefined) server.closeIdleConnections();
      });
      void listener(request, response);
    });
    const { address, port } = await listen(server, {
      host: this.#settings.host,
      port: this.#settings.port,
      key: API_ENDPOINT_KEY,
    });
    server.on('error', (error) => host.log.error({ error }, 'the API listener failed'));
    this.#endpoint = { host: address, port };
    this.#server = server;
  }

  shutdown(deadline: AbortSignal): Promise<void> {
    this.#closing ??= this.#close(deadline);
    return this.#closing;
  }

  #listener(host: Host): ReturnType<typeof getRequestListener> {
    const app = createApiApp({
      routes: this.#routes(host),
      guard: new RequestGuard(this.#settings.host, this.#settings.allowedHosts),
      log: host.log,
      abort: this.#cut.signal,
    });
    return getRequestListener(app.fetch, {
      // HTTP/1.0 may leave Host out.
      hostname: 'localhost',
      overrideGlobalObjects: false,
      errorHandler: () =>
        problemResponse(new RequestRefused('InvalidRequest', 'Host and URL make no address')),
    });
  }

  #routes({ clock, counters, log }: Host): readonly Route[] {
    const { version, startedUnixNano, gauges, health, isReady, storage } = this.#settings;
    const { rendersMax, renderDeadlineMs: deadlineMs } = this.#settings;
    const views = new BoundedRenderer(this.#settings.views, { rendersMax, deadlineMs }, clock);
    const service = { version, startedUnixNano, clock, counters, log, gauges, health };
    const routes: Route[] = [
      ...traceRoutes(views),
      ...statisticsRoutes(views),
      ...storageRoutes({ version, storage }),
      ...serviceRoutes(
        { ...service, isReady: () => this.#closing === undefined && isReady() },
        () => routes,
      ),
    ];
    return routes;
  }

  /** Lets open requests finish and cuts what is left at the deadline. */
  async #close(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cut = (): void => {
      this.#cut.abort();
      server.closeAllConnections();
    };
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut);
    await closed;
    deadline.removeEventListener('abort', cut);
    this.#cut.abort();
  }
}
