/**
 * A trace in a line: for search results from the records alone, for a view from the projected trace,
 * where clocks have been adjusted. Both count the same way; only times may differ.
 */
import type { TraceId } from '../model/ids.ts';
import type { TraceSummary } from '../model/trace-summary.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import { FrameReader } from './frame-reader.ts';
import type { ProjectedTrace } from './project-trace.ts';
import { readSpanOutline, type SpanOutline } from './read-span-outline.ts';

export const OPERATIONS_MAX = 20;

/** `spanCount`: where `records` are a part of the trace only. At least one record is needed. */
export function summariseTrace(
  traceId: TraceId,
  records: readonly SpanRecord[],
  spanCount: number = records.length,
): TraceSummary {
  const frames = new FrameReader();
  const outlines = records.map((record) => readSpanOutline(record, frames));
  const ids = new Set(outlines.map((outline) => outline.spanId));
  const lines = outlines.map((outline) => ({
    ...outline,
    isRoot: outline.parentSpanId === undefined || !ids.has(outline.parentSpanId),
  }));
  return summarise(traceId, lines, spanCount);
}

export function summariseProjected(trace: ProjectedTrace): TraceSummary {
  const lines = trace.nodes.map(({ span, parent, startUnixNano }) => ({
    name: span.name,
    service: span.service,
    startUnixNano,
    durationNano: span.durationNano,
    status: span.status,
    inMemoryOnly: span.metadata.inMemoryOnly,
    isRoot: parent < 0,
  }));
  return summarise(trace.traceId, lines, trace.spanCount);
}

type Line = Omit<SpanOutline, 'spanId' | 'parentSpanId'> & { readonly isRoot: boolean };

function summarise(traceId: TraceId, lines: readonly Line[], spanCount: number): TraceSummary {
  const inOrder = [...lines].sort((a, b) =>
    a.startUnixNano < b.startUnixNano ? -1 : a.startUnixNano > b.startUnixNano ? 1 : 0,
  );
  const first = inOrder[0];
  if (first === undefined) throw new RangeError('a trace without spans has no summary');
  let end = first.startUnixNano;
  const operations = new Set<string>();
  const services = new Set<string>();
  for (const line of inOrder) {
    const lineEnd = line.startUnixNano + line.durationNano;
    if (lineEnd > end) end = lineEnd;
    services.add(line.service);
    if (operations.size < OPERATIONS_MAX) operations.add(line.name);
  }
  const root = inOrder.find((line) => line.isRoot) ?? first;
  const errorCount = lines.filter((line) => line.status === 'Failed').length;
  const runningCount = lines.filter((line) => line.status === 'Running').length;
  return {
    traceId,
    root: { name: root.name, service: root.service },
    services: [...services],
    operations: [...operations],
    startUnixNano: first.startUnixNano,
    durationNano: end - first.startUnixNano,
    spanCount,
    errorCount,
    runningCount,
    status: runningCount > 0 ? 'Running' : errorCount > 0 ? 'Failed' : 'Completed',
    inMemoryOnly: lines.every((line) => line.inMemoryOnly),
  };
}
