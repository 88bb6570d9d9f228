/**
 * Spans as @opentelemetry/sdk-trace-base hands them to an exporter (ReadableSpan), rebuilt from the bytes
 * of a request. Structural, for 2.x and 3.x alike. What an SDK span cannot hold is lost on this way, and
 * only on this way: duplicate keys (the last wins), unknown fields, frames' order.
 */
import type { Attribute, AttributeValue } from '../../model/attribute.ts';
import { readResourceFrame, readScopeFrame, type ScopeFrame } from '../../otlp/read-frames.ts';
import { type OtlpSpan, readSpan } from '../../otlp/read-span.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import { framedSpans } from './split-request.ts';

/** Seconds and nanoseconds. */
export type HrTime = [number, number];
export type SdkAttributes = Record<string, unknown>;

export interface SdkSpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean;
  readonly traceState?: SdkTraceState;
}

export interface SdkTraceState {
  serialize(): string;
  get(key: string): string | undefined;
}

export interface SdkResource {
  readonly attributes: SdkAttributes;
  readonly asyncAttributesPending: false;
  readonly schemaUrl?: string;
  merge(other: SdkResource | null): SdkResource;
  getRawAttributes(): [string, unknown][];
}

export interface RebuiltSpan {
  readonly name: string;
  /** The SDK's: one below OTLP's. */
  readonly kind: number;
  spanContext(): SdkSpanContext;
  readonly parentSpanContext?: SdkSpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: SdkAttributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly {
    readonly name: string;
    readonly time: HrTime;
    readonly attributes: SdkAttributes;
    readonly droppedAttributesCount: number;
  }[];
  readonly droppedEventsCount: number;
  readonly links: readonly {
    readonly context: SdkSpanContext;
    readonly attributes: SdkAttributes;
    readonly droppedAttributesCount: number;
  }[];
  readonly droppedLinksCount: number;
  readonly resource: SdkResource;
  readonly instrumentationScope: {
    readonly name: string;
    readonly version?: string;
    readonly schemaUrl?: string;
    readonly attributes?: SdkAttributes;
  };
}

/** Flags: bits 0–7 are W3C's, 8 says whether bit 9 (remote) is known. */
const W3C_FLAGS = 0xff;
const REMOTE_KNOWN = 0x100;
const REMOTE = 0x200;

/** Every span of the request, in order; equal neighbours share resource and scope objects. */
export function readableSpans(request: Uint8Array): RebuiltSpan[] {
  const scanner = new SpanScanner();
  if (scanner.scan(request).status !== 'ok') return [];
  const resources = new Map<Uint8Array, SdkResource>();
  const scopes = new Map<Uint8Array, RebuiltSpan['instrumentationScope']>();
  return framedSpans(scanner).map((framed) => {
    const resource = resources.get(framed.resource) ?? resourceOf(framed.resource);
    resources.set(framed.resource, resource);
    const scope = scopes.get(framed.scope) ?? scopeOf(readScopeFrame(framed.scope));
    scopes.set(framed.scope, scope);
    return rebuild(readSpan(framed.span), resource, scope);
  });
}

function rebuild(
  span: OtlpSpan,
  resource: SdkResource,
  instrumentationScope: RebuiltSpan['instrumentationScope'],
): RebuiltSpan {
  const traceState = span.traceState === '' ? {} : { traceState: traceStateOf(span.traceState) };
  const context: SdkSpanContext = {
    traceId: span.traceId,
    spanId: span.spanId,
    traceFlags: span.flags & W3C_FLAGS,
    ...traceState,
  };
  const parent: SdkSpanContext = {
    traceId: span.traceId,
    spanId: span.parentSpanId,
    traceFlags: span.flags & W3C_FLAGS,
    ...(span.flags & REMOTE_KNOWN && { isRemote: (span.flags & REMOTE) !== 0 }),
  };
  const { startUnixNano, endUnixNano } = span;
  return {
    name: span.name,
    kind: Math.max(0, span.kind - 1),
    spanContext: () => context,
    ...(span.parentSpanId !== '' && { parentSpanContext: parent }),
    startTime: hrTime(startUnixNano),
    endTime: hrTime(endUnixNano),
    duration: hrTime(endUnixNano > startUnixNano ? endUnixNano - startUnixNano : 0n),
    ended: endUnixNano !== 0n,
    status: {
      code: span.statusCode,
      ...(span.statusMessage !== '' && { message: span.statusMessage }),
    },
    attributes: sdkAttributes(span.attributes),
    droppedAttributesCount: span.droppedAttributes,
    events: span.events.map((event) => ({
      name: event.name,
      time: hrTime(event.timeUnixNano),
      attributes: sdkAttributes(event.attributes),
      droppedAttributesCount: event.droppedAttributes,
    })),
    droppedEventsCount: span.droppedEvents,
    links: span.links.map((link) => ({
      context: {
        traceId: link.traceId,
        spanId: link.spanId,
        traceFlags: link.flags & W3C_FLAGS,
        ...(link.flags & REMOTE_KNOWN && { isRemote: (link.flags & REMOTE) !== 0 }),
        ...(link.traceState !== '' && { traceState: traceStateOf(link.traceState) }),
      },
      attributes: sdkAttributes(link.attributes),
      droppedAttributesCount: link.droppedAttributes,
    })),
    droppedLinksCount: span.droppedLinks,
    resource,
    instrumentationScope,
  };
}

function resourceOf(frame: Uint8Array): SdkResource {
  const { attributes, schemaUrl } = readResourceFrame(frame);
  return makeResource(sdkAttributes(attributes), schemaUrl);
}

function makeResource(attributes: SdkAttributes, schemaUrl: string): SdkResource {
  return {
    attributes,
    asyncAttributesPending: false,
    ...(schemaUrl !== '' && { schemaUrl }),
    merge: (other) => makeResource({ ...attributes, ...other?.attributes }, schemaUrl),
    getRawAttributes: () => Object.entries(attributes),
  };
}

function scopeOf(frame: ScopeFrame): RebuiltSpan['instrumentationScope'] {
  return {
    name: frame.name,
    ...(frame.version !== '' && { version: frame.version }),
    ...(frame.schemaUrl !== '' && { schemaUrl: frame.schemaUrl }),
    ...(frame.attributes.length > 0 && { attributes: sdkAttributes(frame.attributes) }),
  };
}

function traceStateOf(text: string): SdkTraceState {
  const members = text.split(',').map((member) => member.trim());
  return {
    serialize: () => text,
    get: (key) => members.find((member) => member.startsWith(`${key}=`))?.slice(key.length + 1),
  };
}

function hrTime(nanos: bigint): HrTime {
  return [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
}

function sdkAttributes(attributes: readonly Attribute[]): SdkAttributes {
  // `__proto__` is a key like any other: it must not reach the setter of that name.
  return Object.fromEntries(attributes.map(({ key, value }) => [key, sdkValue(value)]));
}

/** Bounded by the depth that the scanner allows. */
function sdkValue(value: AttributeValue): unknown {
  switch (value.type) {
    case 'unset':
      return undefined;
    case 'array':
      return value.value.map(sdkValue);
    case 'map':
      return sdkAttributes(value.value);
    case 'int':
      return Number(value.value);
    default:
      return value.value;
  }
}
