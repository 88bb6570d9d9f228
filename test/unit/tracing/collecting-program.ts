/**
 * A program for tests that need a process of their own: asks for the collector and registers a provider in
 * one of several orders. Prints as JSON what came of it.
 */
import { trace as otel, type Tracer, type TracerProvider } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { TraceCollector, trace } from '../../../src/tracing/index.ts';
import { registerProvider } from './registered-provider.ts';

const exporter = new InMemorySpanExporter();
const said: string[] = [];
console.warn = (line: string) => void said.push(line);

const inner = trace(async function inner() {
  await null;
});
const outer = trace(async function outer() {
  await inner();
});

/** A provider of nobody's SDK: it makes spans and has no place for a processor. */
function closedProvider(): TracerProvider {
  const hidden = new BasicTracerProvider({
    spanProcessors: [
      {
        onStart: () => {},
        onEnd: (span) => exporter.export([span], () => {}),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  return { getTracer: (...scope: [string, string?]): Tracer => hidden.getTracer(...scope) };
}

const answers: unknown[] = [];
/** Asked for once where a provider comes after it. */
let collector: TraceCollector | undefined;
switch (process.argv[2]) {
  case 'nobody registers':
    TraceCollector.global();
    break;
  case 'registered before':
    registerProvider(exporter);
    break;
  case 'registered after':
    collector = TraceCollector.global();
    await outer();
    registerProvider(exporter);
    break;
  case 'registered after, and asked for views first':
    collector = TraceCollector.global();
    registerProvider(exporter);
    await collector.views.traces();
    otel.getTracer('of the program').startSpan('by hand').end();
    break;
  case 'shut down, and another registered': {
    const first = registerProvider(new InMemorySpanExporter());
    collector = TraceCollector.global();
    await outer();
    await first.shutdown();
    await outer();
    otel.disable();
    registerProvider(exporter);
    break;
  }
  case 'closed, before':
    otel.setGlobalTracerProvider(closedProvider());
    break;
  case 'closed, after':
    collector = TraceCollector.global();
    answers.push(otel.setGlobalTracerProvider(closedProvider()));
    break;
}
collector ??= TraceCollector.global();
await outer();
await outer();
const { items } = await collector.views.traces().catch((error: Error) => {
  answers.push(error.name, otel.getTracerProvider().getTracer('any').startSpan('x').isRecording());
  return { items: [] };
});
process.stdout.write(
  JSON.stringify({
    isOne: collector === TraceCollector.global(),
    answers,
    collected: items.map(({ spanCount, root }) => `${root?.name} ${spanCount}`),
    exported: exporter.getFinishedSpans().map(({ name }) => name),
    said,
  }),
);
