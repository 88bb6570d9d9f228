/** The process that sends the last spans of a program that could not wait (program-end.ts). Reads them from stdin. */
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { SyntonSpanProcessor } from '../sdk/span-processor.ts';
import type { SentSpans } from './program-end.ts';

const sent = deserialize(readFileSync(0)) as SentSpans;
const processor = new SyntonSpanProcessor(
  { export: sent.export, persistence: { enabled: false } },
  { env: { OTEL_BSP_SCHEDULE_DELAY: '1' }, isMemoryMeant: true },
);
const resource = { attributes: sent.resource };
for (const { context, ...span } of sent.spans) {
  processor.onEnd({ ...span, resource, spanContext: () => context });
}
await processor.shutdown();
