/**
 * A trace in a line: for search results with times as they were recorded, for a view with times adjusted for
 * clocks that disagree. Both count the same way.
 */
import type { TraceId } from '../model/ids.ts';
import { OUTLINE } from '../model/trace-outline.ts';
import type { ServiceDuration, TraceSummary } from '../model/trace-summary.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { linkParents } from './link-parents.ts';
import { orderByStart } from './order-by-start.ts';
import { selfTimes, spanTimes } from './span-times.ts';
import { STATUS_FAILED, STATUS_RUNNING, type TraceColumns } from './trace-columns.ts';

export const OPERATIONS_MAX = 20;

const SERVICES_TOLD_MAX = 5;

export interface Summarised {
  readonly columns: TraceColumns;
  /** Of the trace, where the columns are a part of it only. */
  readonly spanCount: number;
  /** Of the columns, or adjusted. */
  readonly starts: BigInt64Array;
  /** Indexes by start. */
  readonly order: Int32Array;
  /** By index; −1 for a root. */
  readonly parents: Int32Array;
  /** See selfTimes. */
  readonly self: Float64Array;
}

/** With times as recorded; a root is a span whose parent is not there. */
export function* summariseColumns(traceId: TraceId, columns: TraceColumns): Steps<TraceSummary> {
  const { count, starts, durations, facts } = columns;
  const parents = yield* linkParents(columns);
  const order = yield* orderByStart(columns, starts);
  const self = yield* selfTimes(yield* spanTimes(starts, durations, facts), parents, order);
  return yield* summarise(traceId, { columns, spanCount: count, starts, order, parents, self });
}

/** @throws RangeError on a trace without spans */
export function* summarise(traceId: TraceId, given: Summarised): Steps<TraceSummary> {
  const { columns, starts, order, parents, self } = given;
  const { count, durations, facts, resource, resources } = columns;
  if (count === 0) throw new RangeError('a trace without spans has no summary');
  const nameOf = (index: number): string => columns.nameText(columns.name[index]!);
  const operations = new Set<string>();
  const services = new Map<string, number>();
  const seen = new Uint8Array(columns.nameCount);
  const first = starts[order[0]!]!;
  let end = first;
  let root = -1;
  let errorCount = 0;
  let runningCount = 0;
  let staleCount = 0;
  let inMemoryOnly = true;
  for (let i = 0; i < count; i++) {
    const index = order[i]!;
    const status = facts[index]! & OUTLINE.statusMask;
    if (status === STATUS_FAILED) errorCount++;
    else if (status === STATUS_RUNNING) runningCount++;
    if ((facts[index]! & OUTLINE.stale) !== 0) staleCount++;
    if ((facts[index]! & OUTLINE.inMemoryOnly) === 0) inMemoryOnly = false;
    if (starts[index]! + durations[index]! > end) end = starts[index]! + durations[index]!;
    const { service } = resources[resource[index]!]!;
    services.set(service, (services.get(service) ?? 0) + self[index]!);
    const name = columns.name[index]!;
    if (seen[name] === 0 && operations.size < OPERATIONS_MAX) {
      seen[name] = 1;
      operations.add(nameOf(index));
    }
    if (root < 0 && parents[index]! < 0) root = index;
    if (i % ROWS_A_STEP === 0) yield;
  }
  if (root < 0) root = order[0]!;
  return {
    traceId,
    root: { name: nameOf(root), service: resources[resource[root]!]!.service },
    services: [...services.keys()],
    operations: [...operations],
    startUnixNano: columns.baseUnixNano + first,
    durationNano: end - first,
    spanCount: given.spanCount,
    errorCount,
    runningCount,
    staleCount,
    status: runningCount > 0 ? 'Running' : errorCount > 0 ? 'Failed' : 'Completed',
    inMemoryOnly,
    durationByService: longest(services),
  };
}

/** Of equal ones the first to start. */
function longest(services: ReadonlyMap<string, number>): readonly ServiceDuration[] {
  return [...services]
    .filter(([, self]) => self > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, SERVICES_TOLD_MAX)
    .map(([service, self]) => ({ service, selfNano: BigInt(self) }));
}
