import type { Attribute } from './attribute.ts';
import type { SpanId } from './ids.ts';
import type { SpanKind } from './span-kind.ts';
import type { SpanPlace } from './span-place.ts';
import type { SpanStatus, TraceEventType } from './trace-span.ts';
import type { TraceSummary } from './trace-summary.ts';

/** One thing that happened in a trace, in the order of time. */
export interface LifecycleEvent {
  readonly atUnixNano: bigint;
  /** From the start of the trace; negative where clocks disagree. */
  readonly offsetNano: bigint;
  readonly type: TraceEventType;
  readonly spanId: SpanId;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly depth: number;
}

/** A span in the tree of its trace; flat, in depth-first order: `depth` and `parentSpanId` shape it. */
export interface LifecycleNode {
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  readonly name: string;
  readonly service: string;
  readonly kind: SpanKind;
  readonly status: SpanStatus;
  /** Running, and its process is gone. */
  readonly stale?: true;
  readonly depth: number;
  readonly offsetNano: bigint;
  readonly durationNano: bigint;
  readonly childCount: number;
  /** All that is below it in the trace, shown or not. */
  readonly spansBelow: number;
  /** Of those, the ones that failed. */
  readonly errorsBelow: number;
  readonly warnings: readonly string[];
  /** Who was called: a database, a host, a queue, a model. Absent where the span called nobody outside. */
  readonly peer?: string;
  /** Where it is one of several attempts at the same call; of several that are told once, where the last of them is. */
  readonly attempt?: LifecycleAttempt;
  /** Where it stands for siblings that follow it and look the same, and are not shown. */
  readonly folded?: FoldedSiblings;
}

export interface LifecycleAttempt {
  /** From 1. */
  readonly number: number;
  /** All attempts: each but the last failed. */
  readonly of: number;
}

export interface FoldedSiblings {
  /** Itself and the siblings that it stands for. */
  readonly count: number;
  /** These and all that is below them. */
  readonly spans: number;
  /** Of those, the ones that failed. */
  readonly errors: number;
}

/** What a bound kept out of a lifecycle. */
export interface LifecycleNotShown {
  readonly spans: number;
  /** Of those, the ones that failed. */
  readonly errors: number;
  readonly gaps: number;
  readonly orphans: number;
  readonly running: number;
  /** How to get at it. */
  readonly remedy: string;
}

/** A stretch of the trace in which no span was open. */
export interface LifecycleGap {
  readonly fromOffsetNano: bigint;
  readonly durationNano: bigint;
}

/** A span that has not ended. */
export interface LifecycleRunning {
  readonly spanId: SpanId;
  readonly name: string;
  /** Its process is gone. */
  readonly stale?: true;
  /** Absent where nothing is known of it, and of spans that the tree does not show. */
  readonly place?: SpanPlace;
}

/** The life of a trace, or of a sub-tree of it: what happened, in order. */
export interface LifecycleView {
  readonly trace: TraceSummary;
  readonly events: readonly LifecycleEvent[];
  readonly tree: readonly LifecycleNode[];
  readonly gaps: readonly LifecycleGap[];
  /** Spans whose parent is named but not here. */
  readonly orphans: readonly SpanId[];
  readonly running: readonly LifecycleRunning[];
  readonly warnings: readonly string[];
  /** Absent where all is shown. */
  readonly notShown?: LifecycleNotShown;
}
