/**
 * The events of some spans by time. Where times are equal, as a walk around the tree meets them: a parent enters
 * before its children and exits after them, one sibling exits before the next enters.
 */
import type { LifecycleEvent } from '../../model/lifecycle-view.ts';
import { held } from '../../projection/held-nanos.ts';
import { SPANS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import { sortByTime } from '../../projection/sort-by-time.ts';

/** @param rows rising */
export function* orderedEvents(
  trace: ProjectedTrace,
  rows: readonly number[],
): Steps<readonly LifecycleEvent[]> {
  const { subtreeEnd } = trace.outline;
  const events: LifecycleEvent[] = [];
  const open: number[] = [];
  const close = (until: number) => {
    while (open.length > 0 && subtreeEnd[open.at(-1)!]! <= until) {
      pushEvents(trace, open.pop()!, true, events);
    }
  };
  for (const row of rows) {
    close(row);
    pushEvents(trace, row, false, events);
    open.push(row);
    if (events.length % SPANS_A_STEP === 0) yield;
  }
  close(Number.POSITIVE_INFINITY);
  const { startUnixNano } = trace.outline;
  const times = BigInt64Array.from(events, (event) => held(event.atUnixNano - startUnixNano));
  const order = yield* sortByTime(times);
  return Array.from(order, (index) => events[index]!);
}

/** The Exit alone, or all but the Exit. An Exit before its Enter is told at the Enter. */
function pushEvents(
  trace: ProjectedTrace,
  row: number,
  exit: boolean,
  events: LifecycleEvent[],
): void {
  const { span, shiftNano, depth, endUnixNano } = trace.node(row);
  for (const event of span.events) {
    if ((event.type === 'Exit') !== exit) continue;
    const atUnixNano = exit ? endUnixNano : event.atUnixNano + shiftNano;
    events.push({
      atUnixNano,
      offsetNano: atUnixNano - trace.outline.startUnixNano,
      type: event.type,
      spanId: span.spanId,
      name: event.name,
      attributes: event.attributes,
      depth,
    });
  }
}
