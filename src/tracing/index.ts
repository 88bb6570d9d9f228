/**
 * Trace your own functions: `synton/tracing`.
 *
 * A layer over the API of OpenTelemetry: spans go to whatever tracer provider the program has, and cost
 * almost nothing where it has none. Importing this sets nothing up; `TraceCollector.global()` does.
 */
export { checkpoint } from './checkpoint.ts';
export type {
  FieldDecorator,
  LegacyMethodDecorator,
  MethodDecorator,
  TraceDecorator,
} from './decorator-types.ts';
export type { StackedSpan } from './span-stack.ts';
export { type ManualSpan, startSpan } from './start-span.ts';
export { trace } from './trace.ts';
export { TraceCollector, type TraceCollectorOptions } from './trace-collector.ts';
export type { SpanOptions, TraceOptions } from './trace-options.ts';
export { withSpan } from './with-span.ts';
