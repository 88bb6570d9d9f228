import type { StorageReport } from '../model/statistics.ts';

/** degraded: works, but not as it should. failed: does not do its part. off: not asked for. */
export const PART_STATUSES = ['ok', 'degraded', 'failed', 'off'] as const;
export type PartStatus = (typeof PART_STATUSES)[number];

export interface ReceiverHealth {
  /** Such as `otlp/grpc`. */
  readonly name: string;
  readonly status: PartStatus;
  /** Host and port as bound. */
  readonly endpoint?: string;
  readonly detail?: string;
}

export interface StoreHealth extends StorageReport {
  readonly status: PartStatus;
  readonly kind: 'lmdb' | 'memory';
  /** What is wrong. */
  readonly detail?: string;
}

export interface RingHealth {
  readonly spans: number;
  readonly spansMax: number;
  readonly bytes: number;
  readonly bytesMax: number;
}

/** Of spans that programs said have started. */
export interface OpenSpansHealth {
  readonly spans: number;
  /** Of these, the ones whose process is gone. */
  readonly stale: number;
}

export interface ForwardingHealth {
  readonly name: string;
  readonly status: PartStatus;
  /** Nothing waits and nothing is in flight. */
  readonly caughtUp: boolean;
  readonly spansInFlight: number;
  /** Until the next try; 0 where nothing has failed. */
  readonly retryInMs: number;
  readonly lastSuccessUnixNano?: bigint;
  /** What the destination said last when it did not take spans. */
  readonly detail?: string;
}

/** What the composition root knows of its parts. Gathered for every request, so cheaply. */
export interface HealthReport {
  readonly receivers: readonly ReceiverHealth[];
  /** Absent where nothing is kept. */
  readonly store?: StoreHealth;
  readonly ring?: RingHealth;
  readonly openSpans?: OpenSpansHealth;
  readonly forwarding: readonly ForwardingHealth[];
}

export const HEALTH_STATUSES = ['ok', 'starting', 'degraded', 'failed'] as const;

/** The answer of /health. */
export interface Health extends HealthReport {
  /** The worst of the parts; `starting` until there is something to serve, and again while stopping. */
  readonly status: (typeof HEALTH_STATUSES)[number];
  readonly version: string;
  readonly startedUnixNano: bigint;
  readonly uptimeNano: bigint;
  /** Spans and records that were not kept, by reason, since the start; zeros included. */
  readonly dropped: Readonly<Record<string, number>>;
}

export function overallStatus(report: HealthReport, ready: boolean): Health['status'] {
  const parts = [
    ...report.receivers,
    ...report.forwarding,
    ...(report.store ? [report.store] : []),
  ];
  if (parts.some(({ status }) => status === 'failed')) return 'failed';
  if (!ready) return 'starting';
  return parts.some(({ status }) => status === 'degraded') ? 'degraded' : 'ok';
}
