/** The loads that benches share: as a Collector sends, and as SDKs do. */
import type { OpenSubject } from '../servers/subject.ts';
import type { LoadOrder } from './load-order.ts';

export interface Load {
  readonly name: string;
  readonly spansPerRequest: number;
  readonly connections: number;
  /** At saturation. */
  readonly inFlight: number;
  /** Sent first at saturation and not counted: until then Node is still compiling. */
  readonly warmUpSpans: number;
}

export const COLLECTOR: Load = {
  name: '512 a request',
  spansPerRequest: 512,
  connections: 4,
  inFlight: 32,
  warmUpSpans: 150_000,
};
export const SDKS: Load = {
  name: '10 a request',
  spansPerRequest: 10,
  connections: 4,
  inFlight: 64,
  warmUpSpans: 60_000,
};

/** Of an open loop: so many that it hardly ever waits for an answer. */
const OPEN_LOOP_IN_FLIGHT = 512;

/** Uncompressed protobuf over gRPC. */
export function grpcOrder(open: OpenSubject, load: Load, spans: number, seed: number): LoadOrder {
  return {
    target: open.grpc ?? '',
    protocol: 'grpc',
    form: 'protobuf',
    gzip: false,
    spansPerRequest: load.spansPerRequest,
    requests: Math.max(1, Math.ceil(spans / load.spansPerRequest)),
    firstRequest: 0,
    seed,
    connections: load.connections,
    inFlight: load.inFlight,
  };
}

/** The same as an open loop, for this long. */
export function atRate(order: LoadOrder, spansPerSecond: number, seconds: number): LoadOrder {
  const requests = Math.ceil((spansPerSecond * seconds) / order.spansPerRequest);
  return { ...order, requests, spansPerSecond, inFlight: OPEN_LOOP_IN_FLIGHT };
}
