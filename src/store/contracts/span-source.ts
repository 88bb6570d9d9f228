import type { TraceId } from '../../model/ids.ts';
import type { PlacedSpans, ReadBound } from './placed-spans.ts';
import type { SpanRecord } from './span-record.ts';
import type { SpanFilter, SpansExamined } from './trace-query.ts';

/** That a span of this trace matched, and when it came. */
export interface SpanMatch {
  readonly traceId: TraceId;
  readonly arrival: number;
}

export interface FoundSpans {
  /** Newest arrival first; several may be of one trace. */
  readonly matches: readonly SpanMatch[];
  /** Everything with an arrival at or above it has been looked at; 0 when nothing is left. */
  readonly reachedArrival: number;
  readonly examined: SourceProgress;
}

/** Of one call. */
export interface SourceProgress extends SpansExamined {
  readonly where: 'memory' | 'store';
  /** Absent where there are no blocks. */
  readonly blocksRead?: number;
  readonly blocksTotal?: number;
}

/** What has come to a place in memory since another look. */
export interface ArrivedSpans {
  /** Of matching spans, the newest first; as many as were asked for, and the oldest go. */
  readonly traceIds: readonly TraceId[];
  /** The highest arrival there was: where the next look goes on. */
  readonly newest: number;
  /** Spans that came since and are not here any more, or are too many to be looked at. */
  readonly lost: number;
}

export interface Operation {
  readonly name: string;
  readonly kind: string;
}

/**
 * A place that holds spans: the ring, the running spans, a store. TraceReader is made of one or more.
 * None merges, deduplicates or orders across sources: the reader does, once for all of them.
 */
export interface SpanSource {
  /** Every span held of the trace, in any order, duplicates included. Empty where there is none. */
  trace(traceId: TraceId): Promise<readonly SpanRecord[]>;
  /** The same of a place that holds more than memory does: asked instead, where it is there. */
  placed?(traceId: TraceId, bound: ReadBound, signal?: AbortSignal): Promise<PlacedSpans>;
  /** While it stays the same, so does what `trace` gives. Undefined where it cannot tell. */
  mark?(traceId: TraceId): Promise<string | undefined>;
  /**
   * Matching spans with an arrival below `before`, newest first, until `limit` distinct traces or the
   * source's own bound on work per call. To go on, call again with `before: reachedArrival`.
   */
  find(
    filter: SpanFilter,
    page: { readonly before: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<FoundSpans>;
  /** Of a place in memory to which spans come in order: those with an arrival above `after`. */
  arrived?(
    filter: SpanFilter,
    page: { readonly after: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<ArrivedSpans>;
  services(): Promise<readonly string[]>;
  operations(service: string): Promise<readonly Operation[]>;
  /** By service: the operations of each, in one look. Asked for in place of the two above, where it is there. */
  catalogue?(): Promise<ReadonlyMap<string, readonly Operation[]>>;
}
