/**
 * OpenTelemetry as a service sets it up, with nothing of Synton's: spans go wherever OTEL_EXPORTER_OTLP_ENDPOINT
 * says, http://localhost:4317 unless it is set.
 */
import { hostname } from 'node:os';
import { context, type Span, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

export interface Tracing {
  readonly tracer: Tracer;
  /** Resolves once everything that ended has been sent. */
  readonly shutdown: () => Promise<void>;
}

export function startTracing(service: string): Tracing {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'host.name': hostname() }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  return { tracer: provider.getTracer(service), shutdown: () => provider.shutdown() };
}

/** Runs `work` in a span of its own; an error is recorded, and thrown on. */
export function inSpan<Result>(
  tracer: Tracer,
  name: string,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  return tracer.startActiveSpan(name, (span) => endWith(span, work));
}

/** `inSpan` for a span that is already made, and active. */
export async function endWith<Result>(
  span: Span,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(span);
  } catch (error) {
    span.recordException(error as Error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    throw error;
  } finally {
    span.end();
  }
}

/** A mark in the middle of a span: Synton shows it as a checkpoint. */
export function checkpoint(span: Span, name: string): void {
  span.addEvent('synton.checkpoint', { 'synton.checkpoint.name': name });
}
