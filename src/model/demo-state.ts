/** What became of the demo: a made-up system that sends traces so that there is something to look at. */
export interface DemoState {
  /** Counts those of this life of the service; 0: there was none yet. */
  readonly run: number;
  readonly status: 'none' | 'running' | 'ended' | 'failed';
  readonly startedUnixNano?: bigint;
  /** When it ends by itself. */
  readonly endsUnixNano?: bigint;
  readonly finishedUnixNano?: bigint;
  readonly traces: number;
  /** That were acknowledged. */
  readonly spans: number;
  /** Spans that were not taken. */
  readonly failed: number;
  /** Why it failed, or spans were not taken. */
  readonly detail?: string;
}
