/** Traced for a provider of OpenTelemetry's own, whose exporter sends. */
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const exporter = new OTLPTraceExporter({ url: process.argv[2] });
const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(provider);
const { order } = await import('./shop.mjs');

const root = provider.getTracer('test').startSpan('program');
const result = await context.with(trace.setSpan(context.active(), root), order);
root.end();
await provider.shutdown();
console.log(JSON.stringify({ result, traceId: root.spanContext().traceId }));
