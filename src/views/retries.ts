/**
 * Which calls were tried again, told from what was recorded: calls of one name, service and kind by one parent, to one target, each begun when
 * the one before was over, and each but the last failed. A loop that fails looks much the same, so they have to be all calls to that target by
 * that parent, unless `http.request.resend_count` numbers them; and where nothing tells their targets apart (neither a whole URL nor arguments),
 * the last of them must not have failed.
 *
 * Bounds: CALLS_MAX calls of one name by one parent, more are a loop; SPANS_MAX spans and BYTES_MAX of them are read, those beyond are not
 * told of. Linear in the rows of the range, in steps.
 */
import { readAttribute } from '../model/attribute-names.ts';
import { OUTLINE, type TraceOutline } from '../model/trace-outline.ts';
import type { TraceSpan } from '../model/trace-span.ts';
import { ROWS_A_STEP, type Steps } from '../projection/in-turns.ts';
import { OUTLIVES_BY_NANO } from '../projection/outline-trace.ts';
import { childrenOf, type ProjectedTrace } from '../projection/project-trace.ts';
import { STATUS_FAILED } from '../projection/trace-columns.ts';
import { isTargetKnown, targetOf } from './formats/describe-span.ts';
import type { RowRange } from './trace-rows.ts';

export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

const CALLS_MAX = 64;
const SPANS_MAX = 2_000;
const BYTES_MAX = 4 * 1024 * 1024;
const KIND = OUTLINE.otelKindMask | OUTLINE.kindMask;

/** By row of an attempt, the first ones too. */
export function* attemptsOf(
  trace: ProjectedTrace,
  range: RowRange,
): Steps<ReadonlyMap<number, Attempt>> {
  const { outline } = trace;
  const found = new Map<number, Attempt>();
  let spans = 0;
  let bytes = 0;
  for (const parent of yield* parentsOfFailed(outline, range)) {
    for (const calls of yield* sameCalls(outline, parent)) {
      spans += calls.length;
      for (const row of calls) bytes += outline.bytes[row]!;
      if (spans > SPANS_MAX || bytes > BYTES_MAX) return found;
      yield* trace.decode(calls);
      for (const chain of chainsOf(trace, calls)) {
        for (const [at, row] of chain.entries()) {
          found.set(row, { number: at + 1, of: chain.length });
        }
      }
    }
  }
  return found;
}

function* parentsOfFailed(
  { parent, facts }: TraceOutline,
  { first, end }: RowRange,
): Steps<ReadonlySet<number>> {
  const parents = new Set<number>();
  for (let row = first; row < end; row++) {
    if (row % ROWS_A_STEP === 0) yield;
    if (parent[row]! >= first && isFailed(facts[row]!)) parents.add(parent[row]!);
  }
  return parents;
}

const isFailed = (facts: number): boolean => (facts & OUTLINE.statusMask) === STATUS_FAILED;

/** Children that are the same call by their names; only where more than one is, and one failed. */
function* sameCalls(outline: TraceOutline, parent: number): Steps<readonly number[][]> {
  const { name, names, service, facts } = outline;
  const groups = new Map<number, number[]>();
  let seen = 0;
  for (const row of childrenOf(outline, parent)) {
    if (++seen % ROWS_A_STEP === 0) yield;
    const key = (service[row]! * names.length + name[row]!) * (KIND + 1) + (facts[row]! & KIND);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    // One more than may be says that there are too many.
    else if (group.length <= CALLS_MAX) group.push(row);
  }
  return [...groups.values()].filter(
    (rows) =>
      rows.length > 1 && rows.length <= CALLS_MAX && rows.some((row) => isFailed(facts[row]!)),
  );
}

function chainsOf(trace: ProjectedTrace, calls: readonly number[]): readonly number[][] {
  const byTarget = new Map<string, number[]>();
  for (const row of calls) {
    const target = targetOf(trace.node(row).span);
    const known = byTarget.get(target);
    if (known === undefined) byTarget.set(target, [row]);
    else known.push(row);
  }
  return [...byTarget.values()]
    .flatMap((rows) => numbered(trace, rows))
    .filter((rows) => isChain(trace, rows));
}

/** Where the sender numbers its attempts, one without a number is a first one. */
function numbered(trace: ProjectedTrace, rows: readonly number[]): readonly number[][] {
  const isFirst = rows.map((row) => !isResent(trace.node(row).span));
  if (isFirst.every(Boolean)) return [[...rows]];
  const chains: number[][] = [];
  for (const [at, row] of rows.entries()) {
    if (at === 0 || isFirst[at]) chains.push([]);
    chains.at(-1)!.push(row);
  }
  return chains;
}

function isChain(trace: ProjectedTrace, rows: readonly number[]): boolean {
  const { facts, start, duration } = trace.outline;
  if (rows.length < 2) return false;
  for (const [at, row] of rows.entries()) {
    const next = rows[at + 1];
    if (next === undefined) break;
    const isOver = start[next]! + OUTLIVES_BY_NANO > start[row]! + duration[row]!;
    if (!isFailed(facts[row]!) || !isOver) return false;
  }
  const last = rows.at(-1)!;
  return !isFailed(facts[last]!) || isTargetKnown(trace.node(last).span);
}

function isResent({ attributes }: TraceSpan): boolean {
  const count = readAttribute(attributes, 'http.request.resend_count');
  return count?.type === 'int' && count.value > 0n;
}
