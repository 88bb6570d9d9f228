/** A real tracer provider and context manager, registered as a program does it. */
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  type InMemorySpanExporter,
  type Sampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

export function registerProvider(
  exporter: InMemorySpanExporter,
  sampler?: Sampler,
): BasicTracerProvider {
  const provider = new BasicTracerProvider({
    spanProcessors: [exportAtOnce(exporter)],
    ...(sampler && { sampler }),
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return provider;
}

export function unregisterProvider(): void {
  trace.disable();
  context.disable();
}

/** Unlike the SDK's own simple processor, without a turn of the loop between the end and the export. */
function exportAtOnce(exporter: InMemorySpanExporter): SpanProcessor {
  return {
    onStart: () => {},
    onEnd: (span) => exporter.export([span], () => {}),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
}
