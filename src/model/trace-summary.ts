import type { TraceId } from './ids.ts';
import type { SpanStatus } from './trace-span.ts';

/** One trace in a line. */
export interface TraceSummary {
  readonly traceId: TraceId;
  /** The earliest span without a known parent. */
  readonly root: { readonly name: string; readonly service: string };
  readonly services: readonly string[];
  /** At most 20, in order of first start. */
  readonly operations: readonly string[];
  readonly startUnixNano: bigint;
  /** From the earliest start to the latest end. */
  readonly durationNano: bigint;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly runningCount: number;
  /** Of those that run: spans whose process is gone. */
  readonly staleCount: number;
  /** Running if any span is, else Failed if any span failed, else Completed. */
  readonly status: SpanStatus;
  readonly inMemoryOnly: boolean;
  /** At most 5, the largest first: where the time of its ended spans went, without that of their children. */
  readonly durationByService: readonly ServiceDuration[];
  /** Where some are asked for: what the root says of them, or else the first span that says something. */
  readonly attributes?: readonly ShownAttribute[];
}

export interface ShownAttribute {
  readonly key: string;
  /** As text; of a long one its beginning, which ends with an ellipsis. */
  readonly value: string;
}

export interface ServiceDuration {
  readonly service: string;
  readonly selfNano: bigint;
}
