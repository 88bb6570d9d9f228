/** Whether a trace took as long as a filter wants. */
import type { TraceSummary } from '../../model/trace-summary.ts';
import type { TookFilter } from '../contracts/trace-query.ts';

type Taken = Pick<
  TraceSummary,
  'startUnixNano' | 'durationNano' | 'status' | 'runningCount' | 'staleCount'
>;

/** What runs has taken the time since it began; what is stale, as long as is known of it. */
export function hasTaken(trace: Taken, took: TookFilter | undefined): boolean {
  if (took === undefined) return true;
  const { minNano, maxNano, asOfUnixNano } = took;
  const { startUnixNano, status, runningCount, staleCount } = trace;
  const isRunning = status === 'Running' && staleCount < runningCount;
  const since = asOfUnixNano - startUnixNano;
  const nanos = isRunning && since > trace.durationNano ? since : trace.durationNano;
  return (minNano === undefined || nanos >= minNano) && (maxNano === undefined || nanos <= maxNano);
}
