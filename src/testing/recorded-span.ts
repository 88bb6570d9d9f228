/**
 * A span of a run as a test reads it: a plain object with its children, in the words of the span model.
 *
 * Times are nanoseconds, told by the program's clock as the SDK reads it; order is told by `startedAs` and
 * `endedAs`, which no clock disturbs. A span whose parent was not recorded is a child of the root. Calls of functions that were
 * rewritten are spans like any other.
 */
import type { Attributes } from '@opentelemetry/api';
import type { AttributeValue } from '../model/attribute.ts';
import { CHECKPOINT_EVENT, CHECKPOINT_NAME } from '../model/checkpoint.ts';
import { classifySpanKind, explicitSpanKind } from '../model/classify-span-kind.ts';
import { OTEL_KINDS, type OtelKind, type SpanKind } from '../model/span-kind.ts';
import type { SpanStatus, TraceEventType } from '../model/trace-span.ts';
import { ATTRIBUTE } from '../tracing/trace-options.ts';
import type { NotedSpan, PassedCall } from './recording.ts';
import type { NotableSpan } from './recording-registry.ts';

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
  /** It is the call of a watched function; false for a span of OpenTelemetry, `trace()` among them. */
  readonly isCall: boolean;
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

type Growing = RecordedSpan & {
  readonly attributes: Attributes;
  readonly events: RecordedEvent[];
  readonly children: RecordedSpan[];
};
type HrTime = readonly [seconds: number, nanos: number];

const ERROR_STATUS = 2;

interface Placed {
  readonly span: Growing;
  readonly noted: NotedSpan;
}

/**
 * The call of a function that `trace()` wraps is told once, as the span of that.
 *
 * @param noted in order of start, the root first
 * @param passed calls that are left out, by the ids that others name
 */
export function recordedTree(
  noted: readonly [NotedSpan, ...NotedSpan[]],
  passed: ReadonlyMap<string, PassedCall> = new Map(),
): RecordedTree {
  const zero = noted[0].span.startTime;
  const placed = new Map<string, Placed>();
  const parents = new Map<RecordedSpan, RecordedSpan>();
  const spans: RecordedSpan[] = [];
  let root: Growing | undefined;
  const placedFor = (id: string | undefined): Placed | undefined => {
    let at = id;
    for (let hops = 0; hops < passed.size && passed.has(at ?? ''); hops++)
      at = passed.get(at!)!.parentId;
    // Only what started before can be the parent: no cycle comes of damaged ids.
    return placed.get(at ?? '') ?? placed.get(noted[0].span.spanContext().spanId);
  };
  for (const one of noted) {
    const { spanId } = one.span.spanContext();
    const parent = placedFor(one.parentId);
    if (parent !== undefined && isSameCall(one, parent.noted)) {
      placed.set(spanId, { span: parent.span, noted: one });
      Object.assign(parent.span.attributes, { ...one.span.attributes, ...parent.span.attributes });
      addEvents(parent.span, one.span, zero);
      continue;
    }
    const span = recordedSpan(one, parent?.noted, zero);
    placed.set(spanId, { span, noted: one });
    if (parent === undefined) root = span;
    else {
      parent.span.children.push(span);
      parents.set(span, parent.span);
      spans.push(span);
    }
  }
  for (const { span, parentId } of passed.values()) {
    if (span.events.length > 0) addEvents(placedFor(parentId)!.span, span, zero);
  }
  return { root: root!, spans, parents };
}

/** A span of `trace()` tells the function that it stands for, which it calls once and at once. */
function isSameCall(one: NotedSpan, above: NotedSpan): boolean {
  const name = one.span.attributes[ATTRIBUTE.functionName];
  return one.isCall && !above.isCall && above.span.attributes[ATTRIBUTE.functionName] === name;
}

/** Of a call that is not told itself. Its errors are those of whoever stands for it, or caught. */
function addEvents(to: Growing, from: NotableSpan, zero: HrTime): void {
  const added = from.events
    .map((event) => recordedEvent(event, zero))
    .filter(({ type }) => type !== 'Error');
  to.events.push(...added);
  to.events.sort((a, b) => a.atNano - b.atNano);
}

function recordedSpan(
  { span, isCall, startedAs, endedAs }: NotedSpan,
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
    isCall,
    kind,
    otelKind,
    status,
    statusMessage: span.status.message ?? '',
    errorType: status === 'Failed' ? errorTypeOf(attributes, events) : undefined,
    attributes,
    events,
    children: [],
    startNano: nanosBetween(zero, span.startTime),
    durationNano: endedAs === undefined ? undefined : nanosBetween(span.startTime, span.endTime),
    startedAs,
    endedAs,
  };
}

function recordedEvent(event: NotableSpan['events'][number], zero: HrTime): RecordedEvent {
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
