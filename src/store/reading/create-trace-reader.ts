/**
 * The reader that views are made from: ring, running spans and store as one.
 *
 * Owns nothing and keeps nothing between calls. Sources say what they hold; bringing it together,
 * ordering and paging happen here, once for all of them. Bounds: see trace-search.ts for a page of a
 * search; a trace is read whole, then cut.
 */
import { InvalidParameter } from '../../model/errors.ts';
import type { SpanId } from '../../model/ids.ts';
import type { StorageReport } from '../../model/statistics.ts';
import type { Trace } from '../contracts/span-record.ts';
import type { Operation, SpanSource } from '../contracts/span-source.ts';
import type { ReadCapabilities, TracePage, TraceReader } from '../contracts/trace-reader.ts';
import { aggregateDurations, aggregateSeries } from '../statistics/aggregate.ts';
import type { StatisticsSource } from '../statistics/statistics-source.ts';
import { decodeCursor, encodeCursor } from './page-cursor.ts';
import { compareMerged, type MergedRecord, TraceRecords } from './trace-records.ts';
import { recordsOf, searchTraces } from './trace-search.ts';

export interface TraceReaderSettings {
  readonly sources: readonly SpanSource[];
  /** The one place that counts every span received. */
  readonly statistics: StatisticsSource;
  readonly storage: () => Promise<StorageReport>;
  /** Feeds tails; without it, `subscribe` never calls back. */
  readonly subscribe?: TraceReader['subscribe'];
  /** @default false */
  readonly survivesRestart?: boolean;
}

export const TRACE_PAGE_MAX = 100_000;
const CURSOR = 'trace';

export function createTraceReader(settings: TraceReaderSettings): TraceReader {
  const { sources, statistics } = settings;
  const capabilities: ReadCapabilities = {
    attributeSearch: true,
    statistics: true,
    survivesRestart: settings.survivesRestart ?? false,
  };
  return {
    capabilities,

    async trace(traceId, options = {}): Promise<Trace | undefined> {
      const records = await recordsOf(sources, traceId);
      if (records.length === 0) return undefined;
      const merged = new TraceRecords(records).merged();
      const wanted = options.subtree === undefined ? merged : subtreeOf(merged, options.subtree);
      const page = pageOf(wanted, options.page ?? {});
      const last = page.at(-1);
      const isCut = last !== undefined && last !== wanted.at(-1);
      return {
        traceId,
        records: page.map(({ record }) => record),
        spanCount: wanted.length,
        next: isCut ? encodeCursor(CURSOR, [last.record.arrival, last.identity]) : undefined,
      };
    },

    search: async (query, signal) => searchTraces(sources, query, signal),

    async services() {
      const lists = await Promise.all(sources.map((source) => source.services()));
      return [...new Set(lists.flat())].sort();
    },

    async operations(service) {
      const lists = await Promise.all(sources.map((source) => source.operations(service)));
      const distinct = new Map<string, Operation>();
      for (const operation of lists.flat()) {
        distinct.set(`${operation.kind} ${operation.name}`, operation);
      }
      return [...distinct.values()].sort(
        (a, b) => compareText(a.name, b.name) || compareText(a.kind, b.kind),
      );
    },

    statistics: (range, by, stepNano, service) =>
      aggregateSeries(statistics, range, by, stepNano, service),

    durations: (range, service) => aggregateDurations(statistics, range, service),

    storage: () => settings.storage(),

    subscribe: (listener, signal) => settings.subscribe?.(listener, signal),
  };
}

/** The span and all below it; spans that name each other as parents are taken once. */
function subtreeOf(merged: readonly MergedRecord[], root: SpanId): MergedRecord[] {
  const children = new Map<SpanId, SpanId[]>();
  for (const { spanId, parentSpanId } of merged) {
    if (parentSpanId === undefined) continue;
    const siblings = children.get(parentSpanId);
    if (siblings) siblings.push(spanId);
    else children.set(parentSpanId, [spanId]);
  }
  const within = new Set<SpanId>([root]);
  for (const spanId of within) {
    for (const child of children.get(spanId) ?? []) within.add(child);
  }
  return merged.filter(({ spanId }) => within.has(spanId));
}

function pageOf(merged: readonly MergedRecord[], page: TracePage): readonly MergedRecord[] {
  const limit = page.limit ?? TRACE_PAGE_MAX;
  if (!Number.isInteger(limit) || limit < 1 || limit > TRACE_PAGE_MAX) {
    throw new InvalidParameter('limit', `a whole number from 1 to ${TRACE_PAGE_MAX}`);
  }
  if (page.after === undefined) return merged.slice(0, limit);
  const [arrival, identity] = decodeCursor('after', CURSOR, 2, page.after);
  const last = { record: { arrival: Number(arrival) }, identity: identity! };
  const from = merged.findIndex((entry) => compareMerged(last, entry) < 0);
  return from < 0 ? [] : merged.slice(from, from + limit);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
