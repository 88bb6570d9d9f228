/** What the service says of its parts on /health and /metrics. Gathers; decides nothing. */
import type { ForwardingHealth, HealthReport, ReceiverHealth } from './api/health-report.ts';
import type { Gauge } from './api/metrics/gauge.ts';
import type { ForwarderStatus } from './exporters/otlp/forwarder.ts';
import type { TraceRuntime } from './runtime/trace-runtime-contract.ts';

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Receivers by name; one without an endpoint is off. */
export async function healthOf(
  runtime: TraceRuntime,
  isPersisted: boolean,
  receivers: Readonly<Record<string, Endpoint | undefined>>,
): Promise<HealthReport> {
  const forwarding = await runtime.forwarding();
  const storage = await runtime.storage();
  const { spans, stale } = runtime.openSpans();
  return {
    receivers: Object.entries(receivers).map(([name, endpoint]) => receiverOf(name, endpoint)),
    store: { kind: isPersisted ? 'lmdb' : 'memory', status: 'ok', ...storage },
    ring: runtime.occupancy(),
    openSpans: { spans, stale },
    forwarding: forwarding === undefined ? [] : [forwardingOf(forwarding)],
  };
}

function receiverOf(name: string, endpoint: Endpoint | undefined): ReceiverHealth {
  if (endpoint === undefined) return { name, status: 'off' };
  return { name, status: 'ok', endpoint: `${endpoint.host}:${endpoint.port}` };
}

function forwardingOf(status: ForwarderStatus): ForwardingHealth {
  const { name, caughtUp, spansInFlight, retryInMs, failing } = status;
  const { lastSuccessUnixNano, lastError } = status;
  return {
    name,
    caughtUp,
    spansInFlight,
    retryInMs,
    status: failing ? 'degraded' : 'ok',
    ...(lastSuccessUnixNano !== undefined && { lastSuccessUnixNano }),
    ...(failing && lastError !== undefined && { detail: lastError.reason }),
  };
}

export function gaugesOf(runtime: TraceRuntime): Gauge[] {
  return [
    {
      name: 'synton_ring_spans',
      help: 'Spans in the in-memory ring',
      read: () => runtime.occupancy().spans,
    },
    {
      name: 'synton_ring_bytes',
      help: 'Bytes of spans and frames in the in-memory ring',
      read: () => runtime.occupancy().bytes,
    },
    {
      name: 'synton_open_spans',
      help: 'Spans that programs said have started, and that have not ended',
      read: () => runtime.openSpans().spans,
    },
    {
      name: 'synton_open_spans_stale',
      help: 'Of the open spans those whose process is gone',
      read: () => runtime.openSpans().stale,
    },
    {
      name: 'synton_store_spans',
      help: 'Spans in the store',
      read: async () => (await runtime.storage()).spans,
    },
    {
      name: 'synton_store_bytes',
      help: 'Bytes of the store on disk',
      read: async () => (await runtime.storage()).bytes,
    },
    {
      name: 'synton_forward_caught_up',
      help: '1 where everything stored has been forwarded, 0 where some waits; absent without a destination',
      async read() {
        const status = await runtime.forwarding();
        return status === undefined ? undefined : Number(status.caughtUp);
      },
    },
  ];
}
