/**
 * A whole trace, ready to be shown: every span once, in depth-first order, siblings by start, times
 * adjusted for clocks that disagree, and what can be said only with the rest of the trace in sight.
 *
 * Total: any set of spans gives a forest. O(n log n) and iterative, so that neither a chain of a
 * hundred thousand spans nor a circle of parents hurts. The caller bounds the number of records.
 */
import { attributeOf } from '../model/attribute.ts';
import { explicitSpanKind } from '../model/classify-span-kind.ts';
import type { SpanId, TraceId } from '../model/ids.ts';
import type { SpanKind } from '../model/span-kind.ts';
import type { TraceSpan } from '../model/trace-span.ts';
import type { Trace } from '../store/contracts/span-record.ts';
import { clockShifts } from './clock-shifts.ts';
import { FrameReader } from './frame-reader.ts';
import { linkParents } from './link-parents.ts';
import { projectSpan } from './project-span.ts';

export interface TraceNode {
  /** Times as recorded; kind and warnings as the whole trace tells them. */
  readonly span: TraceSpan;
  /** Index of the parent in `nodes`; −1 for a root. */
  readonly parent: number;
  readonly depth: number;
  readonly childCount: number;
  /** Index behind the last descendant. The first child, if any, is the next node. */
  readonly subtreeEnd: number;
  /** What was added to the recorded times to make the ones below. */
  readonly shiftNano: bigint;
  readonly startUnixNano: bigint;
  /** Never before the start; while Running, the latest moment known of the trace. */
  readonly endUnixNano: bigint;
}

export interface ProjectedTrace {
  readonly traceId: TraceId;
  readonly nodes: readonly TraceNode[];
  /** Spans of the trace, those that `nodes` lacks included. */
  readonly spanCount: number;
  readonly startUnixNano: bigint;
  /** The latest start or end. */
  readonly endUnixNano: bigint;
  /** Each word once, sorted. */
  readonly warnings: readonly string[];
}

/** JavaScript SDKs start spans at a whole millisecond: less than that is no outliving. */
export const OUTLIVES_BY_NANO = 1_000_000n;

export function projectTrace(
  trace: Pick<Trace, 'traceId' | 'records' | 'spanCount'>,
): ProjectedTrace {
  const frames = new FrameReader();
  const spans = trace.records.map((record) => projectSpan(record, frames));
  return assembleTrace(trace.traceId, spans, trace.spanCount);
}

/** The second half of projectTrace, for who decodes spans a few at a time. */
export function assembleTrace(
  traceId: TraceId,
  spans: readonly TraceSpan[],
  spanCount: number,
): ProjectedTrace {
  const { parents, warnings } = linkParents(spans);
  const shifts = clockShifts(spans, parents);
  let start = 0n;
  let end = 0n;
  for (let i = 0; i < spans.length; i++) {
    const spanStart = spans[i]!.startUnixNano + shifts[i]!;
    const spanEnd = spanStart + spans[i]!.durationNano;
    if (i === 0 || spanStart < start) start = spanStart;
    if (i === 0 || spanEnd > end) end = spanEnd;
  }
  const nodes = depthFirst(parents, startOrder(spans, shifts)).map((place): TraceNode => {
    const span = spans[place.index]!;
    const startUnixNano = span.startUnixNano + shifts[place.index]!;
    const parentIndex = parents[place.index]!;
    const parent = spans[parentIndex];
    return {
      span: finished(
        span,
        warnings.get(place.index) ?? [],
        shifts[place.index]!,
        parent !== undefined && outlives(span, shifts[place.index]!, parent, shifts[parentIndex]!),
      ),
      parent: place.parent,
      depth: place.depth,
      childCount: place.childCount,
      subtreeEnd: place.subtreeEnd,
      shiftNano: shifts[place.index]!,
      startUnixNano,
      endUnixNano: span.status === 'Running' ? end : startUnixNano + span.durationNano,
    };
  });
  return {
    traceId,
    nodes,
    spanCount,
    startUnixNano: start,
    endUnixNano: end,
    warnings: [...new Set(nodes.flatMap((node) => node.span.metadata.warnings))].sort(),
  };
}

/** Indexes of the children of a node, in order. */
export function* childrenOf(nodes: readonly TraceNode[], index: number): IterableIterator<number> {
  const end = nodes[index]!.subtreeEnd;
  for (let child = index + 1; child < end; child = nodes[child]!.subtreeEnd) yield child;
}

/**
 * The parent to show: the one in the tree; for a span whose parent never came, the one it names; for
 * one that a circle or itself was the parent of, none.
 */
export function parentIdOf(nodes: readonly TraceNode[], node: TraceNode): SpanId | undefined {
  const parent = nodes[node.parent];
  if (parent !== undefined) return parent.span.spanId;
  const { metadata, parentSpanId } = node.span;
  return metadata.warnings.includes('missing_parent') ? parentSpanId : undefined;
}

function finished(
  span: TraceSpan,
  placeWarnings: readonly string[],
  shiftNano: bigint,
  outlivesParent: boolean,
): TraceSpan {
  const skew = shiftNano === 0n ? [] : ['clock_skew_adjusted'];
  const warnings = [...span.metadata.warnings, ...placeWarnings, ...skew];
  const kind: SpanKind =
    outlivesParent && span.kind === 'Function' && !isKindGiven(span) ? 'AsyncTask' : span.kind;
  if (kind === span.kind && warnings.length === span.metadata.warnings.length) return span;
  return { ...span, kind, metadata: { ...span.metadata, warnings } };
}

function isKindGiven(span: TraceSpan): boolean {
  return explicitSpanKind((key) => attributeOf(span.attributes, key)) !== undefined;
}

function outlives(
  span: TraceSpan,
  shiftNano: bigint,
  parent: TraceSpan,
  parentShiftNano: bigint,
): boolean {
  if (parent.status === 'Running') return false;
  if (span.status === 'Running') return true;
  const end = span.startUnixNano + span.durationNano + shiftNano;
  const parentEnd = parent.startUnixNano + parent.durationNano + parentShiftNano;
  return end > parentEnd + OUTLIVES_BY_NANO;
}

/** By adjusted start, then by arrival. */
function startOrder(spans: readonly TraceSpan[], shifts: readonly bigint[]): readonly number[] {
  const starts = spans.map((span, index) => span.startUnixNano + shifts[index]!);
  return spans
    .map((_, index) => index)
    .sort((a, b) => {
      if (starts[a] !== starts[b]) return starts[a]! < starts[b]! ? -1 : 1;
      return spans[a]!.metadata.arrival - spans[b]!.metadata.arrival;
    });
}

interface Place {
  readonly index: number;
  readonly parent: number;
  readonly depth: number;
  childCount: number;
  subtreeEnd: number;
}

const NONE = -1;

function depthFirst(parents: Int32Array, order: readonly number[]): readonly Place[] {
  const firstChild = new Int32Array(parents.length).fill(NONE);
  const nextSibling = new Int32Array(parents.length).fill(NONE);
  const roots: number[] = [];
  for (let i = order.length - 1; i >= 0; i--) {
    const index = order[i]!;
    const parent = parents[index]!;
    if (parent === NONE) roots.push(index);
    else {
      nextSibling[index] = firstChild[parent]!;
      firstChild[parent] = index;
    }
  }
  const places: Place[] = [];
  /** Positions of the ancestors of what comes next. */
  const open: number[] = [];
  let next = roots.pop() ?? NONE;
  while (next !== NONE || open.length > 0) {
    if (next === NONE) {
      const done = places[open.pop()!]!;
      done.subtreeEnd = places.length;
      next = nextSibling[done.index]!;
      if (open.length === 0) next = roots.pop() ?? NONE;
      continue;
    }
    const parent = open.at(-1) ?? NONE;
    if (parent !== NONE) places[parent]!.childCount++;
    const depth = open.length;
    open.push(places.length);
    places.push({ index: next, parent, depth, childCount: 0, subtreeEnd: 0 });
    next = firstChild[next]!;
  }
  return places;
}
