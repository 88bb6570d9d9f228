/**
 * How far each span must be moved for cause to come before effect, where clocks of two machines differ.
 * For views only: what was recorded stays as it is.
 *
 * A child on another clock that starts before its parent or ends after it is centred within it; one
 * that is longer than its parent, or that its parent did not wait for (a message, a parent still
 * running), is moved only if it starts too early, to the parent's start. Spans on the clock of their
 * parent move with it. Linear, without recursion.
 */
import { type Attribute, attributeOf } from '../model/attribute.ts';
import type { TraceSpan } from '../model/trace-span.ts';

/** By span, nanoseconds to add to its times. `parents` is a forest (see linkParents). */
export function clockShifts(spans: readonly TraceSpan[], parents: Int32Array): readonly bigint[] {
  const clocks = new Clocks();
  const shifts = new Array<bigint>(spans.length).fill(0n);
  for (const index of parentsFirst(parents)) {
    const parent = parents[index]!;
    if (parent < 0) continue;
    shifts[index] = clocks.same(spans[parent]!, spans[index]!)
      ? shifts[parent]!
      : shiftInto(spans[parent]!, shifts[parent]!, spans[index]!);
  }
  return shifts;
}

function shiftInto(parent: TraceSpan, parentShift: bigint, child: TraceSpan): bigint {
  const parentStart = parent.startUnixNano + parentShift;
  const startsTooEarly = child.startUnixNano < parentStart;
  const isWaitedFor =
    parent.status !== 'Running' &&
    child.status !== 'Running' &&
    parent.otelKind !== 'producer' &&
    child.otelKind !== 'consumer' &&
    child.durationNano <= parent.durationNano;
  if (!isWaitedFor) return startsTooEarly ? parentStart - child.startUnixNano : 0n;
  const endsTooLate = child.startUnixNano + child.durationNano > parentStart + parent.durationNano;
  if (!startsTooEarly && !endsTooLate) return 0n;
  return parentStart + (parent.durationNano - child.durationNano) / 2n - child.startUnixNano;
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

/** What tells that two spans were timed by one clock: the host, or else the service instance. */
class Clocks {
  readonly #known = new Map<readonly Attribute[], { host: string; process: string }>();

  same(a: TraceSpan, b: TraceSpan): boolean {
    if (a.metadata.resource === b.metadata.resource) return true;
    const [one, other] = [this.#of(a), this.#of(b)];
    if (one.host !== '' && other.host !== '') return one.host === other.host;
    return one.process === other.process;
  }

  #of(span: TraceSpan): { host: string; process: string } {
    const { resource } = span.metadata;
    let clock = this.#known.get(resource);
    if (clock === undefined) {
      clock = {
        host: text(resource, 'host.id', 'host.name'),
        process: `${span.service}\0${text(resource, 'service.instance.id')}`,
      };
      this.#known.set(resource, clock);
    }
    return clock;
  }
}

function text(attributes: readonly Attribute[], ...keys: readonly string[]): string {
  const value = attributeOf(attributes, ...keys);
  return value?.type === 'string' ? value.value : '';
}
