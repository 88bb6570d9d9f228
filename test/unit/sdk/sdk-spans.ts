/** Spans of the real SDK, and processors that are shut down when the test is over. */
import { type Attributes, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  type ReadableSpan,
  type Sampler,
  type Span,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

export interface ProviderSpec {
  readonly service?: string;
  readonly resource?: Attributes;
  readonly sampler?: Sampler;
}

export function providerWith(processor: SpanProcessor, spec: ProviderSpec = {}) {
  const { service = 'shop', resource = {}, sampler } = spec;
  return new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, ...resource }),
    spanProcessors: [processor],
    ...(sampler && { sampler }),
  });
}

/** What the SDK hands to a processor, in order. */
export class HookRecorder implements SpanProcessor {
  readonly started: Span[] = [];
  readonly ended: ReadableSpan[] = [];

  onStart(span: Span): void {
    this.started.push(span);
  }

  onEnd(span: ReadableSpan): void {
    this.ended.push(span);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** A context in which `parent` is the current span. */
export function below(parent: Span) {
  return trace.setSpan(ROOT_CONTEXT, parent);
}
