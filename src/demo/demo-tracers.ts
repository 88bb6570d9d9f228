/**
 * The six services as programs that use OpenTelemetry have it: a tracer provider each, which exports over OTLP/gRPC. Beside them the log
 * records that tell of spans which have not ended (docs/decisions/0012), over the same protocol.
 *
 * Bounds: QUEUE_SPANS_MAX spans a service that wait to be exported; EXPORT_MS for one request.
 */
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { resourceOf, SERVICE_NAMES, type ServiceName } from './demo-services.ts';
import { StartTelling } from './start-telling.ts';

export interface DemoSent {
  /** Acknowledged. */
  spans: number;
  /** Refused, or not answered. */
  failed: number;
  /** Why, the last time. */
  detail: string | undefined;
}

const QUEUE_SPANS_MAX = 16_384;
const EXPORT_MS = 10_000;
const EXPORT_EVERY_MS = 400;

export class DemoTracers {
  readonly sent: DemoSent = { spans: 0, failed: 0, detail: undefined };
  readonly #providers = new Map<ServiceName, BasicTracerProvider>();
  readonly #tracers = new Map<ServiceName, Tracer>();
  readonly #telling: StartTelling;

  /** @param endpoint of the OTLP/gRPC receiver, `http://127.0.0.1:4317` */
  constructor(endpoint: string, instance: string) {
    this.#telling = new StartTelling(endpoint, instance);
    for (const service of SERVICE_NAMES) {
      const exporter = new OTLPTraceExporter({ url: endpoint, timeoutMillis: EXPORT_MS });
      const provider = new BasicTracerProvider({
        resource: resourceFromAttributes(resourceOf(service, instance)),
        spanProcessors: [
          new BatchSpanProcessor(counting(exporter, this.sent), {
            maxQueueSize: QUEUE_SPANS_MAX,
            maxExportBatchSize: 512,
            scheduledDelayMillis: EXPORT_EVERY_MS,
            exportTimeoutMillis: EXPORT_MS,
          }),
        ],
      });
      this.#providers.set(service, provider);
      this.#tracers.set(service, provider.getTracer(`shop.${service}`, '1.0.0'));
    }
  }

  tracer(service: ServiceName): Tracer {
    return this.#tracers.get(service)!;
  }

  /** That a span has started, at once. What cannot be told is not tried again. */
  tell(service: ServiceName, span: Span, name: string, attributes: Attributes): void {
    this.#telling.start(service, span as Span & ReadableSpan, name, attributes);
  }

  /** That the processes with spans of which was told live still. */
  tellAlive(): void {
    this.#telling.alive();
  }

  /** Resolves once all that ended has been sent, or cannot be. */
  async flush(): Promise<void> {
    await Promise.allSettled([...this.#providers.values()].map((one) => one.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.allSettled([...this.#providers.values()].map((one) => one.shutdown()));
    await this.#telling.close();
  }
}

function counting(exporter: SpanExporter, sent: DemoSent): SpanExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code === 0) sent.spans += spans.length;
        else {
          sent.failed += spans.length;
          sent.detail = result.error?.message ?? 'unknown';
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
