/**
 * W3C Trace Context over HTTP: writes and reads the `traceparent` header, nothing else of the recommendation.
 * (`W3CTraceContextPropagator` of @opentelemetry/core does the same with tracestate.)
 */
import { type Context, isSpanContextValid, type Span, trace } from '@opentelemetry/api';

/** What goes into the headers of a call, so that the called service goes on with the trace. */
export function traceHeaders(span: Span): Record<string, string> {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}` };
}

/** The caller's span as the parent of what comes; `context` itself where the header says nothing. */
export function continueTrace(context: Context, traceparent: string | undefined): Context {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '');
  if (match === null) return context;
  const [, traceId = '', spanId = '', flags = ''] = match;
  const caller = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(caller) ? trace.setSpanContext(context, caller) : context;
}
