/** A running API over traces such as programs leave, and a client that can say what browsers cannot. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { onTestFinished } from 'vitest';
import { ApiServer, type ApiSettings } from '../../../src/api/api-server.ts';
import type { HealthReport } from '../../../src/api/health-report.ts';
import type { Clock } from '../../../src/model/clock.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { buildRequest, fillRequest, realisticSpec } from '../../support/otlp-request.ts';
import { ORDER, REBUILD } from '../../support/trace-examples.ts';

/** Ten minutes after the traces began. */
export const NOW = 1_767_323_045_000_000_000n + 600_000_000_000n;
export const STARTED = NOW - 3_600_000_000_000n;

/** An order that fails, a rebuild that hangs, and ten traces of an instrumented shop. */
const SPECS = [ORDER, { ...REBUILD, seed: 2 }, realisticSpec({ spans: 80, seed: 3 })] as const;
export const [ORDER_ID, REBUILD_ID, SHOP_ID] = SPECS.map(
  (spec) => fillRequest(spec).spans[0]!.traceId,
) as [string, string, string];

export const HEALTHY: HealthReport = {
  receivers: [
    { name: 'otlp/grpc', status: 'ok', endpoint: '127.0.0.1:4317' },
    { name: 'otlp/http', status: 'off' },
  ],
  store: { status: 'ok', kind: 'memory', spans: 117, bytes: 30_000, oldest: NOW, newest: NOW },
  ring: { spans: 117, spansMax: 10_000, bytes: 40_000, bytesMax: 16_777_216 },
  forwarding: [
    {
      name: 'http://127.0.0.1:14317',
      status: 'ok',
      caughtUp: true,
      spansInFlight: 0,
      retryInMs: 0,
      lastSuccessUnixNano: NOW,
    },
  ],
};

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  json<T = Record<string, unknown>>(): T;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface RunningApi {
  readonly server: ApiServer;
  readonly renderer: LocalRenderer;
  readonly clock: ManualClock;
  /** What was logged as a warning or an error. */
  readonly logged: readonly string[];
  ask(path: string, asked?: Asked): Promise<Answered>;
}

/** Stopped when the test ends. */
export async function runningApi(settings: Partial<ApiSettings> = {}): Promise<RunningApi> {
  const clock = new ManualClock(NOW);
  const renderer = new LocalRenderer({ clock });
  for (const spec of SPECS) await renderer.receive(buildRequest(spec));
  const server = new ApiServer({
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    startedUnixNano: STARTED,
    views: renderer,
    health: async () => HEALTHY,
    isReady: () => true,
    ...settings,
  });
  const logged: string[] = [];
  const say = (_fields: object, message: string): void => void logged.push(message);
  await start(server, renderer, clock, { info: () => {}, warn: say, error: say });
  onTestFinished(() => server.shutdown(AbortSignal.abort()));
  return {
    server,
    renderer,
    clock,
    logged,
    ask: (path, asked) => ask(server.endpoint.port, path, asked),
  };
}

function start(server: ApiServer, { counters }: LocalRenderer, clock: Clock, log: Logger) {
  return server.start({ clock, counters, log });
}

export function ask(port: number, path: string, asked: Asked = {}): Promise<Answered> {
  const { method = 'GET', headers = {}, body, signal } = asked;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers, agent: false, ...(signal && { signal }) },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(pieces);
          const text = bytes.toString();
          const json = <T>() => JSON.parse(text) as T;
          resolve({ status: response.statusCode!, headers: response.headers, bytes, text, json });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
