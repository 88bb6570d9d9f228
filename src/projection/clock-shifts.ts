/**
 * How far each span must be moved for cause to come before effect, where clocks of two machines differ.
 * For views only: what was recorded stays as it is.
 *
 * A child on another clock that starts before its parent or ends after it is centred within it; one
 * that is longer than its parent, or that its parent did not wait for (a message, a parent still
 * running), is moved only if it starts too early, to the parent's start. Spans on the clock of their
 * parent move with it. Linear, without recursion.
 */
import { OUTLINE } from '../model/trace-outline.ts';
import { held } from './held-nanos.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { isConsumer, isProducer } from './link-parents.ts';
import { STATUS_RUNNING, type TraceColumns, type TraceResource } from './trace-columns.ts';

/** By span, nanoseconds to add to its times. `parents` is a forest (see linkParents). */
export function* clockShifts(columns: TraceColumns, parents: Int32Array): Steps<BigInt64Array> {
  const shifts = new BigInt64Array(columns.count);
  const { resources, resource } = columns;
  let done = 0;
  for (const index of parentsFirst(parents)) {
    if (++done % ROWS_A_STEP === 0) yield;
    const parent = parents[index]!;
    if (parent < 0) continue;
    const one = resource[parent]!;
    const other = resource[index]!;
    const isOneClock = one === other || isSameClock(resources[one]!, resources[other]!);
    const shift = isOneClock ? shifts[parent]! : shiftInto(columns, parent, shifts[parent]!, index);
    if (shift !== 0n) shifts[index] = held(shift);
  }
  return shifts;
}

function shiftInto(
  { starts, durations, facts }: TraceColumns,
  parent: number,
  parentShift: bigint,
  child: number,
): bigint {
  const parentStart = starts[parent]! + parentShift;
  const childStart = starts[child]!;
  const startsTooEarly = childStart < parentStart;
  const isWaitedFor =
    (facts[parent]! & OUTLINE.statusMask) !== STATUS_RUNNING &&
    (facts[child]! & OUTLINE.statusMask) !== STATUS_RUNNING &&
    !isProducer(facts[parent]!) &&
    !isConsumer(facts[child]!) &&
    durations[child]! <= durations[parent]!;
  if (!isWaitedFor) return startsTooEarly ? parentStart - childStart : 0n;
  const endsTooLate = childStart + durations[child]! > parentStart + durations[parent]!;
  if (!startsTooEarly && !endsTooLate) return 0n;
  return parentStart + (durations[parent]! - durations[child]!) / 2n - childStart;
}

/** Every index, each behind its parent. */
function parentsFirst(parents: Int32Array): Int32Array {
  const count = parents.length;
  const depths = new Int32Array(count).fill(-1);
  const counts = new Int32Array(count + 1);
  const walk: number[] = [];
  for (let start = 0; start < count; start++) {
    let at = start;
    while (at >= 0 && depths[at]! < 0) {
      walk.push(at);
      at = parents[at]!;
    }
    let depth = at < 0 ? 0 : depths[at]! + 1;
    for (let member = walk.pop(); member !== undefined; member = walk.pop()) {
      depths[member] = depth++;
      counts[depth]!++;
    }
  }
  for (let depth = 1; depth <= count; depth++) counts[depth]! += counts[depth - 1]!;
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) order[counts[depths[index]!]!++] = index;
  return order;
}

function isSameClock(a: TraceResource, b: TraceResource): boolean {
  return a.host !== '' && b.host !== '' ? a.host === b.host : a.process === b.process;
}
