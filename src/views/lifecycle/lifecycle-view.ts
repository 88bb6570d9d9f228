/**
 * The life of a trace, told in order: every event of every span, the tree they form, the stretches in
 * which nothing was open, and what is missing or still running. Times are adjusted for clocks that
 * disagree. Bounded by what loadTrace loads; O(n log n) in events.
 */
import type { TraceId } from '../../model/ids.ts';
import type {
  LifecycleEvent,
  LifecycleGap,
  LifecycleNode,
  LifecycleView,
} from '../../model/lifecycle-view.ts';
import { type ProjectedTrace, parentIdOf, type TraceNode } from '../../projection/project-trace.ts';
import { summariseProjected } from '../../projection/summarise-trace.ts';
import { loadTrace } from '../load-trace.ts';
import { RawParams } from '../params/raw-params.ts';
import type { View } from '../view.ts';

export interface LifecycleParams {
  readonly traceId: TraceId;
}

export const lifecycleView: View<LifecycleParams, LifecycleView> = {
  name: 'lifecycle',

  parseParams: (raw) => ({ traceId: new RawParams(raw, ['trace_id']).traceId() }),

  async render(reader, { traceId }, signal) {
    return lifecycleOf(await loadTrace(reader, traceId, signal));
  },
};

export function lifecycleOf(trace: ProjectedTrace): LifecycleView {
  const { nodes } = trace;
  return {
    trace: summariseProjected(trace),
    events: orderedEvents(trace),
    tree: nodes.map((node) => treeNode(node, trace)),
    gaps: gapsBetween(trace),
    orphans: idsWhere(nodes, (node) => node.span.metadata.warnings.includes('missing_parent')),
    running: idsWhere(nodes, (node) => node.span.status === 'Running'),
    warnings: trace.warnings,
  };
}

function treeNode(node: TraceNode, trace: ProjectedTrace): LifecycleNode {
  const { span } = node;
  return {
    spanId: span.spanId,
    parentSpanId: parentIdOf(trace.nodes, node),
    name: span.name,
    service: span.service,
    kind: span.kind,
    status: span.status,
    depth: node.depth,
    offsetNano: node.startUnixNano - trace.startUnixNano,
    durationNano: span.durationNano,
    childCount: node.childCount,
    warnings: span.metadata.warnings,
  };
}

/**
 * By time. Where times are equal, as a walk around the tree meets them: a parent enters before its
 * children and exits after them, one sibling exits before the next enters.
 */
function orderedEvents(trace: ProjectedTrace): readonly LifecycleEvent[] {
  const { nodes } = trace;
  const placed: { readonly event: LifecycleEvent; readonly place: number }[] = [];
  let place = 0;
  const open: number[] = [];
  const close = (until: number) => {
    while (open.length > 0 && nodes[open.at(-1)!]!.subtreeEnd <= until) {
      const node = nodes[open.pop()!]!;
      for (const event of eventsOf(node, trace, true)) placed.push({ event, place: place++ });
    }
  };
  for (let index = 0; index < nodes.length; index++) {
    close(index);
    for (const event of eventsOf(nodes[index]!, trace, false))
      placed.push({ event, place: place++ });
    open.push(index);
  }
  close(nodes.length);
  placed.sort((a, b) => {
    const [one, other] = [a.event.atUnixNano, b.event.atUnixNano];
    return one < other ? -1 : one > other ? 1 : a.place - b.place;
  });
  return placed.map(({ event }) => event);
}

/** The Exit alone, or all but the Exit. An Exit before its Enter is told at the Enter. */
function eventsOf(node: TraceNode, trace: ProjectedTrace, exit: boolean): LifecycleEvent[] {
  const { span, shiftNano, depth } = node;
  return span.events
    .filter((event) => (event.type === 'Exit') === exit)
    .map((event) => {
      const atUnixNano = exit ? node.endUnixNano : event.atUnixNano + shiftNano;
      return {
        atUnixNano,
        offsetNano: atUnixNano - trace.startUnixNano,
        type: event.type,
        spanId: span.spanId,
        name: event.name,
        attributes: event.attributes,
        depth,
      };
    });
}

function gapsBetween(trace: ProjectedTrace): readonly LifecycleGap[] {
  const inOrder = [...trace.nodes].sort((a, b) =>
    a.startUnixNano < b.startUnixNano ? -1 : a.startUnixNano > b.startUnixNano ? 1 : 0,
  );
  const gaps: LifecycleGap[] = [];
  let covered = trace.startUnixNano;
  for (const node of inOrder) {
    if (node.startUnixNano > covered) {
      gaps.push({
        fromOffsetNano: covered - trace.startUnixNano,
        durationNano: node.startUnixNano - covered,
      });
    }
    if (node.endUnixNano > covered) covered = node.endUnixNano;
  }
  return gaps;
}

function idsWhere(nodes: readonly TraceNode[], wanted: (node: TraceNode) => boolean) {
  return nodes.filter(wanted).map((node) => node.span.spanId);
}
