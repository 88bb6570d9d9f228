import type { TraceId } from '../../model/ids.ts';
import type { ServiceCalls, TracesExamined } from '../../model/service-map.ts';
import type { SpanKind } from '../../model/span-kind.ts';
import type {
  DurationBuckets,
  DurationRecord,
  Statistics,
  StorageReport,
} from '../../model/statistics.ts';
import type { SpanStatus } from '../../model/trace-span.ts';
import type { ArrivedQuery, ArrivedTraces } from './arrived-traces.ts';
import type { Trace } from './span-record.ts';
import type { Operation } from './span-source.ts';
import type { SearchPage, TraceQuery } from './trace-query.ts';

/** What a reader can do; the zero value is the least capable. Refused rather than approximated. */
export interface ReadCapabilities {
  readonly attributeSearch: boolean;
  readonly statistics: boolean;
  readonly survivesRestart: boolean;
}

/** Nanoseconds since the Unix epoch, [from, to). */
export interface TimeRange {
  readonly fromUnixNano: bigint;
  readonly toUnixNano: bigint;
}

/** What statistics can tell apart; absent means any. */
export interface StatisticsFilter {
  readonly service?: string;
  readonly operation?: string;
  readonly kind?: SpanKind;
  readonly status?: SpanStatus;
}

export interface CallsOfRange {
  /** The most frequent first. */
  readonly calls: readonly ServiceCalls[];
  readonly examined: TracesExamined;
}

export type StatisticsKey = 'total' | 'service' | 'operation' | 'kind' | 'status';

/**
 * Everything views are made from, over memory and store together. Read-only, safe to call concurrently.
 * What is returned belongs to the caller, but for traces, which are shared (see Trace).
 */
export interface TraceReader {
  readonly capabilities: ReadCapabilities;
  /** Undefined where no span of the trace is known. Long work is done in turns, until the signal aborts. */
  trace(traceId: TraceId, signal?: AbortSignal): Promise<Trace | undefined>;
  /**
   * What a trace read now would have as its `revision`, at the cost of a look: no span is read. While it is the same, so is the
   * trace. Undefined where a place that holds spans cannot tell without reading.
   */
  revision(traceId: TraceId): Promise<string | undefined>;
  /** @throws InvalidParameter on a cursor that is not ours */
  search(query: TraceQuery, signal: AbortSignal): Promise<SearchPage>;
  /** Sorted, without repetition. */
  services(): Promise<readonly string[]>;
  operations(service: string): Promise<readonly Operation[]>;
  /** Services, sorted, with the operations of each: in one look at each place, however many there are. */
  catalogue(signal: AbortSignal): Promise<ReadonlyMap<string, readonly Operation[]>>;
  /** Steps are whole minutes; a step that is not is rounded up to one. */
  statistics(
    range: TimeRange,
    by: StatisticsKey,
    stepNano: bigint,
    where?: StatisticsFilter,
  ): Promise<Statistics>;
  /** How long spans took that ended in the range. */
  durationBuckets(range: TimeRange, where?: StatisticsFilter): Promise<DurationBuckets>;
  /** Who calls whom in the newest traces of the range, as far as a bounded effort reaches. */
  calls(range: TimeRange, signal: AbortSignal): Promise<CallsOfRange>;
  /** One record per (service, operation, kind) seen in the range. */
  durations(range: TimeRange, service?: string): Promise<readonly DurationRecord[]>;
  storage(): Promise<StorageReport>;
  /**
   * Traces of which spans that match have come since `after`, the `cursor` of another answer; without it none, but where to begin.
   * Of what lies in memory, where every span comes by. To be asked when Arrivals calls back.
   */
  arrived(query: ArrivedQuery, signal: AbortSignal): Promise<ArrivedTraces>;
}
