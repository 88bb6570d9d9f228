/**
 * Any OpenTelemetry SpanExporter as a destination. Spans are rebuilt from their bytes as the SDK's
 * exporters expect to read them; what the exporter says becomes a result. The exporter's types are taken
 * structurally, so that no SDK is needed to compile or to load this.
 *
 * The stock exporters never retry by themselves and say of a failure only its code, where they say one:
 * a failure that is known to be final is a refusal, any other is tried again.
 */

import type { Destination, SendResult } from './destination.ts';
import { failureOfGrpc } from './grpc-code.ts';
import { failureOfHttp } from './http-status.ts';
import { type RebuiltSpan, readableSpans } from './readable-span.ts';
import { reasonOf } from './reply.ts';

/** Of @opentelemetry/core: 0 is success. */
export interface ExportOutcome {
  readonly code: number;
  readonly error?: Error;
}

/** As @opentelemetry/sdk-trace-base defines it. */
export interface SpanExporterLike {
  // biome-ignore lint/suspicious/noExplicitAny: whatever span type the exporter's own SDK line has
  export(spans: any[], done: (result: ExportOutcome) => void): void;
  shutdown(): Promise<void>;
  forceFlush?(): Promise<void>;
}

export interface SpanExporterSettings {
  /** An exporter that has not called back by then is asked again. @default 30 s */
  readonly timeoutMs?: number;
}

export class SpanExporterDestination implements Destination {
  readonly #make: () => Promise<SpanExporterLike>;
  readonly #timeoutMs: number;
  #exporter: Promise<SpanExporterLike> | undefined;
  #closed: Promise<void> | undefined;

  /** The exporter, or how to make it with the first request. It is shut down with the destination. */
  constructor(
    exporter: SpanExporterLike | (() => Promise<SpanExporterLike>),
    { timeoutMs = 30_000 }: SpanExporterSettings = {},
  ) {
    this.#make = typeof exporter === 'function' ? exporter : () => Promise.resolve(exporter);
    this.#timeoutMs = timeoutMs;
  }

  async send(request: Uint8Array, _spanCount: number, signal: AbortSignal): Promise<SendResult> {
    if (this.#closed !== undefined || signal.aborted)
      return { status: 'retry', reason: 'shutting down' };
    try {
      this.#exporter ??= this.#make();
      return await this.#export(await this.#exporter, readableSpans(request), signal);
    } catch (error) {
      return { status: 'retry', reason: reasonOf(error) };
    }
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      const exporter = await this.#exporter;
      await exporter?.forceFlush?.();
      await exporter?.shutdown();
    })().catch(() => {});
    return this.#closed;
  }

  #export(
    exporter: SpanExporterLike,
    spans: RebuiltSpan[],
    signal: AbortSignal,
  ): Promise<SendResult> {
    return new Promise((resolve) => {
      const settle = (result: SendResult): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        resolve(result);
      };
      const stop = (): void => settle({ status: 'retry', reason: 'shutting down' });
      const timer = setTimeout(() => {
        settle({ status: 'retry', reason: `no answer within ${this.#timeoutMs} ms` });
      }, this.#timeoutMs);
      timer.unref();
      signal.addEventListener('abort', stop);
      exporter.export(spans, (outcome) => settle(judge(outcome)));
    });
  }
}

function judge({ code, error }: ExportOutcome): SendResult {
  if (code === 0) return { status: 'sent', rejectedSpans: 0 };
  const reason = error === undefined ? 'the exporter failed' : reasonOf(error);
  const status = (error as { code?: unknown } | undefined)?.code;
  if (typeof status !== 'number') return { status: 'retry', reason };
  if (status >= 300) return failureOfHttp(status, reason, undefined);
  return status > 0 && status <= 16
    ? failureOfGrpc(status, reason, undefined)
    : { status: 'retry', reason };
}

/** The stock OTLP/gRPC exporter, loaded when it is first needed. Without an endpoint it finds its own. */
export function stockGrpcExporter(
  endpoint: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): () => Promise<SpanExporterLike> {
  return async () => {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
    const { Metadata } = await import('@grpc/grpc-js');
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new OTLPTraceExporter({ ...(endpoint !== undefined && { url: endpoint }), metadata });
  };
}
