/**
 * The spans of a trace on one time scale, in depth-first order, a page or a sub-tree at a time, as deep as is
 * wanted. Times are adjusted for clocks that disagree; offsets count from the start of the trace, also in a
 * sub-tree. Reads of each span only what its row says. Bounds: PAGE_MAX rows and ANSWER_BYTES_MAX of names a page.
 */
import { InvalidParameter } from '../../model/errors.ts';
import type { SpanId, TraceId } from '../../model/ids.ts';
import type { TimelineRow, TimelineView } from '../../model/timeline-view.ts';
import { OUTLINE, type TraceOutline } from '../../model/trace-outline.ts';
import { ROWS_A_STEP, SPANS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import { innermostOpen } from '../../projection/innermost-open.ts';
import {
  kindAt,
  otelKindAt,
  type ProjectedTrace,
  parentIdOf,
  statusAt,
} from '../../projection/project-trace.ts';
import { readSpanHead } from '../../projection/read-span-head.ts';
import { idAt } from '../../projection/trace-columns.ts';
import { RawParams } from '../params/raw-params.ts';
import { showTrace } from '../show-trace.ts';
import { spanPlace } from '../span-place.ts';
import { ANSWER_BYTES_MAX, cursorBehind, pieces, rangeOf, rowBehind } from '../trace-rows.ts';
import type { View } from '../view.ts';
import { PAGE_MAX, ROWS_MAX } from '../view-choices.ts';

export interface TimelineParams {
  readonly traceId: TraceId;
  /** Rows a page. @default 10,000, at most 100,000 */
  readonly limit?: number;
  /** From TimelineView.next. */
  readonly after?: string;
  /** Instead of `after`: rows to pass over. */
  readonly offset?: number;
  /** This span and all below it. */
  readonly subtree?: SpanId;
  /** Levels below the roots, or below the span of `subtree`. @default all */
  readonly depth?: number;
}

const LIMIT_DEFAULT = 10_000;

export const timelineView: View<TimelineParams, TimelineView> = {
  name: 'timeline',

  parseParams(raw) {
    const params = new RawParams(raw, [
      ...['trace_id', 'limit', 'after', 'offset', 'subtree', 'depth'],
    ]);
    const limit = params.integer('limit', 1, PAGE_MAX);
    const after = params.text('after');
    const offset = params.integer('offset', 0, ROWS_MAX);
    const subtree = params.spanId('subtree');
    const depth = params.integer('depth', 0, ROWS_MAX);
    if (after !== undefined && offset !== undefined) {
      throw new InvalidParameter('offset', 'expected instead of after, not beside it');
    }
    return {
      traceId: params.traceId(),
      ...(limit === undefined ? {} : { limit }),
      ...(after === undefined ? {} : { after }),
      ...(offset === undefined ? {} : { offset }),
      ...(subtree === undefined ? {} : { subtree }),
      ...(depth === undefined ? {} : { depth }),
    };
  },

  async render(reader, params, signal) {
    return showTrace(reader, params.traceId, signal, (trace) => timelineOf(trace, params));
  },
};

/** @throws InvalidParameter on a sub-tree or a cursor that this trace does not have */
export function* timelineOf(
  trace: ProjectedTrace,
  params: Omit<TimelineParams, 'traceId'> = {},
): Steps<TimelineView> {
  const { outline } = trace;
  const range = rangeOf(outline, params.subtree);
  const top = params.subtree === undefined ? 0 : outline.depth[range.first]!;
  const depthMax = top + (params.depth ?? ROWS_MAX);
  const after = params.after === undefined ? range.first : rowBehind(outline, params.after);
  const limit = params.limit ?? LIMIT_DEFAULT;
  const wanted: number[] = [];
  let rowFirst = -1;
  let rowCount = 0;
  for (let row = range.first; row < range.end; row = nextRow(outline, row, depthMax)) {
    const place = rowCount++;
    if (rowCount % ROWS_A_STEP === 0) yield;
    if (row < after || place < (params.offset ?? 0)) continue;
    if (rowFirst < 0) rowFirst = place;
    // One more than a page takes, so that a full page knows whether another follows.
    if (wanted.length <= limit) wanted.push(row);
  }
  const innermost = yield* innermostOpen(outline);
  const rows: TimelineRow[] = [];
  let bytes = 0;
  for (const piece of pieces(outline, wanted.slice(0, limit))) {
    if (bytes >= ANSWER_BYTES_MAX) break;
    yield* trace.fetch(piece);
    for (const row of piece) {
      if (bytes >= ANSWER_BYTES_MAX) break;
      const shown = rowOf(trace, row, innermost);
      bytes += shown.name.length;
      rows.push(shown);
      if (rows.length % SPANS_A_STEP === 0) yield;
    }
    trace.forget();
  }
  const last = wanted[rows.length - 1];
  const isMore = rows.length < wanted.length;
  return {
    trace: outline.summary,
    rows,
    rowFirst: rowFirst < 0 ? rowCount : rowFirst,
    rowCount,
    concurrencyMax: outline.concurrencyMax,
    next: isMore && last !== undefined ? cursorBehind(outline, last) : undefined,
  };
}

/** What is deeper than wanted is passed over with one step. */
function nextRow({ depth, subtreeEnd }: TraceOutline, row: number, depthMax: number): number {
  return depth[row]! >= depthMax ? subtreeEnd[row]! : row + 1;
}

function rowOf(trace: ProjectedTrace, row: number, innermost: Int32Array | undefined): TimelineRow {
  const { outline } = trace;
  const status = statusAt(outline, row);
  const head = readSpanHead(trace.record(row).span, otelKindAt(outline, row));
  return {
    spanId: idAt(outline.spanId, row),
    parentSpanId: parentIdOf(outline, row, head.parentSpanId),
    name: head.name,
    service: outline.services[outline.service[row]!]!,
    kind: kindAt(outline, row),
    role: head.role,
    status,
    ...((outline.facts[row]! & OUTLINE.stale) !== 0 && { stale: true as const }),
    ...(status === 'Running' && placeIn(trace, row, innermost)),
    depth: outline.depth[row]!,
    lane: outline.lane[row]!,
    offsetNano: outline.start[row]!,
    durationNano: outline.duration[row]!,
    selfNano: selfNano(outline, row),
    critical: (outline.facts[row]! & OUTLINE.critical) !== 0,
    childCount: outline.childCount[row]!,
    spansBelow: outline.subtreeEnd[row]! - row - 1,
    errorsBelow: outline.errorsBelow[row]!,
  };
}

function placeIn(
  trace: ProjectedTrace,
  row: number,
  innermost: Int32Array | undefined,
): Pick<TimelineRow, 'place'> {
  const place = spanPlace(trace.outline, row, trace.span(row), innermost);
  return place === undefined ? {} : { place };
}

/** Told from the duration itself where that is all of it: a double does not hold every one. */
function selfNano({ childCount, duration, self }: TraceOutline, row: number): bigint {
  return childCount[row] === 0 ? duration[row]! : BigInt(self[row]!);
}
