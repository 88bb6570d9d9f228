/**
 * What all calls of a program come to, as one span at its end: an event for each function, those that took the
 * longest or were called the most first. Bound: FUNCTIONS_MAX functions, the others are counted together.
 */
import type { Attributes } from '@opentelemetry/api';
import { CallSpan, type SpanOrigin } from './calls/call-span.ts';
import type { CountedFunction } from './calls/call-tracker.ts';
import { newSpanId, newTraceId } from './calls/span-ids.ts';
import type { RemoteParent } from './trace-parent.ts';

export const SUMMARY_NAME = 'synton.calls';
/** As many events as a span has. */
const FUNCTIONS_MAX = 128;

type Counted = Pick<CountedFunction, 'name' | 'file' | 'line' | 'calls'> &
  Partial<Omit<CountedFunction, 'isAsync' | 'isGenerator'>>;

/** Undefined where nothing was called. */
export function callSummary(
  counted: Iterable<Counted>,
  origin: SpanOrigin,
  parent: RemoteParent | undefined,
): CallSpan | undefined {
  const all = [...counted].sort(
    (a, b) => Number(b.isHot ?? false) - Number(a.isHot ?? false) || b.calls - a.calls,
  );
  if (all.length === 0) return undefined;
  const context = {
    traceId: parent?.traceId ?? newTraceId(),
    spanId: newSpanId(),
    traceFlags: parent?.traceFlags ?? 1,
  };
  const attributes: Attributes = {
    'synton.calls.functions': all.length,
    'synton.calls.total': all.reduce((sum, { calls }) => sum + calls, 0),
    'synton.calls.hot': all.filter(({ isHot }) => isHot).length,
  };
  const span = new CallSpan(origin, SUMMARY_NAME, attributes, context, parent, 0);
  for (const one of all.slice(0, FUNCTIONS_MAX)) span.addEvent('synton.function', told(one));
  const nowMs = performance.now();
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
