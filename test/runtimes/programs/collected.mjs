/** Traced into memory, and told from there. */
import { TraceCollector } from 'synton/tracing';
import { order } from './shop.mjs';

const { views } = TraceCollector.global();
const result = await order();
const { items } = await views.traces();
const { content } = await views.export(items[0].traceId, { format: 'text' });
console.log(JSON.stringify({ result, content }));
