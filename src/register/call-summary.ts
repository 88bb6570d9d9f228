/**
 * What all calls of a program come to, as one span at its end: an event for each function, those that took the
 * longest or were called the most first. Bound: FUNCTIONS_MAX functions, the others are counted together.
 */
import type { Attributes } from '@opentelemetry/api';
import { CALLS_SPAN } from '../sdk/reports/calls-span.ts';
import { type IdSeeds, numberedSpanId, numberedTraceId } from '../sdk/reports/numbered-ids.ts';
import { realNow } from '../telemetry/real-now.ts';
import { CallSpan, type SpanOrigin } from './calls/call-span.ts';
import type { CountedFunction } from './calls/call-tracker.ts';
import type { RemoteParent } from './trace-parent.ts';

const UNSEEN = 'synton.unseen';
/** As many events as a span has. */
const FUNCTIONS_MAX = 128;

type Counted = Pick<CountedFunction, 'name' | 'file' | 'line' | 'calls'> &
  Partial<Omit<CountedFunction, 'isAsync' | 'isGenerator'>>;

/** Undefined where there is nothing to tell. @param seeds of the thread: the span is that which was told while it ran @param unseen libraries that are used and not seen inside */
export function callSummary(
  counted: Iterable<Counted>,
  origin: SpanOrigin,
  parent: RemoteParent | undefined,
  seeds: IdSeeds,
  unseen: readonly string[] = [],
): CallSpan | undefined {
  const all = [...counted].sort(
    (a, b) => Number(b.isHot ?? false) - Number(a.isHot ?? false) || b.calls - a.calls,
  );
  if (all.length === 0 && unseen.length === 0) return undefined;
  const context = {
    traceId: parent?.traceId ?? numberedTraceId(seeds, CALLS_SPAN.number),
    spanId: numberedSpanId(seeds, CALLS_SPAN.number),
    traceFlags: parent?.traceFlags ?? 1,
  };
  const attributes: Attributes = {
    'synton.calls.functions': all.length,
    'synton.calls.total': all.reduce((sum, { calls }) => sum + calls, 0),
    'synton.calls.hot': all.filter(({ isHot }) => isHot).length,
    ...(unseen.length > 0 && { [UNSEEN]: [...unseen] }),
  };
  const span = new CallSpan(origin, CALLS_SPAN.name, attributes, context, parent, 0);
  for (const one of all.slice(0, FUNCTIONS_MAX)) span.addEvent('synton.function', told(one));
  const nowMs = realNow();
  span.droppedEventsCount = Math.max(0, all.length - FUNCTIONS_MAX);
  span.close(nowMs);
  return span;
}

function told(one: Counted): Attributes {
  const { name, file, line, column, calls, isHot, ended, failed, totalMs, maxMs } = one;
  const isTimed = ended !== undefined && ended > 0 && totalMs !== undefined && maxMs !== undefined;
  return {
    'code.function.name': name,
    'code.file.path': file,
    'code.line.number': line,
    ...(column !== undefined && { 'code.column.number': column }),
    'synton.calls': calls,
    ...(isHot && { 'synton.hot': true }),
    ...(isTimed && {
      'synton.calls.timed': ended,
      'synton.calls.failed': failed ?? 0,
      'synton.calls.total_ms': totalMs,
      'synton.calls.max_ms': maxMs,
    }),
  };
}
