/**
 * A trace in a line: for search results with times as they were recorded, for a view with times adjusted for
 * clocks that disagree. Both count the same way.
 */
import type { TraceId } from '../model/ids.ts';
import { OUTLINE } from '../model/trace-outline.ts';
import type { TraceSummary } from '../model/trace-summary.ts';
import { ProtobufReader, WIRE } from '../otlp/wire/protobuf-reader.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { sortByTime } from './sort-by-time.ts';
import { SpanIdTable } from './span-id-table.ts';
import { STATUS_FAILED, STATUS_RUNNING, type TraceColumns } from './trace-columns.ts';

export const OPERATIONS_MAX = 20;

export interface Summarised {
  readonly columns: TraceColumns;
  /** Of the columns. */
  readonly records: readonly SpanRecord[];
  /** Of the trace, where the records are a part of it only. */
  readonly spanCount: number;
  /** Of the columns, or adjusted. */
  readonly starts: BigInt64Array;
  /** Indexes by start. */
  readonly order: Int32Array;
  readonly isRoot: (index: number) => boolean;
}

/** With times as recorded; a root is a span whose parent is not there. */
export function* summariseColumns(
  traceId: TraceId,
  columns: TraceColumns,
  records: readonly SpanRecord[],
): Steps<TraceSummary> {
  const { count, ids, parentIds, starts } = columns;
  const known = new SpanIdTable(count);
  for (let i = 0; i < count; i++) {
    known.put(i, ids[i * 2]!, ids[i * 2 + 1]!);
    if (i % ROWS_A_STEP === 0) yield;
  }
  return yield* summarise(traceId, {
    columns,
    records,
    spanCount: count,
    starts,
    order: yield* sortByTime(starts),
    isRoot: (i) => {
      const [high, low] = [parentIds[i * 2]!, parentIds[i * 2 + 1]!];
      return (high === ids[i * 2] && low === ids[i * 2 + 1]) || known.find(high, low) < 0;
    },
  });
}

/** @throws RangeError on a trace without spans */
export function* summarise(traceId: TraceId, given: Summarised): Steps<TraceSummary> {
  const { columns, records, starts, order, isRoot } = given;
  const { count, durations, facts, resource, resources } = columns;
  if (count === 0) throw new RangeError('a trace without spans has no summary');
  const nameOf = (index: number): string => spanName(records[index]!);
  const operations = new Set<string>();
  const services = new Set<string>();
  const seen = new Uint8Array(columns.named.length);
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
    services.add(resources[resource[index]!]!.service);
    const name = columns.name[index]!;
    if (seen[name] === 0 && operations.size < OPERATIONS_MAX) {
      seen[name] = 1;
      operations.add(nameOf(index));
    }
    if (root < 0 && isRoot(index)) root = index;
    if (i % ROWS_A_STEP === 0) yield;
  }
  if (root < 0) root = order[0]!;
  return {
    traceId,
    root: { name: nameOf(root), service: resources[resource[root]!]!.service },
    services: [...services],
    operations: [...operations],
    startUnixNano: columns.baseUnixNano + first,
    durationNano: end - first,
    spanCount: given.spanCount,
    errorCount,
    runningCount,
    staleCount,
    status: runningCount > 0 ? 'Running' : errorCount > 0 ? 'Failed' : 'Completed',
    inMemoryOnly,
  };
}

/** Span 5 name; the last one counts. */
function spanName({ span }: SpanRecord): string {
  const reader = new ProtobufReader(span);
  let name = '';
  while (reader.next()) {
    if (reader.is(5, WIRE.bytes)) name = reader.string();
    else reader.skip();
  }
  return name;
}
