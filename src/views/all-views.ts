/** Every view by its name, ready to be put behind a URL, a command or a method. */

import type { ExportResponse } from '../model/export-response.ts';
import type { LifecycleView } from '../model/lifecycle-view.ts';
import type { ServiceMap } from '../model/service-map.ts';
import type { DashboardStats, DurationBuckets, Statistics } from '../model/statistics.ts';
import type { TimelineView } from '../model/timeline-view.ts';
import type { AttributeColumn, TraceAttributes, TraceFindings } from '../model/trace-attributes.ts';
import type { SearchPage, TraceQuery } from '../store/contracts/trace-query.ts';
import {
  type AttributeColumnParams,
  attributeColumnView,
} from './attributes/attribute-column-view.ts';
import { type AttributesParams, attributesView } from './attributes/attributes-view.ts';
import {
  type DashboardParams,
  type DashboardSettings,
  dashboardView,
} from './dashboard/dashboard-view.ts';
import { type DurationsParams, durationsView } from './durations/durations-view.ts';
import { type ExportParams, exportView } from './export/export-view.ts';
import { type FindParams, findView } from './find/find-view.ts';
import {
  type HistogramParams,
  histogramView,
  type TraceHistogram,
} from './histogram/histogram-view.ts';
import { type LifecycleParams, lifecycleView } from './lifecycle/lifecycle-view.ts';
import { type OutlineAnswer, type OutlineParams, outlineView } from './outline/outline-view.ts';
import { type ServiceMapParams, serviceMapView } from './service-map/service-map-view.ts';
import { type ServicesParams, type ServicesView, servicesView } from './services/services-view.ts';
import { type SlowestTraces, slowestView } from './slowest/slowest-view.ts';
import { type StatisticsParams, statisticsView } from './statistics/statistics-view.ts';
import { type TailLook, type TailParams, tailView } from './tail/tail-view.ts';
import { type TimelineParams, timelineView } from './timeline/timeline-view.ts';
import { tracesView } from './traces/traces-view.ts';
import type { View } from './view.ts';

export interface AllViews {
  readonly lifecycle: View<LifecycleParams, LifecycleView>;
  readonly timeline: View<TimelineParams, TimelineView>;
  readonly outline: View<OutlineParams, OutlineAnswer>;
  readonly attributes: View<AttributesParams, TraceAttributes>;
  readonly attributeColumn: View<AttributeColumnParams, AttributeColumn>;
  readonly find: View<FindParams, TraceFindings>;
  readonly export: View<ExportParams, ExportResponse>;
  readonly traces: View<TraceQuery, SearchPage>;
  readonly slowest: View<TraceQuery, SlowestTraces>;
  readonly histogram: View<HistogramParams, TraceHistogram>;
  readonly durations: View<DurationsParams, DurationBuckets>;
  readonly tail: View<TailParams, TailLook>;
  readonly serviceMap: View<ServiceMapParams, ServiceMap>;
  readonly services: View<ServicesParams, ServicesView>;
  readonly statistics: View<StatisticsParams, Statistics>;
  readonly dashboard: View<DashboardParams, DashboardStats>;
}

export function allViews(settings: DashboardSettings): AllViews {
  return {
    lifecycle: lifecycleView,
    timeline: timelineView,
    outline: outlineView(settings.clock),
    attributes: attributesView,
    attributeColumn: attributeColumnView,
    find: findView,
    export: exportView,
    traces: tracesView(settings.clock),
    slowest: slowestView(settings.clock),
    histogram: histogramView(settings.clock),
    durations: durationsView(settings.clock),
    tail: tailView(settings.clock),
    serviceMap: serviceMapView(settings.clock),
    services: servicesView,
    statistics: statisticsView(settings.clock),
    dashboard: dashboardView(settings),
  };
}
