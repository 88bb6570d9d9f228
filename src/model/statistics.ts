/** The service and operation of what there was too much of to be counted apart: no span has that name. */
export const OTHER = '(other)';

/** Numbers over many spans. Quantiles come from sketches with the stated relative error. */
export interface StatisticsPoint {
  /** Start of the step, nanoseconds since the Unix epoch: a multiple of its length, so that the first may begin before the range. */
  readonly at: bigint;
  /** Spans that ended up in this step, re-weighted for sampling done before us. */
  readonly count: number;
  readonly errors: number;
  /** Of the spans those without a parent: traces begun. */
  readonly roots: number;
  readonly p50Nano: bigint;
  readonly p95Nano: bigint;
  readonly p99Nano: bigint;
}

export interface StatisticsSeries {
  readonly key: string;
  readonly points: readonly StatisticsPoint[];
}

export interface Statistics {
  readonly from: bigint;
  readonly to: bigint;
  readonly stepNano: bigint;
  readonly series: readonly StatisticsSeries[];
}

export interface DurationRecord {
  readonly service: string;
  readonly operation: string;
  readonly kind: string;
  readonly count: number;
  readonly errorCount: number;
  readonly totalNano: bigint;
  readonly minNano: bigint;
  readonly maxNano: bigint;
  readonly meanNano: bigint;
  readonly p50Nano: bigint;
  readonly p95Nano: bigint;
  readonly p99Nano: bigint;
  /** Of the quantiles, e.g. 0.01. */
  readonly relativeError: number;
}

/** Spans that took longer than `fromNano`, up to and with `toNano`. */
export interface DurationBucket {
  readonly fromNano: bigint;
  readonly toNano: bigint;
  /** Re-weighted for sampling done before us. */
  readonly count: number;
}

/** How many spans took how long: from the shortest to the longest, without a gap; wider the longer, all by about the same factor. */
export interface DurationBuckets {
  readonly buckets: readonly DurationBucket[];
  readonly count: number;
  readonly p50Nano: bigint;
  readonly p95Nano: bigint;
  readonly p99Nano: bigint;
}

/** What the store holds. */
export interface StorageReport {
  readonly spans: number;
  readonly bytes: number;
  /** Arrival times, nanoseconds since the Unix epoch; undefined while empty. */
  readonly oldest: bigint | undefined;
  readonly newest: bigint | undefined;
}

export interface DashboardStats {
  readonly spans: number;
  /** Traces whose root was seen in the range. */
  readonly traces: number;
  readonly completed: number;
  readonly failed: number;
  readonly running: number;
  readonly errorRate: number;
  readonly byKind: readonly { readonly key: string; readonly count: number }[];
  readonly byService: readonly { readonly key: string; readonly count: number }[];
  readonly slowest: readonly DurationRecord[];
  readonly mostFailing: readonly DurationRecord[];
  readonly throughput: Statistics;
  readonly storage: StorageReport;
  readonly dropped: Readonly<Record<string, number>>;
}
