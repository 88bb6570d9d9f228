/**
 * Synton inside a program: `synton/sdk`.
 *
 * Register the processor with a tracer provider of OpenTelemetry JS 2.x or 3.x, and ask its `views`.
 */
export { ConfigError, type ConfigProblem, type Origin } from '../config/config-error.ts';
export type { SpanExporterLike } from '../exporters/otlp/span-exporter-destination.ts';
export {
  InvalidParameter,
  InvalidTraceId,
  SyntonError,
  TraceNotFound,
} from '../model/errors.ts';
export type { ExportFormat, ExportResponse } from '../model/export-response.ts';
export type { LifecycleEvent, LifecycleView } from '../model/lifecycle-view.ts';
export type { DashboardStats, DurationRecord, Statistics } from '../model/statistics.ts';
export type { TimelineRow, TimelineView } from '../model/timeline-view.ts';
export type { TraceSummary } from '../model/trace-summary.ts';
export type { SearchPage } from '../store/contracts/trace-query.ts';
export type { DropReason } from '../telemetry/counters.ts';
export type {
  ExportOptions,
  PersistenceOptions,
  ProcessorOptions,
  RetentionOptions,
} from './processor-options.ts';
export { ProcessorUnavailable } from './processor-unavailable.ts';
export type {
  DashboardParams,
  ExportParams,
  LifecycleParams,
  ProcessorViews,
  RangeParams,
  StatisticsParams,
  TimelineParams,
  TimeParam,
  TracesParams,
} from './processor-views.ts';
export { SyntonSpanProcessor } from './span-processor.ts';
