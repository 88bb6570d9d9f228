/**
 * The query thread: reads the store and renders views, so that no question, however large, holds up receiving.
 * Asks the ingest thread only for what lies in its memory: the ring, and spans that have only started.
 * A composition root: it names the embedded store.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../model/clock.ts';
import type { TraceId } from '../model/ids.ts';
import type { StorageReport } from '../model/statistics.ts';
import type { StorageInventory } from '../model/storage-inventory.ts';
import { inTurns } from '../projection/in-turns.ts';
import { CommitSignal } from '../store/commit-signal.ts';
import type { SpanSource } from '../store/contracts/span-source.ts';
import type { TraceReader } from '../store/contracts/trace-reader.ts';
import { StoreInventory } from '../store/lmdb/inventory/store-inventory.ts';
import { LmdbSource } from '../store/lmdb/lmdb-source.ts';
import { SoundPartitions } from '../store/lmdb/sound-partitions.ts';
import { createTraceReader } from '../store/reading/create-trace-reader.ts';
import { decodeMinute } from '../store/statistics/statistics-codec.ts';
import type { StatisticsSource } from '../store/statistics/statistics-source.ts';
import { Counters } from '../telemetry/counters.ts';
import { allViews } from '../views/all-views.ts';
import { writeJsonInSteps } from '../views/json.ts';
import { FewAtOnce } from './few-at-once.ts';
import { Moved, ThreadCalls } from './thread-calls.ts';

export interface QueryData {
  /** Absent: nothing is persisted, everything is asked of the ingest thread. */
  readonly dataPath?: string;
  /** Of what lies there. */
  readonly retention?: { readonly maxAgeMs: number; readonly maxBytes: number };
  readonly commitSignal: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  /** How many places in memory the ingest thread answers for: the ring, the running spans. */
  readonly memorySources: number;
}

const data = workerData as QueryData;
const counters = new Counters(data.counters, 2);
const calls = new ThreadCalls(parentPort!, {
  render: async (signal, view: string, params: unknown) =>
    withMemory(await render(view, params, signal)),
  renderJson: async (signal, view: string, params: unknown) =>
    inTurns(writeJsonInSteps(await render(view, params, signal)), signal),
  storage: () => storage(),
  inventory: () => inventory(),
});

const commits = new CommitSignal(data.commitSignal);
const partitions = data.dataPath === undefined ? undefined : openPartitions(data.dataPath);
const persisted = partitions === undefined ? undefined : new LmdbSource(partitions);
const stored = openInventory();

function openPartitions(dataPath: string): SoundPartitions {
  return new SoundPartitions(dataPath, commits, (what) => {
    counters.add('partitions_damaged');
    void calls.call('warn', [`damaged data is passed over: ${what}`]);
  });
}

function openInventory(): StoreInventory | undefined {
  const { dataPath, retention } = data;
  if (dataPath === undefined || retention === undefined || partitions === undefined)
    return undefined;
  return new StoreInventory({ dataPath, retention, partitions, counters });
}

/** A place in the ingest thread's memory. */
function memorySource(place: number): SpanSource {
  return {
    trace: (traceId: TraceId) => calls.call('trace', [place, traceId]),
    mark: (traceId) => calls.call('mark', [place, traceId]),
    find: (filter, page, signal) => calls.call('find', [place, filter, page], signal),
    arrived: (filter, page, signal) => calls.call('arrived', [place, filter, page], signal),
    services: () => calls.call('services', [place]),
    operations: (service) => calls.call('operations', [place, service]),
    catalogue: () => calls.call('catalogue', [place]),
  };
}

/** Without a store the ingest thread counts, and hands minutes over as bytes. */
const statisticsInMemory: StatisticsSource = {
  async *minutes(from, to) {
    const encoded = await calls.call<Uint8Array[]>('minutes', [from, to]);
    for (const bytes of encoded) {
      const minute = decodeMinute(bytes);
      if (minute !== undefined) yield minute;
    }
  },
};

/** What was acknowledged before the question is in the answer. */
function statisticsOf(store: LmdbSource): StatisticsSource {
  return {
    async *minutes(from, to, unitMax) {
      commits.watchStatistics();
      if (commits.areStatisticsBehind) await calls.call('writeStatistics');
      yield* store.minutes(from, to, unitMax);
    },
  };
}

async function storage(): Promise<StorageReport> {
  return persisted?.storage() ?? { spans: 0, bytes: 0, oldest: undefined, newest: undefined };
}

async function inventory(): Promise<StorageInventory> {
  if (stored === undefined) throw new Error('nothing is kept on disk');
  return stored.take();
}

const inMemory = Array.from({ length: data.memorySources }, (_, place) => memorySource(place));
const reader: TraceReader = createTraceReader({
  sources: persisted === undefined ? inMemory : [...inMemory, persisted],
  statistics: persisted === undefined ? statisticsInMemory : statisticsOf(persisted),
  storage,
  survivesRestart: persisted !== undefined,
});

/** Views that read a trace, which may be large: some 150 MiB of heap each, at most. */
const TRACE_VIEWS: ReadonlySet<string> = new Set([
  ...['lifecycle', 'timeline', 'outline', 'export'],
  ...['attributes', 'attributeColumn', 'find'],
]);
const traceReaders = new FewAtOnce(4);

const views = allViews({ clock: systemClock, dropped: () => counters.allDropped() });

async function render(name: string, params: unknown, signal: AbortSignal): Promise<unknown> {
  if (!Object.hasOwn(views, name)) throw new Error(`no view is named ${name}`);
  const view = views[name as keyof typeof views] as {
    parseParams(raw: unknown): unknown;
    render(reader: TraceReader, params: never, signal: AbortSignal): Promise<unknown>;
  };
  const parsed = view.parseParams(params) as never;
  const rendered = () => view.render(reader, parsed, signal);
  return TRACE_VIEWS.has(name) ? traceReaders.run(rendered, signal) : rendered();
}

/** An outline is megabytes, made for this one answer. */
function withMemory(result: unknown): unknown {
  const { bytes } = result as { readonly bytes?: unknown };
  if (!(bytes instanceof Uint8Array) || !(bytes.buffer instanceof ArrayBuffer)) return result;
  return new Moved(result, [bytes.buffer]);
}
