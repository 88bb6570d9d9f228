/** Writes an outline, or a sub-tree of it, as bytes that a page lays typed arrays over, without reading them one by one. */
import {
  columnPlaces,
  layColumns,
  OUTLINE_FLAGS,
  OUTLINE_MAGIC,
  type OutlineColumns,
  type OutlineHeader,
} from '../../model/outline-columns.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import {
  OUTLINE,
  OUTLINE_WARNINGS,
  type TraceOutline,
  warningBit,
} from '../../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import { STATUS_RUNNING } from '../../projection/trace-columns.ts';
import { writeJson } from '../json.ts';
import type { RowRange } from '../trace-rows.ts';

const U16_MAX = 0xffff;
const MISSING_PARENT = warningBit('missing_parent');
const ASYNC_TASK = SPAN_KINDS.indexOf('AsyncTask');

const FLAG_OF_FACT: readonly (readonly [fact: number, flag: number])[] = [
  [OUTLINE.stale, OUTLINE_FLAGS.stale],
  [OUTLINE.critical, OUTLINE_FLAGS.critical],
  [OUTLINE.hasEvents, OUTLINE_FLAGS.hasEvents],
  [OUTLINE.hasLinks, OUTLINE_FLAGS.hasLinks],
  [OUTLINE.hasException, OUTLINE_FLAGS.hasException],
  [OUTLINE.outlives, OUTLINE_FLAGS.outlives],
  [OUTLINE.inMemoryOnly, OUTLINE_FLAGS.inMemoryOnly],
];
/** All of these facts stand in eight bits from this one on. */
const FACTS_SHIFT = 7;
const FLAGS_OF_FACTS = Uint16Array.from({ length: 256 }, (_, facts) =>
  FLAG_OF_FACT.reduce(
    (flags, [fact, flag]) => (((facts << FACTS_SHIFT) & fact) === 0 ? flags : flags | flag),
    0,
  ),
);

/** @param nowUnixNano where spans end that run, and whose process is not gone */
export function* encodeOutline(
  outline: TraceOutline,
  range: RowRange,
  revision: string,
  nowUnixNano: bigint,
): Steps<Uint8Array> {
  const { startUnixNano, endUnixNano, summary } = outline;
  const lastSign = Number(endUnixNano - startUnixNano);
  const now = Math.max(Number(nowUnixNano - startUnixNano), lastSign);
  const isRunning = summary.runningCount > summary.staleCount;
  const places = columnPlaces(range.end - range.first);
  const header: OutlineHeader = {
    trace: summary,
    services: outline.services.slice(0, U16_MAX + 1),
    names: outline.names,
    notes: OUTLINE_WARNINGS,
    rowFirst: range.first,
    rowCount: range.end - range.first,
    startUnixNano,
    durationNano: BigInt(isRunning ? now : lastSign),
    concurrencyMax: outline.concurrencyMax,
    laneCount: outline.laneCount,
    criticalPath: criticalWithin(outline, range),
    revision,
    columns: places.columns,
  };
  const text = Buffer.from(writeJson(header));
  yield;
  const columnsAt = Math.ceil((8 + text.length) / 8) * 8;
  const bytes = new Uint8Array(columnsAt + places.bytes);
  const prefix = new DataView(bytes.buffer);
  prefix.setUint32(0, OUTLINE_MAGIC, true);
  prefix.setUint32(4, text.length, true);
  bytes.set(text, 8);
  const columns = layColumns(places.columns, bytes.buffer, columnsAt);
  yield* fillShape(columns, outline, range);
  yield* fillTimes(columns, outline, range, { now, lastSign });
  yield* fillFacts(columns, outline, range);
  return bytes;
}

function* fillShape(to: OutlineColumns, outline: TraceOutline, range: RowRange): Steps<void> {
  const { first, end } = range;
  to.self.set(outline.self.subarray(first, end));
  to.spanId.set(outline.spanId.subarray(first * 2, end * 2));
  to.name.set(outline.name.subarray(first, end));
  to.childCount.set(outline.childCount.subarray(first, end));
  to.errorsBelow.set(outline.errorsBelow.subarray(first, end));
  to.lane.set(outline.lane.subarray(first, end));
  yield;
  const { parent, subtreeEnd, depth, service } = outline;
  for (let row = first, at = 0; row < end; row++, at++) {
    to.parent[at] = parent[row]! < first ? -1 : parent[row]! - first;
    to.subtreeEnd[at] = subtreeEnd[row]! - first;
    to.depth[at] = depth[row]! > U16_MAX ? U16_MAX : depth[row]!;
    to.service[at] = service[row]! > U16_MAX ? U16_MAX : service[row]!;
    if (at % ROWS_A_STEP === 0) yield;
  }
}

function* fillTimes(
  to: OutlineColumns,
  { start, duration, facts }: TraceOutline,
  { first, end }: RowRange,
  { now, lastSign }: { readonly now: number; readonly lastSign: number },
): Steps<void> {
  const [starts, durations] = [wordsOf(start), wordsOf(duration)];
  for (let row = first, at = 0; row < end; row++, at++) {
    const from = numberAt(starts, row);
    to.start[at] = from;
    if ((facts[row]! & OUTLINE.statusMask) !== STATUS_RUNNING) {
      to.duration[at] = numberAt(durations, row);
    } else to.duration[at] = ((facts[row]! & OUTLINE.stale) !== 0 ? lastSign : now) - from;
    if (at % ROWS_A_STEP === 0) yield;
  }
}

/** Low word first: a bigint for every number would cost more than all the rest. */
function wordsOf(column: BigInt64Array): Int32Array {
  return new Int32Array(column.buffer, column.byteOffset, column.length * 2);
}

function numberAt(words: Int32Array, row: number): number {
  return words[row * 2 + 1]! * 0x100000000 + (words[row * 2]! >>> 0);
}

function* fillFacts(
  to: OutlineColumns,
  { facts: all }: TraceOutline,
  { first, end }: RowRange,
): Steps<void> {
  for (let row = first, at = 0; row < end; row++, at++) {
    const facts = all[row]!;
    to.status[at] = facts & OUTLINE.statusMask;
    const isTask = (facts & OUTLINE.isTask) !== 0;
    to.kind[at] = isTask ? ASYNC_TASK : (facts & OUTLINE.kindMask) >>> OUTLINE.kindShift;
    const warnings = facts >>> OUTLINE.warningShift;
    to.warnings[at] = warnings;
    to.flags[at] =
      FLAGS_OF_FACTS[(facts >>> FACTS_SHIFT) & 0xff]! |
      (warnings === 0 ? 0 : OUTLINE_FLAGS.hasWarnings) |
      ((facts & MISSING_PARENT) === 0 ? 0 : OUTLINE_FLAGS.orphan);
    if (at % ROWS_A_STEP === 0) yield;
  }
}

function criticalWithin(
  { criticalRow, criticalFrom, criticalTo }: TraceOutline,
  { first, end }: RowRange,
): OutlineHeader['criticalPath'] {
  const segments: { row: number; fromNano: number; toNano: number }[] = [];
  for (let i = 0; i < criticalRow.length; i++) {
    const row = criticalRow[i]!;
    if (row < first || row >= end) continue;
    segments.push({ row: row - first, fromNano: criticalFrom[i]!, toNano: criticalTo[i]! });
  }
  return segments;
}
