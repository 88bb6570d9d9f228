/**
 * The shape of a trace without its contents: a row a span in depth-first order, siblings by start, as columns
 * of numbers. Everything that needs the whole trace in sight is in it; what a span says is read from its bytes
 * when it is shown. Some 95 bytes a span, and each different name once.
 */
import type { TraceSummary } from './trace-summary.ts';

export interface TraceOutline {
  readonly count: number;
  /** Index of the span among the trace's records. */
  readonly record: Int32Array;
  /** Two big-endian words a row. */
  readonly spanId: Uint32Array;
  /** Row of the parent; −1 for a root. */
  readonly parent: Int32Array;
  readonly depth: Int32Array;
  readonly childCount: Int32Array;
  /** Row behind the last descendant. The first child, if any, is the next row. */
  readonly subtreeEnd: Int32Array;
  /** Spans below this one that failed. */
  readonly errorsBelow: Int32Array;
  /** Nanoseconds since the start of the trace, adjusted for clocks that disagree. */
  readonly start: BigInt64Array;
  /** Nanoseconds; zero while Running. */
  readonly duration: BigInt64Array;
  /** Nanoseconds in which no child was open; zero while Running. Exact below 104 days. */
  readonly self: Float64Array;
  /** What was added to the recorded times. */
  readonly shift: BigInt64Array;
  /** Of the span and of the frames around it: about what showing it will cost. */
  readonly bytes: Uint32Array;
  /** See OUTLINE. */
  readonly facts: Uint32Array;
  /** Index into `names`. */
  readonly name: Int32Array;
  /** Each at most NAME_LENGTH_MAX characters of what the span says. */
  readonly names: readonly string[];
  /** Index into `services`. */
  readonly service: Int32Array;
  readonly services: readonly string[];
  /** Rows by start. */
  readonly byStart: Int32Array;
  readonly startUnixNano: bigint;
  /** The latest start or end. */
  readonly endUnixNano: bigint;
  /** The most spans open at one moment. */
  readonly concurrencyMax: number;
  /** Where a span lies in a picture of what went on at the same time; below its parent. */
  readonly lane: Uint16Array;
  readonly laneCount: number;
  /** Segments of the critical path in order of time: row, and nanoseconds since the start of the trace. */
  readonly criticalRow: Int32Array;
  readonly criticalFrom: Float64Array;
  readonly criticalTo: Float64Array;
  readonly summary: TraceSummary;
}

/** Of a name in an outline; one that is longer ends with `…`. */
export const NAME_LENGTH_MAX = 1_024;

/** Parts of TraceOutline.facts. */
export const OUTLINE = {
  /** Bits 0–1: index into SPAN_STATUSES. */
  statusMask: 0x3,
  /** Bits 2–4: index into OTEL_KINDS. */
  otelKindShift: 2,
  otelKindMask: 0x1c,
  /** Bits 5–6: index into SPAN_KINDS, as far as the span alone tells. */
  kindShift: 5,
  kindMask: 0x60,
  /** It ended after its parent did, or has not ended while its parent has. */
  outlives: 0x80,
  inMemoryOnly: 0x100,
  /** It runs, and its process is gone. */
  stale: 0x200,
  /** A Function by what it says of itself, shown as an AsyncTask as it outlives its parent. */
  isTask: 0x400,
  critical: 0x800,
  hasEvents: 0x1000,
  hasLinks: 0x2000,
  /** An event named `exception`. */
  hasException: 0x4000,
  /** Bits 16 and up: OUTLINE_WARNINGS, in their order. */
  warningShift: 16,
} as const;

/** What the outline warns of, in the order in which a span's warnings are told. */
export const OUTLINE_WARNINGS = [
  'end_before_start',
  'duplicate_differs',
  'duplicate_span_id',
  'self_parent',
  'missing_parent',
  'parent_cycle',
  'clock_skew_adjusted',
  'unknown_process',
] as const;

export type OutlineWarning = (typeof OUTLINE_WARNINGS)[number];

export function warningBit(warning: OutlineWarning): number {
  return 1 << (OUTLINE.warningShift + OUTLINE_WARNINGS.indexOf(warning));
}

export function warningsOf(facts: number): OutlineWarning[] {
  return OUTLINE_WARNINGS.filter((_, i) => (facts & (1 << (OUTLINE.warningShift + i))) !== 0);
}
