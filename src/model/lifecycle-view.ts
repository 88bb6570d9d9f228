import type { Attribute } from './attribute.ts';
import type { SpanId } from './ids.ts';
import type { SpanKind } from './span-kind.ts';
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
  readonly depth: number;
  readonly offsetNano: bigint;
  readonly durationNano: bigint;
  readonly childCount: number;
  readonly warnings: readonly string[];
}

/** A stretch of the trace in which no span was open. */
export interface LifecycleGap {
  readonly fromOffsetNano: bigint;
  readonly durationNano: bigint;
}

/** The life of a trace: what happened, in order. */
export interface LifecycleView {
  readonly trace: TraceSummary;
  readonly events: readonly LifecycleEvent[];
  readonly tree: readonly LifecycleNode[];
  readonly gaps: readonly LifecycleGap[];
  /** Spans whose parent is named but not here. */
  readonly orphans: readonly SpanId[];
  readonly running: readonly SpanId[];
  readonly warnings: readonly string[];
}
