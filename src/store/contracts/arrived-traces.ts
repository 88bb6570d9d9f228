import type { TraceSummary } from '../../model/trace-summary.ts';
import type { SpanFilter, TookFilter } from './trace-query.ts';

/** What a tail asks each time that something has come. */
export interface ArrivedQuery extends SpanFilter {
  /** From ArrivedTraces.cursor. */
  readonly after?: string;
  /** As in a TraceQuery. */
  readonly took?: TookFilter;
  /** As in a TraceQuery. */
  readonly columns?: readonly string[];
  /** Traces. */
  readonly limit: number;
}

/** What has come since another look. */
export interface ArrivedTraces {
  /** As they are now; the last to get a span first. */
  readonly items: readonly TraceSummary[];
  /** Further traces that got one, up to about a thousand. */
  readonly more: number;
  /** Spans that came and went between the two looks: whether one of them matched cannot be said. */
  readonly lost: number;
  readonly cursor: string;
}
