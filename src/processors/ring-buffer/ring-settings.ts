/** How large a ring may be, and how much of it is taken. */
import type { Counters } from '../../telemetry/counters.ts';

export interface SpanRingSettings {
  /** `max_spans_in_memory`, at least 1. */
  readonly spansMax: number;
  /** `max_bytes_in_memory`. */
  readonly bytesMax: number;
  readonly counters: Counters;
}

export interface RingOccupancy {
  readonly spans: number;
  readonly spansMax: number;
  /** Of spans and frames. */
  readonly bytes: number;
  readonly bytesMax: number;
}
