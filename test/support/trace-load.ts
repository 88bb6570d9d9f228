/**
 * Clients that send traces as fast as they are answered, each request with ids of its own: gRPC, HTTP with
 * protobuf, and HTTP with JSON. A span goes into the ledger only after the OK. What is refused or cut off is
 * counted, and sent again if the load is told to.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { tracesToJson } from '../../src/otlp/json/protobuf-to-json.ts';
import { buildRequest, realisticRequest } from './otlp-request.ts';
import { RawGrpcClient } from './raw-grpc-client.ts';
import type { SpanLedger } from './span-ledger.ts';

export const TRANSPORTS = ['grpc', 'http', 'json'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface LoadTarget {
  readonly grpcPort: number;
  readonly httpPort: number;
}

export interface LoadOptions {
  readonly transports?: readonly Transport[];
  /** Requests in flight over each transport. @default 2 */
  readonly lanes?: number;
  /** Makes a request that shares no span with any other. @default 8 spans such as services send */
  readonly makeRequest?: () => Uint8Array;
  /** What is not answered with OK is sent again. @default false: it is let go */
  readonly resends?: boolean;
}

export type Outcome = 'ok' | 'refused' | 'broken';

const REQUEST_TIMEOUT_MS = 20_000;
/** Of all loads of this process, so that no two requests share a span. */
let seed = Math.floor(Math.random() * 2 ** 31);

export function uniqueRequest(spans: number): Uint8Array {
  return realisticRequest({ spans, seed: seed++ });
}

/** One span with so many bytes that no compression makes smaller. */
export function bulkyRequest(bytes: number): Uint8Array {
  return buildRequest({
    spans: [{ name: 'bulk', attributes: { payload: randomBytes(bytes) } }],
    seed: seed++,
  });
}

export class TraceLoad {
  readonly outcomes: Record<Outcome, number> = { ok: 0, refused: 0, broken: 0 };
  readonly #target: LoadTarget;
  readonly #ledger: SpanLedger;
  readonly #options: Required<LoadOptions>;
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly #stop = new AbortController();
  #grpc: RawGrpcClient | undefined;
  #lanes: Promise<void>[] = [];
  #watchers: (() => void)[] = [];

  constructor(target: LoadTarget, ledger: SpanLedger, options: LoadOptions = {}) {
    this.#target = target;
    this.#ledger = ledger;
    this.#options = {
      transports: TRANSPORTS,
      lanes: 2,
      makeRequest: () => uniqueRequest(8),
      resends: false,
      ...options,
    };
  }

  start(): this {
    const { transports, lanes } = this.#options;
    this.#lanes = transports.flatMap((transport) =>
      Array.from({ length: lanes }, () => this.#lane(transport)),
    );
    return this;
  }

  /** Resolves once so many requests have been answered with OK. */
  async answered(count: number): Promise<void> {
    while (this.outcomes.ok < count)
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<Record<Outcome, number>> {
    this.#stop.abort();
    await Promise.all(this.#lanes);
    this.#grpc?.close();
    this.#agent.destroy();
    return this.outcomes;
  }

  async #lane(transport: Transport): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const request = this.#options.makeRequest();
      let outcome = await this.send(transport, request);
      while (outcome !== 'ok' && this.#options.resends && !this.#stop.signal.aborted) {
        await wait(20);
        outcome = await this.send(transport, request);
      }
      if (outcome !== 'ok') await wait(5);
    }
  }

  /** Sends one request and writes down what came of it. */
  async send(transport: Transport, request: Uint8Array): Promise<Outcome> {
    this.#ledger.send(request, transport === 'json');
    const outcome = await (transport === 'grpc'
      ? this.#overGrpc(request)
      : this.#overHttp(request, transport === 'json'));
    this.outcomes[outcome]++;
    if (outcome === 'ok') this.#ledger.record(request, transport === 'json');
    for (const watcher of this.#watchers.splice(0)) watcher();
    return outcome;
  }

  async #overGrpc(request: Uint8Array): Promise<Outcome> {
    if (this.#grpc === undefined || this.#grpc.session.closed || this.#grpc.session.destroyed)
      this.#grpc = new RawGrpcClient(this.#target.grpcPort);
    try {
      const { grpcStatus } = await this.#grpc.call(request);
      if (grpcStatus === undefined) return 'broken';
      return grpcStatus === 0 ? 'ok' : 'refused';
    } catch {
      return 'broken';
    }
  }

  #overHttp(request: Uint8Array, asJson: boolean): Promise<Outcome> {
    const body = asJson ? Buffer.from(tracesToJson(request)) : request;
    return new Promise((resolve) => {
      const outgoing = http.request({
        host: '127.0.0.1',
        port: this.#target.httpPort,
        path: '/v1/traces',
        method: 'POST',
        agent: this.#agent,
        timeout: REQUEST_TIMEOUT_MS,
        headers: {
          'content-type': asJson ? 'application/json' : 'application/x-protobuf',
          'content-length': body.length,
        },
      });
      outgoing.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode === 200 ? 'ok' : 'refused'));
        response.on('error', () => resolve('broken'));
        response.on('aborted', () => resolve('broken'));
      });
      outgoing.on('timeout', () => outgoing.destroy());
      outgoing.on('error', () => resolve('broken'));
      outgoing.end(body);
    });
  }
}
