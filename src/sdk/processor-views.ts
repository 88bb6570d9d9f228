/**
 * The views of a processor's spans, asked for in code: names and types of TypeScript in front, the views'
 * own parameters behind. Spans that ended before the question are in the answer; those that run are shown
 * as Running. Where another Synton owns the data directory, only what this program remembers is here.
 */
import type { ExportFormat, ExportResponse } from '../model/export-response.ts';
import type { LifecycleView } from '../model/lifecycle-view.ts';
import type { SpanKind } from '../model/span-kind.ts';
import type { DashboardStats, Statistics } from '../model/statistics.ts';
import type { TimelineView } from '../model/timeline-view.ts';
import type { SpanStatus } from '../model/trace-span.ts';
import type { SearchPage } from '../store/contracts/trace-query.ts';
import type { StatisticsKey } from '../store/contracts/trace-reader.ts';
import type { ServicesView } from '../views/services/services-view.ts';
import type { ViewRenderer } from '../views/view-renderer.ts';

/** A time: `2026-01-02T03:04:05Z`, a Date, or nanoseconds since 1970. */
export type TimeParam = string | bigint | Date;

/** `from` and `to`, or `last` (`'15m'`) before now. */
export interface RangeParams {
  readonly last?: string;
  readonly from?: TimeParam;
  readonly to?: TimeParam;
}

export interface TimelineParams {
  /** Rows. */
  readonly limit?: number;
  /** From TimelineView.next. */
  readonly after?: string;
  /** Instead of `after`: rows to pass over. */
  readonly offset?: number;
  /** A span id: that span and all below it. */
  readonly subtree?: string;
  /** Levels below the roots, or below the span of `subtree`. */
  readonly depth?: number;
}

export interface LifecycleParams {
  /** Spans to tell of. @default all of up to 5,000, else 2,000; at most 20,000 */
  readonly limit?: number;
  /** A span id: that span and all below it. */
  readonly subtree?: string;
}

export interface StatisticsParams extends RangeParams {
  readonly by?: StatisticsKey;
  /** `'1m'`, `'1h'`. */
  readonly step?: string;
  readonly service?: string;
}

export interface DashboardParams extends RangeParams {
  readonly service?: string;
}

export interface TracesParams extends RangeParams {
  readonly service?: string;
  readonly operation?: string;
  readonly status?: SpanStatus;
  readonly kind?: SpanKind;
  /** `'200ms'`. */
  readonly minDuration?: string;
  readonly maxDuration?: string;
  /** Of the span or else of its resource. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** Traces a page. @default 20, at most 1,000 */
  readonly limit?: number;
  /** From SearchPage.next. */
  readonly cursor?: string;
}

export interface ExportParams {
  /** @default 'json' */
  readonly format?: ExportFormat;
  /** Of `json`: the view, or OTLP/JSON that loads elsewhere. @default 'view' */
  readonly flavor?: string;
  /** Of `mermaid`. */
  readonly diagram?: string;
  /** A span id: that span and all below it. */
  readonly subtree?: string;
  /** Of `json`: spans a page. @default 10,000, at most 100,000 */
  readonly limit?: number;
  /** Of `json`: from ExportResponse.next. */
  readonly after?: string;
}

/** Every method rejects with InvalidParameter, InvalidTraceId, TraceNotFound or ProcessorUnavailable. */
export class ProcessorViews {
  readonly #renderer: () => Promise<ViewRenderer>;

  /** `renderer` resolves once everything that ended so far can be seen. */
  constructor(renderer: () => Promise<ViewRenderer>) {
    this.#renderer = renderer;
  }

  lifecycle(
    traceId: string,
    params: LifecycleParams = {},
    signal?: AbortSignal,
  ): Promise<LifecycleView> {
    return this.#render('lifecycle', { trace_id: traceId, ...params }, signal);
  }

  timeline(
    traceId: string,
    params: TimelineParams = {},
    signal?: AbortSignal,
  ): Promise<TimelineView> {
    return this.#render('timeline', { trace_id: traceId, ...params }, signal);
  }

  statistics(params: StatisticsParams = {}, signal?: AbortSignal): Promise<Statistics> {
    return this.#render('statistics', withTimes(params), signal);
  }

  dashboard(params: DashboardParams = {}, signal?: AbortSignal): Promise<DashboardStats> {
    return this.#render('dashboard', withTimes(params), signal);
  }

  traces(params: TracesParams = {}, signal?: AbortSignal): Promise<SearchPage> {
    const { minDuration, maxDuration, attributes = {}, ...rest } = params;
    const raw = {
      ...withTimes(rest),
      min_duration: minDuration,
      max_duration: maxDuration,
      attribute: Object.entries(attributes).map(([key, value]) => `${key}=${value}`),
    };
    return this.#render('traces', raw, signal);
  }

  /** With `service`: its operations. */
  services(
    params: { readonly service?: string } = {},
    signal?: AbortSignal,
  ): Promise<ServicesView> {
    return this.#render('services', params, signal);
  }

  export(
    traceId: string,
    params: ExportParams = {},
    signal?: AbortSignal,
  ): Promise<ExportResponse> {
    return this.#render('export', { trace_id: traceId, ...params }, signal);
  }

  async #render<Result>(view: string, params: object, signal?: AbortSignal): Promise<Result> {
    const renderer = await this.#renderer();
    return renderer.render<Result>(view, params, signal);
  }
}

function withTimes({ from, to, ...rest }: RangeParams): object {
  return { ...rest, from: timeText(from), to: timeText(to) };
}

function timeText(time: TimeParam | undefined): string | undefined {
  return time instanceof Date ? time.toISOString() : time?.toString();
}
