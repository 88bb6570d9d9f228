/** What passes between the process of the demo and whoever started it. */

export interface DemoSettings {
  /** Of the OTLP/gRPC receiver: `http://127.0.0.1:4317`. */
  readonly endpoint: string;
  readonly seed: number;
  /** Traces a second. */
  readonly rate: number;
  /** 0: an hour of history, and nothing after it. */
  readonly durationMs: number;
  /** Whether to send the trace of 100,000 spans as well. */
  readonly isBig: boolean;
}

export interface DemoProgress {
  readonly traces: number;
  /** Acknowledged. */
  readonly spans: number;
  /** Refused, or not answered. */
  readonly failed: number;
  /** Why, the last time. */
  readonly detail?: string | undefined;
}

/** Above it one process is no longer enough. */
export const DEMO_RATE_MAX = 100;
/** Longer than any setTimeout is no use. */
export const DEMO_DURATION_MAX_MS: number = 24 * 86_400_000;
