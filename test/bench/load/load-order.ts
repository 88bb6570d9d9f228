/** What a generator is told to send, and what it tells when it has: one JSON object each way. */
import type { Form } from './bench-requests.ts';

export interface LoadOrder {
  /** `host:port` for gRPC, a whole URL for HTTP. */
  readonly target: string;
  readonly protocol: 'grpc' | 'http';
  readonly form: Form;
  readonly gzip: boolean;
  readonly spansPerRequest: number;
  readonly requests: number;
  /** Number of the first request; numbers and seed decide all ids. */
  readonly firstRequest: number;
  readonly seed: number;
  readonly connections: number;
  /** Requests that wait for their answer at once; with a rate, beyond it sending falls behind and is told. */
  readonly inFlight: number;
  /** Requests are due at this rate, whether the ones before were answered or not. Absent: as answers allow. */
  readonly spansPerSecond?: number;
}

export interface LoadReport {
  readonly spans: number;
  readonly seconds: number;
  /** Of the requests before any compression, without the frames of HTTP. */
  readonly bytesPerSpan: number;
  /** Answers that said to come back. */
  readonly refusals: number;
  /** From the moment a request was written, or with a rate from the moment it was due, to its answer. */
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly ackMaxMs: number;
  /** How much later than due a request was written: the generator's own fault. 0 without a rate. */
  readonly lateP99Ms: number;
}
