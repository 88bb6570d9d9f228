/**
 * What a program may set when it makes a processor. Every option is a key of the configuration in
 * camel case, or one of the few that make sense only in process. Precedence: option, SYNTON_ variable,
 * OTEL_ variable, configuration file (only one that is named), default.
 */
import type { SpanExporterLike } from '../exporters/otlp/span-exporter-destination.ts';

export interface PersistenceOptions {
  /** @default true where there is a path or a configuration file */
  readonly enabled?: boolean | undefined;
  /** The same as `path`. */
  readonly path?: string | undefined;
  /** @default 'otlp' */
  readonly format?: 'otlp' | 'json' | undefined;
}

export interface ExportOptions {
  /** `http://…` or `https://…`. Nothing is forwarded without one. */
  readonly endpoint?: string | undefined;
  /** gRPC, or OTLP/HTTP with protobuf or JSON. @default 'otlp' */
  readonly format?: 'otlp' | 'otlp-http' | 'otlp-http-json' | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** @default 'gzip' */
  readonly compression?: 'gzip' | 'none' | undefined;
  /** Where a destination seen for the first time begins. @default 'new' */
  readonly start?: 'new' | 'oldest' | undefined;
}

export interface RetentionOptions {
  /** @example '7d' */
  readonly maxAge?: string | undefined;
  /** Bytes, or a text such as '10GiB'. */
  readonly maxBytes?: number | string | undefined;
}

export interface ProcessorOptions {
  /** False: the processor does nothing. @default true, false with OTEL_SDK_DISABLED */
  readonly enabled?: boolean | undefined;
  /** A TOML file as the service reads it. @default SYNTON_CONFIG */
  readonly configFile?: string | undefined;
  /** Folder to keep spans in. Without it, and without a configuration file, they live in memory only. */
  readonly path?: string | undefined;
  /** Share of traces to keep and forward, 0 to 1; a trace with an error is kept regardless. @default 1 */
  readonly sampleRate?: number | undefined;
  /** Ended spans that memory remembers. @default 10,000 */
  readonly maxSpansInMemory?: number | undefined;
  /** Bytes of them, or a text such as '16MiB'. */
  readonly maxBytesInMemory?: number | string | undefined;
  readonly persistence?: PersistenceOptions | undefined;
  readonly export?: ExportOptions | undefined;
  readonly retention?: RetentionOptions | undefined;
  /**
   * Instead of Synton's own forwarder, which works on another thread: any SpanExporter, or 'otel' for
   * `@opentelemetry/exporter-trace-otlp-grpc` and the configured endpoint. Runs on the program's thread.
   */
  readonly exporter?: SpanExporterLike | 'otel' | undefined;
  /** Ended spans that may wait for a turn of the event loop; more are dropped and counted. @default 65,536 */
  readonly maxEndedSpans?: number | undefined;
  /**
   * Tell of spans that are open for longer than 50 ms, so that they are seen while they run and after a crash. Unless said, a
   * destination that is a Synton is told, and the data directory; true: any destination, as log records. False: nobody.
   */
  readonly openSpans?: boolean | undefined;
  /** Running spans that views can show at once. @default 16,384 */
  readonly maxRunningSpans?: number | undefined;
}
