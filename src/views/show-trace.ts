/**
 * A trace for the views that show one: its outline is there, its spans are read and decoded as they are shown. Where it
 * changes meanwhile it is shown anew, at most ATTEMPTS_MAX times.
 */
import { TraceNotFound } from '../model/errors.ts';
import type { TraceId } from '../model/ids.ts';
import { inTurns, type Steps } from '../projection/in-turns.ts';
import { ProjectedTrace } from '../projection/project-trace.ts';
import { TraceMoved } from '../store/contracts/trace-moved.ts';
import type { TraceReader } from '../store/contracts/trace-reader.ts';

const ATTEMPTS_MAX = 5;

/** @throws TraceNotFound, and what `show` throws */
export async function showTrace<Shown>(
  reader: TraceReader,
  traceId: TraceId,
  signal: AbortSignal,
  show: (trace: ProjectedTrace) => Steps<Shown>,
): Promise<Shown> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const trace = await reader.trace(traceId, signal);
    signal.throwIfAborted();
    if (trace === undefined) throw new TraceNotFound(traceId);
    try {
      return await inTurns(show(new ProjectedTrace(trace)), signal);
    } catch (error) {
      if (!(error instanceof TraceMoved) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}
