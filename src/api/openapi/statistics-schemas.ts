/** The JSON of numbers over many traces, and of what Synton says of itself. */
import * as v from 'valibot';
import type { DemoState } from '../../model/demo-state.ts';
import type { ServiceMap } from '../../model/service-map.ts';
import type {
  DashboardStats,
  DurationBuckets,
  DurationRecord,
  Statistics,
  StatisticsPoint,
  StorageReport,
} from '../../model/statistics.ts';
import type { Operation } from '../../store/contracts/span-source.ts';
import type { TraceHistogram } from '../../views/histogram/histogram-view.ts';
import type { ServicesView } from '../../views/services/services-view.ts';
import type { SlowestTraces } from '../../views/slowest/slowest-view.ts';
import type { TotalProgress } from '../../views/traces/search-totals.ts';
import { HEALTH_STATUSES, type Health, PART_STATUSES } from '../health-report.ts';
import { PROBLEM_CODES, type Problem } from '../problem.ts';
import type { JsonOf } from './json-of.ts';
import { count, nanoseconds, traceSummary } from './trace-schemas.ts';

type Schema<Model> = v.GenericSchema<JsonOf<Model>>;

const text = v.string();
/** Counts that were re-weighted for sampling may have a fraction. */
const weighted = v.pipe(v.number(), v.minValue(0));
const ratio = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

export const operation: Schema<Operation> = v.strictObject({ name: text, kind: text });

export const servicesView: Schema<ServicesView> = v.strictObject({
  services: v.array(v.strictObject({ name: text, operations: v.array(operation) })),
});

const rate = v.pipe(v.number(), v.minValue(0));

export const serviceMap: Schema<ServiceMap> = v.strictObject({
  from: nanoseconds,
  to: nanoseconds,
  nodes: v.array(
    v.strictObject({
      service: text,
      type: v.picklist(['service', 'database', 'messaging', 'external']),
      spans: weighted,
      errors: weighted,
      ratePerSecond: rate,
      p50Nano: nanoseconds,
      p95Nano: nanoseconds,
      p99Nano: nanoseconds,
    }),
  ),
  edges: v.array(
    v.strictObject({
      from: text,
      to: text,
      calls: count,
      errors: count,
      ratePerSecond: rate,
      p50Nano: nanoseconds,
      p95Nano: nanoseconds,
      protocol: v.picklist(['http', 'rpc', 'database', 'messaging', 'other']),
    }),
  ),
  examined: v.strictObject({
    traces: count,
    spans: count,
    until: v.optional(nanoseconds),
    complete: v.boolean(),
  }),
});

export const durationBuckets: Schema<DurationBuckets> = v.strictObject({
  buckets: v.array(v.strictObject({ fromNano: nanoseconds, toNano: nanoseconds, count: weighted })),
  count: weighted,
  p50Nano: nanoseconds,
  p95Nano: nanoseconds,
  p99Nano: nanoseconds,
});

const examined = { spans: count, of: count };
const totalProgress: Schema<TotalProgress> = v.strictObject({
  ...examined,
  complete: v.boolean(),
  memory: v.strictObject(examined),
  store: v.strictObject({ ...examined, blocksRead: count, blocksTotal: count }),
});

export const slowestTraces: Schema<SlowestTraces> = v.strictObject({
  items: v.array(traceSummary),
  among: v.strictObject({ traces: count, until: v.optional(nanoseconds) }),
  next: v.optional(text),
  examined: totalProgress,
});

export const traceHistogram: Schema<TraceHistogram> = v.strictObject({
  from: nanoseconds,
  to: nanoseconds,
  stepNano: nanoseconds,
  points: v.array(v.strictObject({ at: nanoseconds, count: weighted, errors: weighted })),
  source: v.picklist(['statistics', 'search']),
  what: v.picklist(['spans', 'traces']),
  examined: v.optional(totalProgress),
});

export const statisticsPoint: Schema<StatisticsPoint> = v.strictObject({
  at: nanoseconds,
  count: weighted,
  errors: weighted,
  roots: weighted,
  p50Nano: nanoseconds,
  p95Nano: nanoseconds,
  p99Nano: nanoseconds,
});

export const statistics: Schema<Statistics> = v.strictObject({
  from: nanoseconds,
  to: nanoseconds,
  stepNano: nanoseconds,
  series: v.array(v.strictObject({ key: text, points: v.array(statisticsPoint) })),
});

export const durationRecord: Schema<DurationRecord> = v.strictObject({
  service: text,
  operation: text,
  kind: text,
  count: weighted,
  errorCount: weighted,
  totalNano: nanoseconds,
  minNano: nanoseconds,
  maxNano: nanoseconds,
  meanNano: nanoseconds,
  p50Nano: nanoseconds,
  p95Nano: nanoseconds,
  p99Nano: nanoseconds,
  relativeError: ratio,
});

const storage = {
  spans: count,
  bytes: count,
  oldest: v.optional(nanoseconds),
  newest: v.optional(nanoseconds),
};

export const storageReport: Schema<StorageReport> = v.strictObject(storage);

const shares = v.array(v.strictObject({ key: text, count: weighted }));

export const dashboardStats: Schema<DashboardStats> = v.strictObject({
  spans: weighted,
  traces: weighted,
  completed: weighted,
  failed: weighted,
  running: weighted,
  errorRate: ratio,
  byKind: shares,
  byService: shares,
  slowest: v.array(durationRecord),
  mostFailing: v.array(durationRecord),
  throughput: statistics,
  storage: storageReport,
  dropped: v.record(text, count),
});

const partStatus = v.picklist(PART_STATUSES);

export const health: Schema<Health> = v.strictObject({
  status: v.picklist(HEALTH_STATUSES),
  version: text,
  startedUnixNano: nanoseconds,
  uptimeNano: nanoseconds,
  receivers: v.array(
    v.strictObject({
      name: text,
      status: partStatus,
      endpoint: v.optional(text),
      detail: v.optional(text),
    }),
  ),
  store: v.optional(
    v.strictObject({
      status: partStatus,
      kind: v.picklist(['lmdb', 'memory']),
      detail: v.optional(text),
      ...storage,
    }),
  ),
  ring: v.optional(
    v.strictObject({ spans: count, spansMax: count, bytes: count, bytesMax: count }),
  ),
  openSpans: v.optional(v.strictObject({ spans: count, stale: count })),
  forwarding: v.array(
    v.strictObject({
      name: text,
      status: partStatus,
      caughtUp: v.boolean(),
      spansInFlight: count,
      retryInMs: weighted,
      lastSuccessUnixNano: v.optional(nanoseconds),
      detail: v.optional(text),
    }),
  ),
  dropped: v.record(text, count),
});

export const demoState: Schema<DemoState> = v.strictObject({
  run: count,
  status: v.picklist(['none', 'running', 'ended', 'failed']),
  startedUnixNano: v.optional(nanoseconds),
  endsUnixNano: v.optional(nanoseconds),
  finishedUnixNano: v.optional(nanoseconds),
  traces: count,
  spans: count,
  failed: count,
  detail: v.optional(text),
});

export const ready: Schema<{ ready: true }> = v.strictObject({ ready: v.literal(true) });

export const openApi: v.GenericSchema = v.pipe(
  v.looseObject({ openapi: v.pipe(text, v.regex(/^3\.1\./)), paths: v.looseObject({}) }),
  v.description('An OpenAPI 3.1 document.'),
);

export const problem: Schema<Problem> = v.pipe(
  v.strictObject({
    type: text,
    title: text,
    status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
    code: v.picklist(PROBLEM_CODES),
    detail: text,
    parameter: v.optional(text),
  }),
  v.description('RFC 9457 problem details. `code` is stable; go by it.'),
);
