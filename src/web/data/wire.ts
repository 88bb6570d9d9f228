/**
 * The shapes of the model as they come over the wire: 64-bit numbers are decimal strings, bytes are base64, what is undefined is not there.
 * Types alone: nothing of the model's code is part of the page.
 */
import type {
  LifecycleEvent as ModelLifecycleEvent,
  LifecycleNode as ModelLifecycleNode,
  LifecycleView as ModelLifecycleView,
} from '../../model/lifecycle-view.ts';
import type {
  DashboardStats as ModelDashboardStats,
  Statistics as ModelStatistics,
} from '../../model/statistics.ts';
import type { TraceSpan as ModelTraceSpan } from '../../model/trace-span.ts';
import type { TraceSummary as ModelTraceSummary } from '../../model/trace-summary.ts';

export type Wire<T> = T extends bigint
  ? string
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends Uint8Array
      ? string
      : T extends readonly (infer Item)[]
        ? readonly Wire<Item>[]
        : { readonly [Key in keyof T]: Wire<T[Key]> };

export type TraceSummary = Wire<ModelTraceSummary>;
export type TraceSpan = Wire<ModelTraceSpan>;
export type LifecycleView = Wire<ModelLifecycleView>;
export type LifecycleEvent = Wire<ModelLifecycleEvent>;
export type LifecycleNode = Wire<ModelLifecycleNode>;
export type Statistics = Wire<ModelStatistics>;
export type DashboardStats = Wire<ModelDashboardStats>;

export type { SpanKind } from '../../model/span-kind.ts';
export type { SpanStatus } from '../../model/trace-span.ts';
