/** What one span of the demo will have been, before it is. Times are milliseconds since its trace began, with fractions. */
import type { Attributes, SpanKind } from '@opentelemetry/api';
import type { ServiceName } from './demo-services.ts';

export interface SpanPlan {
  readonly service: ServiceName;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startMs: number;
  /** Undefined: it hangs, and nobody hears of its end. */
  readonly endMs: number | undefined;
  readonly attributes: Attributes;
  readonly events: readonly EventPlan[];
  /** What went wrong; undefined where nothing did. */
  readonly failure: string | undefined;
  /** Its start is told at once, not only its end. */
  readonly isTold: boolean;
  readonly children: readonly SpanPlan[];
  /** Traces that it brings about, whose roots link to it. */
  readonly followers: readonly Follower[];
}

export interface EventPlan {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: Attributes;
}

export interface Follower {
  /** After the span that brings it about has begun. */
  readonly afterMs: number;
  readonly root: SpanPlan;
}

/** With all below it, and without what follows. */
export function spansIn(plan: SpanPlan): number {
  return plan.children.reduce((sum, child) => sum + spansIn(child), 1);
}
