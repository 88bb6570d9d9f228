/**
 * Runs what the processor does for itself without being traced: instrumentation of HTTP or of files would
 * otherwise make spans of the sending of spans, without end.
 */
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

/** The key that the SDK's own exporters use (@opentelemetry/core, suppressTracing); keys go by their name. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

export function untraced<Result>(run: () => Result): Result {
  return context.with(ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true), run);
}
