/**
 * The reader that views are made from: ring, running spans and store as one.
 *
 * Owns nothing, and keeps nothing between calls but outlines of traces and one line of each large one. Sources say what they hold; bringing it
 * together and ordering happen here, once for all of them. Bounds: see trace-search.ts for a page of a search,
 * given-records.ts for a trace.
 */
import type { StorageReport } from '../../model/statistics.ts';
import type { TraceSummary } from '../../model/trace-summary.ts';
import type { Operation, SpanSource } from '../contracts/span-source.ts';
import type { ReadCapabilities, TraceReader } from '../contracts/trace-reader.ts';
import { aggregateDurations, aggregateSeries, aggregateSketch } from '../statistics/aggregate.ts';
import { durationBuckets } from '../statistics/duration-buckets.ts';
import type { StatisticsSource } from '../statistics/statistics-source.ts';
import { arrivedTraces } from './arrived-traces.ts';
import { catalogueOf } from './catalogue-of.ts';
import { KnownItems } from './known-items.ts';
import { OneByOne } from './one-by-one.ts';
import { readCalls } from './read-calls.ts';
import { TraceLoader } from './trace-loader.ts';
import { searchTraces } from './trace-search.ts';

export interface TraceReaderSettings {
  readonly sources: readonly SpanSource[];
  /** The one place that counts every span received. */
  readonly statistics: StatisticsSource;
  readonly storage: () => Promise<StorageReport>;
  /** @default false */
  readonly survivesRestart?: boolean;
  /** Records of one trace. @default 500,000 */
  readonly spansMax?: number;
}

export function createTraceReader(settings: TraceReaderSettings): TraceReader {
  const { sources, statistics } = settings;
  const large = new OneByOne();
  const known = new KnownItems<TraceSummary>();
  const loader = new TraceLoader(sources, large, settings.spansMax);
  const capabilities: ReadCapabilities = {
    attributeSearch: true,
    statistics: true,
    survivesRestart: settings.survivesRestart ?? false,
  };
  return {
    capabilities,

    trace: (traceId, signal) => loader.load(traceId, signal),

    revision: (traceId) => loader.revision(traceId),

    search: async (query, signal) => searchTraces(sources, query, signal, large, known),

    async services() {
      const lists = await Promise.all(sources.map((source) => source.services()));
      return [...new Set(lists.flat())].sort();
    },

    async operations(service) {
      const lists = await Promise.all(sources.map((source) => source.operations(service)));
      return distinct(lists.flat());
    },

    async catalogue(signal) {
      const lists = await Promise.all(sources.map((source) => catalogueOf(source, signal)));
      const all = new Map<string, Operation[]>();
      for (const [service, operations] of lists.flatMap((list) => [...list])) {
        const known = all.get(service);
        if (known === undefined) all.set(service, [...operations]);
        else for (const operation of operations) known.push(operation);
      }
      const sorted = [...all].sort(([a], [b]) => compareText(a, b));
      return new Map(sorted.map(([service, operations]) => [service, distinct(operations)]));
    },

    calls: (range, signal) => readCalls(sources, range, { large, signal }),

    statistics: (range, by, stepNano, where) =>
      aggregateSeries(statistics, range, by, stepNano, where),

    durationBuckets: async (range, where) =>
      durationBuckets(await aggregateSketch(statistics, range, where)),

    durations: (range, service) => aggregateDurations(statistics, range, service),

    storage: () => settings.storage(),

    arrived: async (query, signal) => arrivedTraces(sources, query, signal, large),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorted, each once. */
function distinct(operations: readonly Operation[]): readonly Operation[] {
  const each = new Map<string, Operation>();
  for (const operation of operations) each.set(`${operation.kind} ${operation.name}`, operation);
  return [...each.values()].sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.kind, b.kind),
  );
}
