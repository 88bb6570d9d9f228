/** Our processor in a provider of the program's. Its one argument is its options in JSON. */
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { SyntonSpanProcessor } from 'synton/sdk';

const processor = new SyntonSpanProcessor(JSON.parse(process.argv[2]));
const provider = new BasicTracerProvider({ spanProcessors: [processor] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(provider);
const { order } = await import('./shop.mjs');

const root = provider.getTracer('test').startSpan('program');
await context.with(trace.setSpan(context.active(), root), order);
root.end();
await provider.forceFlush();
const { traceId } = root.spanContext();
const { content } = await processor.views.export(traceId, { format: 'text' });
await provider.shutdown();
console.log(JSON.stringify({ traceId, content }));
