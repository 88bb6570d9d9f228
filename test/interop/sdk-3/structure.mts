/** The processor is what OpenTelemetry JS 3.x calls a SpanProcessor, by its structure alone. */
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { ProcessorOptions } from '../../../src/sdk/processor-options.ts';
import type { SyntonSpanProcessor } from '../../../src/sdk/span-processor.ts';

export type Fits = [
  SyntonSpanProcessor extends SpanProcessor ? true : never,
  SpanExporter extends NonNullable<ProcessorOptions['exporter']> ? true : never,
];
export const fits: Fits = [true, true];
