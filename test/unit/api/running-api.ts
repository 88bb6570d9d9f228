/** A running API over traces such as programs leave, and a client that can say what browsers cannot. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { onTestFinished } from 'vitest';
import { ApiServer, type ApiSettings } from '../../../src/api/api-server.ts';
import type { DemoControl } from '../../../src/api/demo-control.ts';
import type { HealthReport } from '../../../src/api/health-report.ts';
import type { StorageControl } from '../../../src/api/storage-control.ts';
import type { Clock } from '../../../src/model/clock.ts';
import type { DemoState } from '../../../src/model/demo-state.ts';
import type { CompactionState, StorageInventory } from '../../../src/model/storage-inventory.ts';
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
  openSpans: { spans: 3, stale: 1 },
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

const SHARE = { partitions: 2, spans: 1_000, bytes: 40_000, bytesPerSpan: 40 };
const CONTENTS = {
  spans: 30_000,
  directory: 4_000,
  traces: 3_000,
  values: 1_000,
  statistics: 1_500,
  free: 0,
  other: 500,
  unknown: 0,
};
const INVENTORY: StorageInventory = {
  takenUnixNano: NOW,
  bytes: 50_000,
  total: SHARE,
  blocks: { partitions: 0, spans: 0, bytes: 0, contents: CONTENTS },
  columns: { ...SHARE, contents: CONTENTS },
  unchecked: 0,
  damaged: 0,
  setAside: { folders: 1, bytes: 9_000 },
  leftovers: { entries: 0, bytes: 0 },
  forwarding: [
    {
      name: 'abc',
      bytes: 100,
      cursor: { partition: 1, block: 7 },
      deadLetters: { requests: 0, bytes: 0 },
    },
  ],
  otherBytes: 900,
  oldestUnixNano: STARTED,
  newestUnixNano: NOW,
  retention: {
    maxAgeMs: 1,
    maxBytes: 2,
    next: { partition: 1, spans: 500, bytes: 20_000, expiresUnixNano: NOW, bytesUntil: 0 },
  },
  rewriting: {
    waiting: { partitions: 0, spans: 0, bytes: 0 },
    partitions: 2,
    spans: 1_000,
    failed: 0,
    workedMs: 5,
    workedUsPerSpan: 5,
  },
};

/** Remembers what it was asked to do; a compaction runs until it is finished. */
export class ExampleStorage implements StorageControl {
  compaction: CompactionState = { run: 0, status: 'none' };
  readonly asked: boolean[] = [];

  async inventory(): Promise<StorageInventory> {
    return INVENTORY;
  }

  compact({ removeSetAside }: { readonly removeSetAside: boolean }): CompactionState {
    this.asked.push(removeSetAside);
    if (this.compaction.status !== 'running')
      this.compaction = { run: this.compaction.run + 1, status: 'running', startedUnixNano: NOW };
    return this.compaction;
  }

  finish(): void {
    const report = {
      partitions: 1,
      spans: 10,
      bytesBefore: 100,
      bytesAfter: 10,
      spansHeld: 10,
      failed: 0,
      workedMs: 1,
      leftovers: { entries: 0, bytes: 0 },
    };
    const setAsideRemoved = { folders: 1, bytes: 9_000 };
    const end = { finishedUnixNano: NOW, report, setAsideRemoved };
    this.compaction = { ...this.compaction, status: 'done', ...end };
  }
}

/** Runs until it is stopped, and remembers whether the big trace was asked for. */
export class ExampleDemo implements DemoControl {
  readonly asked: boolean[] = [];
  /** Whether there is a receiver that it could send to. */
  hasReceiver = true;
  state: DemoState = { run: 0, status: 'none', traces: 0, spans: 0, failed: 0 };

  async start({ isBig }: { readonly isBig: boolean }): Promise<DemoState | undefined> {
    this.asked.push(isBig);
    if (!this.hasReceiver) return undefined;
    if (this.state.status !== 'running') {
      const times = { startedUnixNano: NOW, endsUnixNano: NOW + 300_000_000_000n };
      const { run } = this.state;
      this.state = { run: run + 1, status: 'running', ...times, traces: 3, spans: 40, failed: 0 };
    }
    return this.state;
  }

  async stop(): Promise<DemoState> {
    this.state = { ...this.state, status: 'ended', finishedUnixNano: NOW };
    return this.state;
  }
}

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
export async function runningApi({
  ringSpansMax = 1_000,
  ...settings
}: Partial<ApiSettings> & { ringSpansMax?: number } = {}): Promise<RunningApi> {
  const clock = new ManualClock(NOW);
  const renderer = new LocalRenderer({ clock, ringSpansMax });
  for (const spec of SPECS) await renderer.receive(buildRequest(spec));
  const server = new ApiServer({
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    startedUnixNano: STARTED,
    views: renderer,
    arrivals: renderer.arrivals,
    health: async () => HEALTHY,
    isReady: () => true,
    storage: new ExampleStorage(),
    demo: new ExampleDemo(),
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
