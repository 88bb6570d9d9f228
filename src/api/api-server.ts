/**
 * The REST API as a component: it owns the listener and its bounds. Only of what it is given: a renderer of views,
 * functions that tell health and gauges, and what is on disk, which alone it can ask to do something. Which threads answer, and what
 * the parts are, it does not know.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Component, Host } from '../pipeline/component.ts';
import { listen } from '../pipeline/listen.ts';
import { RequestGuard } from '../pipeline/request-guard.ts';
import type { Arrivals } from '../store/contracts/arrivals.ts';
import type { ViewRenderer } from '../views/view-renderer.ts';
import type { ApiListener } from './api-listener.ts';
import type { DemoControl } from './demo-control.ts';
import type { HealthReport } from './health-report.ts';
import type { Gauge } from './metrics/gauge.ts';
import { answerReady, isPlainProbe } from './ready-answer.ts';
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
  /** For the live tail. @default nothing ever arrives */
  readonly arrivals?: Arrivals;
  /** For /api/v1/storage. @default nothing is kept on disk */
  readonly storage?: StorageControl | undefined;
  /** For /api/v1/demo. @default none */
  readonly demo?: DemoControl | undefined;
  /** Where the built page lies. @default in this package */
  readonly pageFolder?: string | undefined;
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

type MayBeAbsent = 'storage' | 'demo' | 'pageFolder';
export type CompleteApiSettings = Required<Omit<ApiSettings, MayBeAbsent>> &
  Pick<ApiSettings, MayBeAbsent>;

export const API_ENDPOINT_KEY = 'api.endpoint';

/** A URL of 16 KiB and as much again. */
const HEADER_BYTES_MAX = 32 * 1024;
const KEEP_ALIVE_MS = 30_000;
/** A client that neither sends nor takes anything for so long is gone. Longer than a view may take. */
const SILENCE_MS = 60_000;

export class ApiServer implements Component {
  readonly #settings: CompleteApiSettings;
  /** Aborts when nobody can be answered any more. */
  readonly #cut = new AbortController();
  /** Aborts when shutdown begins. */
  readonly #ending = new AbortController();
  #server: Server | undefined;
  #closing: Promise<void> | undefined;
  #endpoint: { readonly host: string; readonly port: number };

  constructor(settings: ApiSettings) {
    this.#settings = {
      allowedHosts: [],
      gauges: [],
      arrivals: { subscribe: () => {} },
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
      listener(request, response);
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

  /** Probes are answered here; all else is what the app is loaded for, once. */
  #listener(host: Host): ApiListener {
    const guard = new RequestGuard(this.#settings.host, this.#settings.allowedHosts);
    const isReady = () => this.#closing === undefined && this.#settings.isReady();
    const signals = { abort: this.#cut.signal, closing: this.#ending.signal };
    const parts = { settings: this.#settings, host, guard, isReady, ...signals };
    let loading: Promise<ApiListener> | undefined;
    let answer: ApiListener | undefined;
    const load = async () => {
      const { createApiListener } = await import('./api-listener.ts');
      answer = createApiListener(parts);
      return answer;
    };
    const answerOnceLoaded = async (request: IncomingMessage, response: ServerResponse) => {
      try {
        loading ??= load();
        (await loading)(request, response);
      } catch (error) {
        loading = undefined;
        host.log.error({ error }, 'the API could not be loaded');
        response.writeHead(500).end();
      }
    };
    return (request, response) => {
      if (isPlainProbe(request, guard) && isReady()) answerReady(response);
      else if (answer !== undefined) answer(request, response);
      else void answerOnceLoaded(request, response);
    };
  }

  /** Lets open requests finish and cuts what is left at the deadline. */
  async #close(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#ending.abort();
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
