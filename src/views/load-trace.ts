/**
 * A trace, whole, for the views that show one; decoded in turns, so that receiving goes on meanwhile.
 * Bound: SPANS_MAX spans; of a larger trace the first to arrive are shown, and `spans_beyond_limit` is
 * among its warnings.
 */
import { setImmediate } from 'node:timers/promises';
import { TraceNotFound } from '../model/errors.ts';
import type { TraceId } from '../model/ids.ts';
import type { TraceSpan } from '../model/trace-span.ts';
import { FrameReader } from '../projection/frame-reader.ts';
import { projectSpan } from '../projection/project-span.ts';
import { assembleTrace, type ProjectedTrace } from '../projection/project-trace.ts';
import type { SpanRecord, Trace } from '../store/contracts/span-record.ts';
import type { TraceReader } from '../store/contracts/trace-reader.ts';

export const SPANS_MAX = 100_000;
/** Decoded before others get their turn: some ten milliseconds. */
const SPANS_A_TURN = 256;
const BEYOND_LIMIT = 'spans_beyond_limit';

/** @throws TraceNotFound */
export async function loadTrace(
  reader: TraceReader,
  traceId: TraceId,
  signal: AbortSignal,
): Promise<ProjectedTrace> {
  const { records, spanCount } = await loadRecords(reader, traceId, signal);
  const frames = new FrameReader();
  const spans: TraceSpan[] = [];
  for (const record of records) {
    spans.push(projectSpan(record, frames));
    if (spans.length % SPANS_A_TURN > 0) continue;
    await setImmediate();
    signal.throwIfAborted();
  }
  const trace = assembleTrace(traceId, spans, spanCount);
  if (trace.nodes.length >= trace.spanCount) return trace;
  return { ...trace, warnings: [...trace.warnings, BEYOND_LIMIT].sort() };
}

/** The records of all pages. @throws TraceNotFound */
export async function loadRecords(
  reader: TraceReader,
  traceId: TraceId,
  signal: AbortSignal,
): Promise<Pick<Trace, 'traceId' | 'records' | 'spanCount'>> {
  const records: SpanRecord[] = [];
  let after: string | undefined;
  let spanCount = 0;
  let loaded: number;
  do {
    loaded = records.length;
    signal.throwIfAborted();
    const limit = SPANS_MAX - records.length;
    const page = after === undefined ? { limit } : { limit, after };
    const trace = await reader.trace(traceId, { page });
    for (const record of trace?.records ?? []) records.push(record);
    spanCount = Math.max(trace?.spanCount ?? 0, records.length);
    after = trace?.next;
  } while (after !== undefined && records.length > loaded && records.length < SPANS_MAX);
  signal.throwIfAborted();
  if (records.length === 0) throw new TraceNotFound(traceId);
  return { traceId, records, spanCount };
}
