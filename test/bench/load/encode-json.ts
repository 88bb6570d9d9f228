/** A described request as OTLP/JSON: ids in hexadecimal, 64-bit integers as decimal strings. */
import {
  type Attributes,
  ERROR_MESSAGE,
  type ResourceText,
  type SpanText,
  type Value,
} from './shop-request.ts';
import type { Slot } from './slots.ts';

/** Text to stand for a slot: 32, 16 or 19 characters for ids and times, 8 for values. Asked in order. */
export type SlotText = (slot: Slot) => string;

export function encodeJson(resources: readonly ResourceText[], of: SlotText): Buffer {
  const resourceSpans = resources.map((resource) => ({
    resource: { attributes: attributes(resource.attributes, of) },
    scopeSpans: resource.scopes.map(({ name, version, spans, schemaUrl }) => ({
      scope: { name, version },
      spans: spans.map((span) => spanObject(span, of)),
      schemaUrl,
    })),
  }));
  return Buffer.from(JSON.stringify({ resourceSpans }));
}

/** Object literals are evaluated in the order in which JSON.stringify writes them. */
function spanObject(span: SpanText, of: SlotText): object {
  return {
    traceId: of(span.trace),
    spanId: of(span.id),
    parentSpanId: span.parent && of(span.parent),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: of(span.start),
    endTimeUnixNano: of(span.end),
    attributes: attributes(span.attributes, of),
    events:
      span.events.length === 0
        ? undefined
        : span.events.map((event) => ({
            timeUnixNano: of(event.at),
            name: event.name,
            attributes: attributes(event.attributes, of),
          })),
    links: span.link && [
      {
        traceId: of(span.link.trace),
        spanId: of(span.link.span),
        attributes: attributes(span.link.attributes, of),
      },
    ],
    status: span.isError ? { message: ERROR_MESSAGE, code: 2 } : {},
    flags: 0x101,
  };
}

function attributes(list: Attributes, of: SlotText): object[] {
  return list.map(([key, value]) => ({ key, value: anyValue(value, of) }));
}

function anyValue(value: Value, of: SlotText): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  if ('double' in value) return { doubleValue: value.double };
  if ('slot' in value) return { stringValue: value.before + of(value.slot) };
  return { arrayValue: { values: value.list.map((stringValue) => ({ stringValue })) } };
}
