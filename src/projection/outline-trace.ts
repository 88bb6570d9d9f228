/**
 * The outline of a trace (model/trace-outline.ts) from its columns: the tree, siblings by start, times adjusted
 * for clocks that disagree, and what can be counted only with the whole trace in sight.
 *
 * Total: any set of spans gives a forest. O(n log n), iterative and in steps, so that neither a chain of a hundred
 * thousand spans nor a circle of parents hurts. The caller bounds the number of spans.
 */
import type { TraceId } from '../model/ids.ts';
import { OTEL_KINDS, SPAN_KINDS } from '../model/span-kind.ts';
import { NAME_LENGTH_MAX, OUTLINE, type TraceOutline, warningBit } from '../model/trace-outline.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import { clockShifts } from './clock-shifts.ts';
import { concurrencyMax } from './concurrency.ts';
import { criticalPath } from './critical-path.ts';
import { depthFirst } from './depth-first.ts';
import { held } from './held-nanos.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { lanesOf } from './lanes.ts';
import { linkParents } from './link-parents.ts';
import { orderByStart } from './order-by-start.ts';
import { readSpanHead } from './read-span-head.ts';
import { type SpanTimes, selfTimes, spanTimes } from './span-times.ts';
import { summarise } from './summarise-trace.ts';
import { STATUS_FAILED, STATUS_RUNNING, type TraceColumns } from './trace-columns.ts';

/** JavaScript SDKs start spans at a whole millisecond: less than that is no outliving. */
export const OUTLIVES_BY_NANO = 1_000_000n;
const FUNCTION = SPAN_KINDS.indexOf('Function') << OUTLINE.kindShift;
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
  const order = yield* orderByStart(columns, starts);
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
    self: new Float64Array(count),
  };
  const byIndex = yield* spanTimes(starts, durations, columns.facts);
  const self = yield* selfTimes(byIndex, parents, order);
  for (let row = 0; row < count; row++) {
    const i = record[row]!;
    rows.spanId[row * 2] = columns.ids[i * 2]!;
    rows.spanId[row * 2 + 1] = columns.ids[i * 2 + 1]!;
    rows.start[row] = first === 0n ? starts[i]! : held(starts[i]! - first);
    rows.duration[row] = durations[i]!;
    rows.bytes[row] = columns.bytes[i]!;
    rows.name[row] = columns.name[i]!;
    rows.service[row] = serviceOf[columns.resource[i]!]!;
    rows.self[row] = self[i]!;
    let facts = columns.facts[i]!;
    if (shifts[i] !== 0n) {
      rows.shift[row] = shifts[i]!;
      facts |= CLOCK_SKEW_ADJUSTED;
    }
    rows.facts[row] = facts;
    if (outlives(rows, row))
      rows.facts[row] = facts | OUTLINE.outlives | taskBit(facts, records[i]!);
    if (row % ROWS_A_STEP === 0) yield;
  }
  countErrors(rows);
  const byStart = yield* rowsByStart(rows, order);
  const end = held(last - first);
  const times = yield* timesByRow(byIndex, record, Number(first));
  const root = byStart.find((row) => tree.parent[row]! < 0) ?? -1;
  const path = yield* criticalPath(rows, times, root, Number(end));
  for (const row of path.criticalRow) rows.facts[row] = rows.facts[row]! | OUTLINE.critical;
  return {
    ...rows,
    ...path,
    ...(yield* lanesOf(times, tree.parent, byStart)),
    names: yield* namesOf(columns),
    byStart,
    startUnixNano: columns.baseUnixNano + first,
    endUnixNano: columns.baseUnixNano + last,
    concurrencyMax: yield* concurrencyMax(rows, byStart, end),
    summary: yield* summarise(traceId, {
      columns,
      spanCount,
      starts,
      order: byStart.map((row) => record[row]!),
      parents,
      self,
    }),
  };
}

/** Of a span that outlives its parent. Only what looks like a plain function is read. */
function taskBit(facts: number, { span }: SpanRecord): number {
  if ((facts & OUTLINE.kindMask) !== FUNCTION) return 0;
  const otelKind = OTEL_KINDS[(facts & OUTLINE.otelKindMask) >>> OUTLINE.otelKindShift]!;
  return readSpanHead(span, otelKind).isKindGiven ? 0 : OUTLINE.isTask;
}

/** @param first start of the trace, in the times of the columns */
function* timesByRow(byIndex: SpanTimes, record: Int32Array, first: number): Steps<SpanTimes> {
  const from = new Float64Array(record.length);
  const to = new Float64Array(record.length);
  for (let row = 0; row < record.length; row++) {
    from[row] = byIndex.from[record[row]!]! - first;
    to[row] = byIndex.to[record[row]!]! - first;
    if (row % ROWS_A_STEP === 0) yield;
  }
  return { from, to };
}

function* namesOf({ nameCount, nameText }: TraceColumns): Steps<string[]> {
  const names: string[] = [];
  for (let name = 0; name < nameCount; name++) {
    const text = nameText(name);
    names.push(text.length > NAME_LENGTH_MAX ? `${text.slice(0, NAME_LENGTH_MAX)}…` : text);
    if (name % ROWS_A_STEP === 0) yield;
  }
  return names;
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
