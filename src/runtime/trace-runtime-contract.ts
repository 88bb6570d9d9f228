/**
 * What the service and the in-process processor have in common: spans go in, are sampled, remembered, made
 * durable and forwarded, and views come out. service.ts puts receivers and an API around it, sdk/ a
 * SpanProcessor.
 */
import type { Destination } from '../exporters/otlp/destination.ts';
import type { ForwarderStatus } from '../exporters/otlp/forwarder.ts';
import type { StorageReport } from '../model/statistics.ts';
import type { CompactionState, StorageInventory } from '../model/storage-inventory.ts';
import type { Component } from '../pipeline/component.ts';
import type { LogEventConsumer } from '../pipeline/log-event-consumer.ts';
import type { SpanConsumer } from '../pipeline/span-consumer.ts';
import type { Arrivals } from '../store/contracts/arrivals.ts';
import type { SpanSource } from '../store/contracts/span-source.ts';
import type { ViewRenderer } from '../views/view-renderer.ts';

export interface ForwardSettings {
  /** http or https, without credentials. */
  readonly endpoint: string;
  readonly format: 'otlp' | 'otlp-http' | 'otlp-http-json';
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  /** Where a destination that was never sent to begins. */
  readonly start: 'new' | 'oldest';
}

/** A destination that is an object of this thread, such as an exporter that a program gave. */
export interface DeliverySettings {
  readonly destination: Destination;
  /** In logs and status; its cursor goes by it. */
  readonly name: string;
  readonly start: 'new' | 'oldest';
}

export interface TraceRuntimeSettings {
  /** 0 … 1 */
  readonly sampleRate: number;
  /** In process: a span that the SDK did not sample stays in the ring. @default false */
  readonly obeysSampledFlag?: boolean;
  readonly maxSpansInMemory: number;
  readonly maxBytesInMemory: number;
  /** Absent: nothing is kept beyond the ring. */
  readonly persistence?: { readonly path: string; readonly format: 'otlp' | 'json' };
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number };
  readonly forward?: ForwardSettings;
  /** Instead of `forward`. The forwarder then runs on this thread. */
  readonly deliver?: DeliverySettings;
  /** Another place that views look into: spans that have only started. */
  readonly running?: SpanSource;
}

/** What lies on disk. */
export interface StoredData {
  /** Of several that ask at once, one is taken. */
  inventory(): Promise<StorageInventory>;
  readonly compaction: CompactionState;
  /** Starts a compaction, or joins the one that runs. */
  compact(also: { readonly removeSetAside: boolean }): CompactionState;
}

export interface TraceRuntime extends Component {
  /** Usable between start and shutdown. */
  readonly consumer: SpanConsumer;
  /** Likewise. */
  readonly logEvents: LogEventConsumer;
  /** Tells when a look at views may show something new. */
  readonly arrivals: Arrivals;
  /** The query thread starts with the first question. */
  readonly views: ViewRenderer;
  /** Resolves only with a fault after which nothing more can be made durable. */
  readonly failed: Promise<Error>;
  /** Undefined without a destination. */
  forwarding(): Promise<ForwarderStatus | undefined>;
  storage(): Promise<StorageReport>;
  /** Undefined with persistence off. Usable between start and shutdown. */
  readonly stored: StoredData | undefined;
  /** Of the ring. */
  occupancy(): { spans: number; spansMax: number; bytes: number; bytesMax: number };
  /** Of the table of spans that other processes said have started; `stale` of them of processes that are gone. */
  openSpans(): { spans: number; stale: number; bytes: number };
  /** Resolves when the destination has been sent everything that was durable at the call, or at the deadline. */
  drainForwarding(deadline: AbortSignal): Promise<void>;
}
