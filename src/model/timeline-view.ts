import type { SpanId } from './ids.ts';
import type { SpanKind, SpanRole } from './span-kind.ts';
import type { SpanPlace } from './span-place.ts';
import type { SpanStatus } from './trace-span.ts';
import type { TraceSummary } from './trace-summary.ts';

/** A span as a bar: where it begins, how long it is, how deep it lies. */
export interface TimelineRow {
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  readonly name: string;
  readonly service: string;
  readonly kind: SpanKind;
  readonly role: SpanRole | undefined;
  readonly status: SpanStatus;
  /** Running, and its process is gone. */
  readonly stale?: true;
  /** Of one that has not ended, where anything is known of it. */
  readonly place?: SpanPlace;
  readonly depth: number;
  /** In a picture of what went on at the same time; below its parent's, and nothing else of it overlaps. */
  readonly lane: number;
  readonly offsetNano: bigint;
  readonly durationNano: bigint;
  /** The part of the duration in which no child was open. */
  readonly selfNano: bigint;
  /** Some of its time is on the critical path. */
  readonly critical: boolean;
  readonly childCount: number;
  /** All that is below it in the trace, shown or not. */
  readonly spansBelow: number;
  /** Of those, the ones that failed. */
  readonly errorsBelow: number;
}

/** The spans of a trace on one time scale, in depth-first order. */
export interface TimelineView {
  readonly trace: TraceSummary;
  readonly rows: readonly TimelineRow[];
  /** Where the first of them stands among the rows of all pages, from 0. */
  readonly rowFirst: number;
  /** Rows of all pages: of the trace or the sub-tree, down to the depth that was asked for. */
  readonly rowCount: number;
  /** The most spans open at one moment. */
  readonly concurrencyMax: number;
  /** Give it back as `after` to read on; undefined at the end. */
  readonly next: string | undefined;
}
