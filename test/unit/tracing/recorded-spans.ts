/** What a real tracer provider recorded during a test. */
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach } from 'vitest';
import { registerProvider, unregisterProvider } from './registered-provider.ts';

export interface RecordedSpans {
  /** Ended spans, in order of end. */
  readonly ended: () => readonly ReadableSpan[];
  /** The one span of this name. */
  readonly only: (name: string) => ReadableSpan;
  /** Name of a span → that of its parent. */
  readonly parents: () => Readonly<Record<string, string | undefined>>;
}

/** Registers before each test of the file, and leaves the API as it was after each. */
export function recordSpans(sampler?: Sampler): RecordedSpans {
  let exporter = new InMemorySpanExporter();
  beforeEach(() => {
    exporter = new InMemorySpanExporter();
    registerProvider(exporter, sampler);
  });
  afterEach(unregisterProvider);
  const ended = () => exporter.getFinishedSpans();
  return {
    ended,
    only: (name) => {
      const found = ended().filter((span) => span.name === name);
      if (found.length !== 1) {
        throw new Error(`${found.length} spans ${name} among ${ended().map((span) => span.name)}`);
      }
      return found[0]!;
    },
    parents: () => {
      const names = new Map(ended().map((span) => [span.spanContext().spanId, span.name]));
      return Object.fromEntries(
        ended().map((span) => [span.name, names.get(span.parentSpanContext?.spanId ?? '')]),
      );
    },
  };
}
