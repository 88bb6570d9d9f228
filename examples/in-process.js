import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { SyntonSpanProcessor } from 'synton/sdk';

const synton = new SyntonSpanProcessor({ path: './data/traces' });
const provider = new BasicTracerProvider({ spanProcessors: [synton] });
const tracer = provider.getTracer('my-program');

const span = tracer.startSpan('count the stars');
span.addEvent('synton.checkpoint', { 'synton.checkpoint.name': 'half of them' });
span.end();

const { traceId } = span.spanContext();
const { content } = await synton.views.export(traceId, { format: 'text' });
console.log(content);
await provider.shutdown();
