/** The JSON of traces: spans, lifecycle, timeline, search and export. Objects are closed: nothing else comes. */
import * as v from 'valibot';
import { EXPORT_FORMATS, type ExportResponse } from '../../model/export-response.ts';
import type {
  LifecycleEvent,
  LifecycleGap,
  LifecycleNode,
  LifecycleRunning,
  LifecycleView,
} from '../../model/lifecycle-view.ts';
import { OTEL_KINDS, SPAN_KINDS } from '../../model/span-kind.ts';
import type { SpanPlace } from '../../model/span-place.ts';
import type { TimelineRow, TimelineView } from '../../model/timeline-view.ts';
import type { SpanLink, SpanMetadata, TraceEvent, TraceSpan } from '../../model/trace-span.ts';
import type { TraceSummary } from '../../model/trace-summary.ts';
import type { SearchPage, SearchProgress } from '../../store/contracts/trace-query.ts';
import type { JsonAttribute, JsonAttributeValue, JsonOf } from './json-of.ts';

type Schema<Model> = v.GenericSchema<JsonOf<Model>>;

export const nanoseconds: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^-?[0-9]+$/),
  v.description('Nanoseconds as a decimal string: a JSON number would lose digits.'),
);
export const traceId: v.GenericSchema<string> = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
export const spanId: v.GenericSchema<string> = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));
/** A whole number that is not negative. */
export const count: v.GenericSchema<number> = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.string();
const texts = v.array(text);
const kind = v.picklist(SPAN_KINDS);
const role = v.picklist(['server', 'client', 'producer', 'consumer', 'agent', 'llm', 'tool']);
const status = v.picklist(['Running', 'Completed', 'Failed']);
const stale = v.optional(v.literal(true));
const eventType = v.picklist(['Enter', 'Exit', 'Checkpoint', 'Error', 'Custom']);
const base64 = v.pipe(text, v.regex(/^[0-9A-Za-z+/]*={0,2}$/), v.description('Base64.'));

export const attribute: v.GenericSchema<JsonAttribute> = v.strictObject({
  key: text,
  value: v.lazy(() => attributeValue),
});
export const attributeValue: v.GenericSchema<JsonAttributeValue> = v.variant('type', [
  v.strictObject({ type: v.literal('unset') }),
  v.strictObject({ type: v.literal('string'), value: text }),
  v.strictObject({ type: v.literal('bool'), value: v.boolean() }),
  v.strictObject({ type: v.literal('int'), value: v.pipe(text, v.regex(/^-?[0-9]+$/)) }),
  v.strictObject({
    type: v.literal('double'),
    value: v.union([v.number(), v.picklist(['NaN', 'Infinity', '-Infinity', '-0'])]),
  }),
  v.strictObject({ type: v.literal('bytes'), value: base64 }),
  v.strictObject({ type: v.literal('array'), value: v.array(v.lazy(() => attributeValue)) }),
  v.strictObject({ type: v.literal('map'), value: v.array(attribute) }),
]);
const attributes = v.array(attribute);

export const traceSummary: Schema<TraceSummary> = v.strictObject({
  traceId,
  root: v.strictObject({ name: text, service: text }),
  services: texts,
  operations: v.pipe(v.array(text), v.maxLength(20)),
  startUnixNano: nanoseconds,
  durationNano: nanoseconds,
  spanCount: count,
  errorCount: count,
  runningCount: count,
  staleCount: count,
  status,
  inMemoryOnly: v.boolean(),
  durationByService: v.pipe(
    v.array(v.strictObject({ service: text, selfNano: nanoseconds })),
    v.maxLength(5),
  ),
  attributes: v.optional(v.array(v.strictObject({ key: text, value: text }))),
});

export const traceEvent: Schema<TraceEvent> = v.strictObject({
  type: eventType,
  name: text,
  atUnixNano: nanoseconds,
  attributes,
  droppedAttributes: count,
});

export const spanLink: Schema<SpanLink> = v.strictObject({
  traceId: text,
  spanId: text,
  traceState: text,
  attributes,
  droppedAttributes: count,
  flags: count,
});

export const spanMetadata: Schema<SpanMetadata> = v.strictObject({
  resource: attributes,
  resourceSchemaUrl: text,
  scopeName: text,
  scopeVersion: text,
  scope: attributes,
  scopeSchemaUrl: text,
  traceState: text,
  flags: count,
  droppedAttributes: count,
  droppedEvents: count,
  droppedLinks: count,
  statusCode: v.pipe(v.number(), v.integer()),
  statusMessage: text,
  arrival: count,
  inMemoryOnly: v.boolean(),
  warnings: texts,
});

export const traceSpan: Schema<TraceSpan> = v.strictObject({
  traceId,
  spanId,
  parentSpanId: v.optional(spanId),
  name: text,
  service: text,
  kind,
  otelKind: v.picklist(OTEL_KINDS),
  role: v.optional(role),
  status,
  stale,
  startUnixNano: nanoseconds,
  endUnixNano: v.optional(nanoseconds),
  durationNano: nanoseconds,
  attributes,
  events: v.array(traceEvent),
  links: v.array(spanLink),
  metadata: spanMetadata,
});

export const lifecycleEvent: Schema<LifecycleEvent> = v.strictObject({
  atUnixNano: nanoseconds,
  offsetNano: nanoseconds,
  type: eventType,
  spanId,
  name: text,
  attributes,
  depth: count,
});

export const lifecycleNode: Schema<LifecycleNode> = v.strictObject({
  spanId,
  parentSpanId: v.optional(spanId),
  name: text,
  service: text,
  kind,
  status,
  stale,
  depth: count,
  offsetNano: nanoseconds,
  durationNano: nanoseconds,
  childCount: count,
  spansBelow: count,
  errorsBelow: count,
  warnings: texts,
  peer: v.optional(text),
  attempt: v.optional(v.strictObject({ number: count, of: count })),
  folded: v.optional(v.strictObject({ count, spans: count, errors: count })),
});

export const lifecycleGap: Schema<LifecycleGap> = v.strictObject({
  fromOffsetNano: nanoseconds,
  durationNano: nanoseconds,
});

export const spanPlace: Schema<SpanPlace> = v.strictObject({
  at: v.optional(text),
  checkpoint: v.optional(text),
  within: v.optional(spanId),
});

export const lifecycleRunning: Schema<LifecycleRunning> = v.strictObject({
  spanId,
  name: text,
  stale,
  place: v.optional(spanPlace),
});

export const lifecycleView: Schema<LifecycleView> = v.strictObject({
  trace: traceSummary,
  events: v.array(lifecycleEvent),
  tree: v.array(lifecycleNode),
  gaps: v.array(lifecycleGap),
  orphans: v.array(spanId),
  running: v.array(lifecycleRunning),
  warnings: texts,
  notShown: v.optional(
    v.strictObject({
      spans: count,
      errors: count,
      gaps: count,
      orphans: count,
      running: count,
      remedy: text,
    }),
  ),
});

export const timelineRow: Schema<TimelineRow> = v.strictObject({
  spanId,
  parentSpanId: v.optional(spanId),
  name: text,
  service: text,
  kind,
  role: v.optional(role),
  status,
  stale,
  place: v.optional(spanPlace),
  depth: count,
  lane: count,
  offsetNano: nanoseconds,
  durationNano: nanoseconds,
  selfNano: nanoseconds,
  critical: v.boolean(),
  childCount: count,
  spansBelow: count,
  errorsBelow: count,
});

export const timelineView: Schema<TimelineView> = v.strictObject({
  trace: traceSummary,
  rows: v.array(timelineRow),
  rowFirst: count,
  rowCount: count,
  concurrencyMax: count,
  next: v.optional(text),
});

export const searchProgress: Schema<SearchProgress> = v.strictObject({
  memory: v.strictObject({ spans: count, of: count }),
  store: v.strictObject({ spans: count, of: count, blocksRead: count, blocksTotal: count }),
});

export const searchPage: Schema<SearchPage> = v.strictObject({
  items: v.array(traceSummary),
  next: v.optional(text),
  examined: searchProgress,
});

export const syntonExport: Schema<{
  /** Of the projection: see TraceSpan. */
  modelVersion: number;
  trace: TraceSummary;
  spans: readonly TraceSpan[];
  warnings: readonly string[];
  next?: string;
}> = v.strictObject({
  modelVersion: v.number(),
  trace: traceSummary,
  spans: v.array(traceSpan),
  warnings: texts,
  next: v.optional(text),
});

/** Open below, as OTLP/JSON is another's format. */
export const otlpExport: v.GenericSchema = v.pipe(
  v.strictObject({
    resourceSpans: v.array(v.looseObject({ scopeSpans: v.array(v.looseObject({})) })),
  }),
  v.description('TracesData of OTLP/JSON; ids in hexadecimal, 64-bit numbers as strings.'),
);

export const exportResponse: Schema<ExportResponse> = v.strictObject({
  traceId,
  format: v.picklist(EXPORT_FORMATS),
  contentType: text,
  content: text,
  spanCount: count,
  truncated: v.boolean(),
  next: v.optional(text),
});
