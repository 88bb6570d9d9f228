import type { SpanKind } from '../../model/span-kind.ts';
import type { SpanStatus } from '../../model/trace-span.ts';
import type { TraceSummary } from '../../model/trace-summary.ts';

/** What one span must be for its trace to be found; absent means any. All given must hold together. */
export interface SpanFilter {
  readonly service?: string;
  readonly operation?: string;
  readonly status?: SpanStatus;
  readonly kind?: SpanKind;
  readonly minDurationNano?: bigint;
  readonly maxDurationNano?: bigint;
  /** The span's start lies in [from, to). */
  readonly fromUnixNano?: bigint;
  readonly toUnixNano?: bigint;
  /** Of the span or else of its resource; the value as text: `200`, `true`, `1.5`, `GET`. */
  readonly attributes?: readonly { readonly key: string; readonly value: string }[];
}

/** How long a trace must have taken as a whole, from its earliest start to its latest end, for it to be found. */
export interface TookFilter {
  readonly minNano?: bigint;
  readonly maxNano?: bigint;
  /** The present: what runs has taken the time until then. */
  readonly asOfUnixNano: bigint;
}

export interface TraceQuery extends SpanFilter {
  /** Known of no trace before it is read: a page looks at more traces than it finds. @default any */
  readonly took?: TookFilter;
  /**
   * Where `fromUnixNano` was reckoned from the present: how far back. A cursor then keeps the
   * `fromUnixNano` of its first page, so that a chain of pages looks at one and the same range.
   */
  readonly lastNano?: bigint;
  /** Attributes that are told of each trace, see TraceSummary.attributes. @default none */
  readonly columns?: readonly string[];
  /** Traces a page. @default 20, at most 1,000 */
  readonly limit?: number;
  /** From SearchPage.next. */
  readonly cursor?: string;
}

/** How far a search looked. Memory also holds spans that are stored: the two do not add up. */
export interface SearchProgress {
  readonly memory: SpansExamined;
  readonly store: SpansExamined & {
    /** Blocks opened, of blocks there are; 0 where the store has none. */
    readonly blocksRead: number;
    readonly blocksTotal: number;
  };
}

export interface SpansExamined {
  /** Looked at, or passed over with their block. */
  readonly spans: number;
  readonly of: number;
}

/**
 * Traces by the arrival of their newest matching span, newest first. A trace comes once in a chain of
 * pages. A page may be short, even empty, and still have `next`: the search stopped at its bound.
 */
export interface SearchPage {
  readonly items: readonly TraceSummary[];
  readonly next: string | undefined;
  readonly examined: SearchProgress;
}
