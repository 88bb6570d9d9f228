/** What otlp-request.ts builds requests from: descriptions that leave out what does not matter. */
import type { OtelKind } from '../../src/model/span-kind.ts';

/** A whole number is written as an int, any other as a double; null is the empty value. */
export type AttributeSpec =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly AttributeSpec[]
  | { readonly [key: string]: AttributeSpec };

/** A list of pairs where order, duplicates or a key `__proto__` matter. */
export type AttributesSpec =
  | { readonly [key: string]: AttributeSpec }
  | readonly (readonly [key: string, value: AttributeSpec])[];

export interface EventSpec {
  readonly name?: string;
  /** Milliseconds after the start of the span; 0 where absent. */
  readonly atMs?: number;
  readonly attributes?: AttributesSpec;
  readonly droppedAttributes?: number;
}

export interface LinkSpec {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly traceState?: string;
  readonly attributes?: AttributesSpec;
  readonly droppedAttributes?: number;
  readonly flags?: number;
}

export interface SpanSpec {
  /** Hexadecimal. Absent: that of the parent, else that of the request's first span. */
  readonly traceId?: string;
  readonly spanId?: string;
  /** The index of another span of the request (counted over all resources), or a span id. */
  readonly parent?: number | string;
  readonly name?: string;
  readonly kind?: OtelKind | number;
  readonly startUnixNano?: bigint;
  /** 0n: not ended. */
  readonly endUnixNano?: bigint;
  /** Used where `endUnixNano` is absent; 10 where both are. */
  readonly durationMs?: number;
  /** After the start of the request; used where `startUnixNano` is absent. */
  readonly atMs?: number;
  readonly attributes?: AttributesSpec;
  readonly events?: readonly EventSpec[];
  readonly links?: readonly LinkSpec[];
  readonly status?: 'unset' | 'ok' | 'error' | number;
  readonly statusMessage?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly droppedAttributes?: number;
  readonly droppedEvents?: number;
  readonly droppedLinks?: number;
  /** Appended to the Span message as it is: unknown fields, say. */
  readonly raw?: Uint8Array;
}

export interface ScopeSpec {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: AttributesSpec;
  readonly schemaUrl?: string;
  /** No `scope` field at all. */
  readonly absent?: boolean;
  readonly spans?: readonly SpanSpec[];
}

export interface ResourceSpec {
  /** Becomes `service.name`. */
  readonly service?: string;
  readonly attributes?: AttributesSpec;
  readonly schemaUrl?: string;
  /** No `resource` field at all. */
  readonly absent?: boolean;
  readonly scopes?: readonly ScopeSpec[];
  /** Short for one scope named `test` with these spans. */
  readonly spans?: readonly SpanSpec[];
}

export interface RequestSpec extends ResourceSpec {
  /** Short for one resource where absent. */
  readonly resources?: readonly ResourceSpec[];
  /** 1 where absent. */
  readonly seed?: number;
  /** 2026-01-02T03:04:05Z where absent. */
  readonly startUnixNano?: bigint;
}

/** A span with everything that was left out chosen. */
export interface FilledSpan extends SpanSpec {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly service: string;
}

export interface FilledRequest {
  readonly resources: readonly (ResourceSpec & {
    readonly scopes: readonly (ScopeSpec & { readonly spans: readonly FilledSpan[] })[];
  })[];
  /** Every span, in wire order. */
  readonly spans: readonly FilledSpan[];
}
