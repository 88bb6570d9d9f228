/** A trace for the views that show one: its outline is there, its spans are decoded as they are shown. */
import { TraceNotFound } from '../model/errors.ts';
import type { TraceId } from '../model/ids.ts';
import { ProjectedTrace } from '../projection/project-trace.ts';
import type { TraceReader } from '../store/contracts/trace-reader.ts';

/** @throws TraceNotFound */
export async function loadTrace(
  reader: TraceReader,
  traceId: TraceId,
  signal: AbortSignal,
): Promise<ProjectedTrace> {
  signal.throwIfAborted();
  const trace = await reader.trace(traceId, signal);
  signal.throwIfAborted();
  if (trace === undefined) throw new TraceNotFound(traceId);
  return new ProjectedTrace(trace);
}
