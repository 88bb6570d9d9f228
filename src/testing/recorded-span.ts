/**
 * A span of a run as a test reads it: a plain object with its children, in the words of the span model.
 *
 * Times are nanoseconds, told by the program's clock as the SDK reads it; order is told by `startedAs` and
 * `endedAs`, which no clock disturbs. A span whose parent was not recorded is a child of the root.
 */
import type { Attributes } from '@opentelemetry/api';
import type { AttributeValue } from '../model/attribute.ts';
import { CHECKPOINT_EVENT, CHECKPOINT_NAME } from '../model/checkpoint.ts';
import { classifySpanKind, explicitSpanKind } from '../model/classify-span-kind.ts';
import { OTEL_KINDS, type OtelKind, type SpanKind } from '../model/span-kind.ts';
import type { SpanStatus, TraceEventType } from '../model/trace-span.ts';
import type { NotedSpan } from './recording.ts';

export interface RecordedEvent {
  readonly type: Exclude<TraceEventType, 'Enter' | 'Exit'>;
  /** Of a checkpoint: the name that it was given. */
  readonly name: string;
  /** Since the start of the run. */
  readonly atNano: number;
  readonly attributes: Readonly<Attributes>;
}

export interface RecordedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly otelKind: OtelKind;
  /** Running where it had not ended when the recording did. */
  readonly status: SpanStatus;
  readonly statusMessage: string;
  /** Of a failed span: `exception.type`, else `error.type`, else `Error`. */
  readonly errorType: string | undefined;
  readonly attributes: Readonly<Attributes>;
  readonly events: readonly RecordedEvent[];
  /** In order of start. */
  readonly children: readonly RecordedSpan[];
  /** Since the start of the run. */
  readonly startNano: number;
  /** Undefined while it runs. */
  readonly durationNano: number | undefined;
  /** Place among all starts and ends of the run. */
  readonly startedAs: number;
  readonly endedAs: number | undefined;
}

export interface RecordedTree {
  readonly root: RecordedSpan;
  /** All but the root, in order of start. */
  readonly spans: readonly RecordedSpan[];
  readonly parents: ReadonlyMap<RecordedSpan, RecordedSpan>;
}

type Growing = RecordedSpan & { readonly children: RecordedSpan[] };
type HrTime = readonly [seconds: number, nanos: number];

const ERROR_STATUS = 2;

/** @param noted in order of start, the root first */
export function recordedTree(noted: readonly [NotedSpan, ...NotedSpan[]]): RecordedTree {
  const zero = noted[0].span.startTime;
  const placed = new Map<string, { readonly span: Growing; readonly noted: NotedSpan }>();
  const parents = new Map<RecordedSpan, RecordedSpan>();
  const spans: RecordedSpan[] = [];
  let root: Growing | undefined;
  for (const one of noted) {
    const parentId = one.span.parentSpanContext?.spanId;
    // Only what started before can be the parent: no cycle comes of damaged ids.
    const parent = placed.get(parentId ?? '') ?? placed.get(noted[0].span.spanContext().spanId);
    const span = recordedSpan(one, parent?.noted, zero);
    placed.set(one.span.spanContext().spanId, { span, noted: one });
    if (parent === undefined) root = span;
    else {
      parent.span.children.push(span);
      parents.set(span, parent.span);
      spans.push(span);
    }
  }
  return { root: root!, spans, parents };
}

function recordedSpan(
  { span, startedAs, endedAs }: NotedSpan,
  parent: NotedSpan | undefined,
  zero: HrTime,
): Growing {
  const attributes = { ...span.attributes };
  const otelKind = OTEL_KINDS[span.kind + 1] ?? 'unspecified';
  const lookup = (key: string): AttributeValue | undefined => modelValue(attributes, key);
  let kind = classifySpanKind(otelKind, span.name, lookup);
  const outlives = (endedAs ?? Infinity) > (parent?.endedAs ?? Infinity);
  if (kind === 'Function' && outlives && explicitSpanKind(lookup) === undefined) kind = 'AsyncTask';
  const hasFailed = span.status.code === ERROR_STATUS;
  const status = endedAs === undefined ? 'Running' : hasFailed ? 'Failed' : 'Completed';
  const events = span.events.map((event) => recordedEvent(event, zero));
  return {
    name: span.name,
    kind,
    otelKind,
    status,
    statusMessage: span.status.message ?? '',
    errorType: status === 'Failed' ? errorTypeOf(attributes, events) : undefined,
    attributes,
    events,
    children: [],
    startNano: nanosBetween(zero, span.startTime),
    durationNano: endedAs === undefined ? undefined : nanosBetween([0, 0], span.duration),
    startedAs,
    endedAs,
  };
}

function recordedEvent(event: NotedSpan['span']['events'][number], zero: HrTime): RecordedEvent {
  const attributes = { ...event.attributes };
  const given = attributes[CHECKPOINT_NAME];
  const isCheckpoint = event.name === CHECKPOINT_EVENT;
  return {
    type: isCheckpoint ? 'Checkpoint' : event.name === 'exception' ? 'Error' : 'Custom',
    name: isCheckpoint && typeof given === 'string' ? given : event.name,
    atNano: nanosBetween(zero, event.time),
    attributes,
  };
}

/** The last exception is the one that failed the span. */
function errorTypeOf(attributes: Attributes, events: readonly RecordedEvent[]): string {
  const exception = events.findLast(({ type }) => type === 'Error');
  const told = exception?.attributes['exception.type'] ?? attributes['error.type'];
  return typeof told === 'string' && told !== '' ? told : 'Error';
}

/** As far as the rule of kinds asks: texts and truth; of anything else only that it is there. */
function modelValue(attributes: Attributes, key: string): AttributeValue | undefined {
  if (!Object.hasOwn(attributes, key)) return undefined;
  const value = attributes[key];
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  return value === undefined ? undefined : { type: 'unset' };
}

function nanosBetween(from: HrTime, to: HrTime): number {
  return (to[0] - from[0]) * 1e9 + (to[1] - from[1]);
}
