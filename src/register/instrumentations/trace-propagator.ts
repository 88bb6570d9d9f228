/**
 * W3C Trace Context for instrumentation packages that a program has without having set OpenTelemetry up: its API
 * propagates nothing by itself. What comes without a parent belongs to whoever started the program.
 */
import {
  type Context,
  createContextKey,
  isSpanContextValid,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '../trace-parent.ts';

const TRACEPARENT = 'traceparent';
/** Of the API's SDK: goes by its name. */
const SUPPRESS_KEY = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

export class TracePropagator implements TextMapPropagator {
  readonly #root: Context;

  constructor(root: Context) {
    this.#root = root;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const text = traceParentOf(context);
    if (text !== undefined) setter.set(carrier, TRACEPARENT, text);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const given = getter.get(carrier, TRACEPARENT);
    const parent = parseTraceParent(Array.isArray(given) ? given[0] : given);
    if (parent !== undefined) return trace.setSpanContext(context, parent);
    const root = trace.getSpanContext(this.#root);
    const isParented = root === undefined || trace.getSpanContext(context) !== undefined;
    return isParented ? context : trace.setSpanContext(context, root);
  }

  fields(): string[] {
    return [TRACEPARENT];
  }
}

/** Undefined where there is no span, or nothing is to be told of it. */
export function traceParentOf(context: Context): string | undefined {
  const span = isSuppressed(context) ? undefined : trace.getSpanContext(context);
  if (span === undefined || !isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

/** What is done there is our own sending of spans, or somebody else's. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_KEY) === true;
}
