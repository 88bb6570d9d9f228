/**
 * The SYNTON span model: a derived, versioned projection of an OTLP span. The bytes are the record;
 * nothing here is ever written back. Times are nanoseconds since the Unix epoch, as bigints.
 */
import type { Attribute } from './attribute.ts';
import type { SpanId, TraceId } from './ids.ts';
import type { OtelKind, SpanKind, SpanRole } from './span-kind.ts';

/** Rises when the projection of the same bytes changes. */
export const MODEL_VERSION = 1;

/** ended with ERROR → Failed; ended otherwise → Completed; not ended → Running. */
export const SPAN_STATUSES = ['Running', 'Completed', 'Failed'] as const;
export type SpanStatus = (typeof SPAN_STATUSES)[number];

export type TraceEventType = 'Enter' | 'Exit' | 'Checkpoint' | 'Error' | 'Custom';

/** One thing that happened within a span. Enter and Exit are its start and end. */
export interface TraceEvent {
  readonly type: TraceEventType;
  readonly name: string;
  readonly atUnixNano: bigint;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributes: number;
}

export interface SpanLink {
  /** As sent: may be empty or of the wrong length. Hexadecimal. */
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributes: number;
  readonly flags: number;
}

/** What surrounds the span on the wire, and what had to be said about it. */
export interface SpanMetadata {
  readonly resource: readonly Attribute[];
  readonly resourceSchemaUrl: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scope: readonly Attribute[];
  readonly scopeSchemaUrl: string;
  readonly traceState: string;
  readonly flags: number;
  readonly droppedAttributes: number;
  readonly droppedEvents: number;
  readonly droppedLinks: number;
  /** The OTLP status code as sent (0 unset, 1 ok, 2 error, or a number unknown to us). */
  readonly statusCode: number;
  readonly statusMessage: string;
  /** Shared by ring and store; rises with every span received. */
  readonly arrival: number;
  /** Held in memory alone: sampled out, or not yet durable. */
  readonly inMemoryOnly: boolean;
  /** Stable words: `end_before_start`, `invalid_utf8`, `duplicate_differs`, `missing_parent`, … */
  readonly warnings: readonly string[];
}

export interface TraceSpan {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  readonly name: string;
  /** `service.name` of the resource, or `unknown_service`. */
  readonly service: string;
  readonly kind: SpanKind;
  readonly otelKind: OtelKind;
  readonly role: SpanRole | undefined;
  readonly status: SpanStatus;
  /** Running, and its process is gone. */
  readonly stale?: true;
  readonly startUnixNano: bigint;
  /** Undefined while Running. Kept raw even where it lies before the start. */
  readonly endUnixNano: bigint | undefined;
  /** Zero where the end lies before the start, and while Running. */
  readonly durationNano: bigint;
  readonly attributes: readonly Attribute[];
  /** In time order, Enter first and Exit last. */
  readonly events: readonly TraceEvent[];
  readonly links: readonly SpanLink[];
  readonly metadata: SpanMetadata;
}
