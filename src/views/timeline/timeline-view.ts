/**
 * The spans of a trace on one time scale, in depth-first order, a page or a sub-tree at a time. Times
 * are adjusted for clocks that disagree; offsets count from the start of the trace, also in a sub-tree.
 * Bounded by what loadTrace loads.
 */
import { InvalidParameter } from '../../model/errors.ts';
import type { SpanId, TraceId } from '../../model/ids.ts';
import type { TimelineRow, TimelineView } from '../../model/timeline-view.ts';
import {
  childrenOf,
  type ProjectedTrace,
  parentIdOf,
  type TraceNode,
} from '../../projection/project-trace.ts';
import { summariseProjected } from '../../projection/summarise-trace.ts';
import { loadTrace, SPANS_MAX } from '../load-trace.ts';
import { RawParams } from '../params/raw-params.ts';
import type { View } from '../view.ts';

export interface TimelineParams {
  readonly traceId: TraceId;
  /** Rows a page. @default 10,000, at most 100,000 */
  readonly limit?: number;
  /** From TimelineView.next. */
  readonly after?: string;
  /** This span and all below it. */
  readonly subtree?: SpanId;
}

const LIMIT_DEFAULT = 10_000;

export const timelineView: View<TimelineParams, TimelineView> = {
  name: 'timeline',

  parseParams(raw) {
    const params = new RawParams(raw, ['trace_id', 'limit', 'after', 'subtree']);
    const limit = params.integer('limit', 1, SPANS_MAX);
    const after = params.text('after');
    const subtree = params.spanId('subtree');
    return {
      traceId: params.traceId(),
      ...(limit === undefined ? {} : { limit }),
      ...(after === undefined ? {} : { after }),
      ...(subtree === undefined ? {} : { subtree }),
    };
  },

  async render(reader, params, signal) {
    return timelineOf(await loadTrace(reader, params.traceId, signal), params);
  },
};

/** @throws InvalidParameter on a sub-tree or a cursor that this trace does not have */
export function timelineOf(
  trace: ProjectedTrace,
  params: Omit<TimelineParams, 'traceId'> = {},
): TimelineView {
  const { nodes } = trace;
  let first = 0;
  let end = nodes.length;
  if (params.subtree !== undefined) {
    first = nodes.findIndex((node) => node.span.spanId === params.subtree);
    if (first < 0)
      throw new InvalidParameter('subtree', `this trace has no span ${params.subtree}`);
    end = nodes[first]!.subtreeEnd;
  }
  if (params.after !== undefined) first = Math.max(first, placeAfter(nodes, params.after));
  const last = Math.min(end, first + (params.limit ?? LIMIT_DEFAULT));
  const rows: TimelineRow[] = [];
  for (let index = first; index < last; index++) rows.push(rowOf(trace, index));
  return {
    trace: summariseProjected(trace),
    rows,
    concurrencyMax: concurrencyMax(nodes),
    next: last < end ? `${nodes[last - 1]!.span.spanId}-${last}` : undefined,
  };
}

/** Spans that arrived meanwhile may have moved the row: then its span is looked for. */
function placeAfter(nodes: readonly TraceNode[], cursor: string): number {
  const match = /^([0-9a-f]{16})-(\d{1,7})$/.exec(cursor);
  const place = Number(match?.[2]);
  if (match && nodes[place - 1]?.span.spanId === match[1]) return place;
  const found = match ? nodes.findIndex((node) => node.span.spanId === match[1]) : -1;
  if (found < 0) throw new InvalidParameter('after', 'expected the `next` of another page');
  return found + 1;
}

function rowOf(trace: ProjectedTrace, index: number): TimelineRow {
  const node = trace.nodes[index]!;
  const { span } = node;
  return {
    spanId: span.spanId,
    parentSpanId: parentIdOf(trace.nodes, node),
    name: span.name,
    service: span.service,
    kind: span.kind,
    role: span.role,
    status: span.status,
    depth: node.depth,
    lane: 0,
    offsetNano: node.startUnixNano - trace.startUnixNano,
    durationNano: span.durationNano,
    selfNano: selfNano(trace.nodes, index),
    critical: false,
  };
}

/** Children may overlap each other and reach beyond their parent: what they cover is counted once. */
function selfNano(nodes: readonly TraceNode[], index: number): bigint {
  const node = nodes[index]!;
  if (node.span.status === 'Running') return 0n;
  let self = node.span.durationNano;
  let covered = node.startUnixNano;
  for (const at of childrenOf(nodes, index)) {
    const child = nodes[at]!;
    const from = child.startUnixNano > covered ? child.startUnixNano : covered;
    const to = child.endUnixNano < node.endUnixNano ? child.endUnixNano : node.endUnixNano;
    if (to <= from) continue;
    self -= to - from;
    covered = to;
  }
  return self;
}

/** A span is open from its start up to but not at its end; one without a duration, for its moment. */
function concurrencyMax(nodes: readonly TraceNode[]): number {
  const CLOSE = 0;
  const OPEN = 1;
  const CLOSE_MOMENT = 2;
  const edges: { readonly at: bigint; readonly what: number }[] = [];
  for (const { startUnixNano, endUnixNano } of nodes) {
    edges.push({ at: startUnixNano, what: OPEN });
    const isMoment = startUnixNano === endUnixNano;
    edges.push({ at: endUnixNano, what: isMoment ? CLOSE_MOMENT : CLOSE });
  }
  edges.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.what - b.what));
  let open = 0;
  let most = 0;
  for (const { what } of edges) {
    open += what === OPEN ? 1 : -1;
    if (open > most) most = open;
  }
  return most;
}
