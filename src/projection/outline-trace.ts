/**
 * The outline of a trace (model/trace-outline.ts) from its columns: the tree, siblings by start, times adjusted
 * for clocks that disagree, and what can be counted only with the whole trace in sight.
 *
 * Total: any set of spans gives a forest. O(n log n), iterative and in steps, so that neither a chain of a hundred
 * thousand spans nor a circle of parents hurts. The caller bounds the number of spans.
 */
import type { TraceId } from '../model/ids.ts';
import { OUTLINE, type TraceOutline, warningBit } from '../model/trace-outline.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import { clockShifts } from './clock-shifts.ts';
import { concurrencyMax } from './concurrency.ts';
import { depthFirst } from './depth-first.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { linkParents } from './link-parents.ts';
import { sortByTime } from './sort-by-time.ts';
import { summarise } from './summarise-trace.ts';
import { held, STATUS_FAILED, STATUS_RUNNING, type TraceColumns } from './trace-columns.ts';

/** JavaScript SDKs start spans at a whole millisecond: less than that is no outliving. */
export const OUTLIVES_BY_NANO = 1_000_000n;
const CLOCK_SKEW_ADJUSTED = warningBit('clock_skew_adjusted');

/**
 * @param records of the columns: one a span, by arrival
 * @param spanCount of the trace, where the records are a part of it only
 */
export function* outlineTrace(
  traceId: TraceId,
  columns: TraceColumns,
  records: readonly SpanRecord[],
  spanCount: number,
): Steps<TraceOutline> {
  const parents = yield* linkParents(columns);
  const shifts = yield* clockShifts(columns, parents);
  const { count, durations } = columns;
  const starts = new BigInt64Array(count);
  let first = 0n;
  let last = 0n;
  for (let i = 0; i < count; i++) {
    const shift = shifts[i]!;
    const start = shift === 0n ? columns.starts[i]! : held(columns.starts[i]! + shift);
    starts[i] = start;
    if (i === 0 || start < first) first = start;
    const end = start + durations[i]!;
    if (i === 0 || end > last) last = end;
    if (i % ROWS_A_STEP === 0) yield;
  }
  const order = yield* sortByTime(starts);
  const tree = yield* depthFirst(parents, order);
  const services = new Map<string, number>();
  const serviceOf = columns.resources.map(({ service }) => {
    const known = services.get(service) ?? services.size;
    services.set(service, known);
    return known;
  });
  const { record } = tree;
  const rows = {
    ...tree,
    count,
    spanId: new Uint32Array(count * 2),
    errorsBelow: new Int32Array(count),
    start: new BigInt64Array(count),
    duration: new BigInt64Array(count),
    shift: new BigInt64Array(count),
    bytes: new Uint32Array(count),
    facts: new Uint32Array(count),
    name: new Int32Array(count),
    service: new Int32Array(count),
    services: [...services.keys()],
  };
  for (let row = 0; row < count; row++) {
    const i = record[row]!;
    rows.spanId[row * 2] = columns.ids[i * 2]!;
    rows.spanId[row * 2 + 1] = columns.ids[i * 2 + 1]!;
    rows.start[row] = first === 0n ? starts[i]! : held(starts[i]! - first);
    rows.duration[row] = durations[i]!;
    const { span, resource, scope } = records[i]!;
    rows.bytes[row] = span.length + resource.length + scope.length;
    rows.name[row] = columns.name[i]!;
    rows.service[row] = serviceOf[columns.resource[i]!]!;
    let facts = columns.facts[i]!;
    if (shifts[i] !== 0n) {
      rows.shift[row] = shifts[i]!;
      facts |= CLOCK_SKEW_ADJUSTED;
    }
    rows.facts[row] = facts;
    if (outlives(rows, row)) rows.facts[row] = facts | OUTLINE.outlives;
    if (row % ROWS_A_STEP === 0) yield;
  }
  countErrors(rows);
  const byStart = yield* rowsByStart(rows, order);
  const end = last - first;
  return {
    ...rows,
    byStart,
    startUnixNano: columns.baseUnixNano + first,
    endUnixNano: columns.baseUnixNano + last,
    concurrencyMax: yield* concurrencyMax(rows, byStart, held(end)),
    summary: yield* summarise(traceId, {
      columns,
      records,
      spanCount,
      starts,
      order: byStart.map((row) => record[row]!),
      isRoot: (index) => parents[index]! < 0,
    }),
  };
}

type Rows = Pick<TraceOutline, 'count' | 'parent' | 'start' | 'duration' | 'facts' | 'errorsBelow'>;

function outlives({ parent, facts, start, duration }: Rows, row: number): boolean {
  const above = parent[row]!;
  if (above < 0 || (facts[above]! & OUTLINE.statusMask) === STATUS_RUNNING) return false;
  if ((facts[row]! & OUTLINE.statusMask) === STATUS_RUNNING) return true;
  return start[row]! + duration[row]! > start[above]! + duration[above]! + OUTLIVES_BY_NANO;
}

/** The order of the columns' spans told in rows; those that start together, in the order of their rows. */
function* rowsByStart(
  { record, start }: Pick<TraceOutline, 'record' | 'start'>,
  order: Int32Array,
): Steps<Int32Array> {
  const rowOf = new Int32Array(record.length);
  for (let row = 0; row < record.length; row++) rowOf[record[row]!] = row;
  const rows = order.map((index) => rowOf[index]!);
  let from = 0;
  for (let i = 1; i <= rows.length; i++) {
    if (i < rows.length && start[rows[i]!] === start[rows[from]!]) continue;
    if (i - from > 1) rows.subarray(from, i).sort();
    from = i;
    if (i % ROWS_A_STEP === 0) yield;
  }
  return rows;
}

/** Rows lie behind their parents: from the last to the first, every count is whole when it is passed up. */
function countErrors({ count, parent, facts, errorsBelow }: Rows): void {
  for (let row = count - 1; row >= 0; row--) {
    const above = parent[row]!;
    if (above < 0) continue;
    const own = (facts[row]! & OUTLINE.statusMask) === STATUS_FAILED ? 1 : 0;
    errorsBelow[above] = errorsBelow[above]! + errorsBelow[row]! + own;
  }
}
