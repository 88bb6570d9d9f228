/**
 * The life of a trace, told in order: every event of every span, the tree they form, the stretches in
 * which nothing was open, and what is missing or still running. Times are adjusted for clocks that
 * disagree. O(n log n) in events.
 *
 * Bounds: WHOLE_MAX spans, FOLDED_MAX of a trace that has more, or up to LIFECYCLE_MAX if asked for; and ANSWER_BYTES_MAX of their bytes; LISTED_MAX gaps,
 * orphans and running spans each. Of a trace beyond them the upper levels are told, look-alikes folded, and what is
 * not shown is counted.
 */
import type { SpanId, TraceId } from '../../model/ids.ts';
import type {
  LifecycleGap,
  LifecycleNode,
  LifecycleNotShown,
  LifecycleRunning,
  LifecycleView,
} from '../../model/lifecycle-view.ts';
import { OUTLINE, type TraceOutline, warningBit } from '../../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import { innermostOpen } from '../../projection/innermost-open.ts';
import {
  endOf,
  type ProjectedTrace,
  parentIdOf,
  statusAt,
} from '../../projection/project-trace.ts';
import { idAt, STATUS_RUNNING } from '../../projection/trace-columns.ts';
import { peerOf } from '../formats/describe-span.ts';
import { RawParams } from '../params/raw-params.ts';
import { type Attempt, attemptsOf } from '../retries.ts';
import { showTrace } from '../show-trace.ts';
import { spanPlace } from '../span-place.ts';
import { type RowRange, rangeOf } from '../trace-rows.ts';
import type { View } from '../view.ts';
import { LIFECYCLE_MAX } from '../view-choices.ts';
import { type ChosenRows, chooseRows, errorsAmong } from './choose-rows.ts';
import { orderedEvents } from './ordered-events.ts';

export interface LifecycleParams {
  readonly traceId: TraceId;
  /** Spans to tell of. @default all of up to 5,000, else 2,000; at most 20,000 */
  readonly limit?: number;
  /** This span and all below it. */
  readonly subtree?: SpanId;
}

const WHOLE_MAX = 5_000;
const FOLDED_MAX = 2_000;
const LISTED_MAX = 20_000;

export const lifecycleView: View<LifecycleParams, LifecycleView> = {
  name: 'lifecycle',

  parseParams(raw) {
    const params = new RawParams(raw, ['trace_id', 'limit', 'subtree']);
    const limit = params.integer('limit', 1, LIFECYCLE_MAX);
    const subtree = params.spanId('subtree');
    return {
      traceId: params.traceId(),
      ...(limit === undefined ? {} : { limit }),
      ...(subtree === undefined ? {} : { subtree }),
    };
  },

  async render(reader, params, signal) {
    return showTrace(reader, params.traceId, signal, (trace) => lifecycleOf(trace, params));
  },
};

/** @throws InvalidParameter on a sub-tree that this trace does not have */
export function* lifecycleOf(
  trace: ProjectedTrace,
  params: Omit<LifecycleParams, 'traceId'> = {},
): Steps<LifecycleView> {
  const { outline } = trace;
  const range = rangeOf(outline, params.subtree);
  const limitDefault = range.end - range.first <= WHOLE_MAX ? WHOLE_MAX : FOLDED_MAX;
  const chosen = yield* chooseRows(trace, range, params.limit ?? limitDefault);
  yield* trace.decode(chosen.rows);
  const attempts = yield* attemptsOf(trace, range);
  const gaps = yield* gapsBetween(outline, range);
  const orphans = rowsWhere(outline, range, (facts) => (facts & MISSING_PARENT) !== 0);
  const running = rowsWhere(outline, range, (facts) => statusBits(facts) === STATUS_RUNNING);
  const notShown = notShownOf(outline, range, chosen, {
    gaps: beyondListed(gaps),
    orphans: beyondListed(orphans),
    running: beyondListed(running),
  });
  return {
    trace: outline.summary,
    events: yield* orderedEvents(trace, chosen.rows),
    tree: chosen.rows.map((row) =>
      treeNode(trace, row, chosen, attempts.get(lastOf(trace.outline, row, chosen))),
    ),
    gaps: gaps.slice(0, LISTED_MAX),
    orphans: orphans.slice(0, LISTED_MAX).map((row) => idAt(outline.spanId, row)),
    running: yield* runningSpans(trace, running.slice(0, LISTED_MAX), chosen),
    warnings: trace.warnings,
    ...(notShown === undefined ? {} : { notShown }),
  };
}

const MISSING_PARENT = warningBit('missing_parent');

function treeNode(
  trace: ProjectedTrace,
  row: number,
  chosen: ChosenRows,
  attempt: Attempt | undefined,
): LifecycleNode {
  const { outline } = trace;
  const { span, depth, childCount } = trace.node(row);
  const peer = peerOf(span);
  const folded = chosen.folded.get(row);
  return {
    spanId: span.spanId,
    parentSpanId: parentIdOf(outline, row, span.parentSpanId),
    name: span.name,
    service: span.service,
    kind: span.kind,
    status: span.status,
    ...(span.stale && { stale: span.stale }),
    depth,
    offsetNano: outline.start[row]!,
    durationNano: span.durationNano,
    childCount,
    spansBelow: outline.subtreeEnd[row]! - row - 1,
    errorsBelow: outline.errorsBelow[row]!,
    warnings: span.metadata.warnings,
    ...(peer !== undefined && { peer }),
    ...(attempt !== undefined && { attempt }),
    ...(folded === undefined
      ? {}
      : {
          folded: {
            count: folded.count,
            spans: folded.end - row,
            errors: errorsAmong(outline, row, folded.end),
          },
        }),
  };
}

/** Of the spans that a row stands for. */
function lastOf({ subtreeEnd }: TraceOutline, row: number, { folded }: ChosenRows): number {
  let last = row;
  for (let n = folded.get(row)?.count ?? 1; n > 1; n--) last = subtreeEnd[last]!;
  return last;
}

/** Undefined where nothing was kept out. */
function notShownOf(
  outline: TraceOutline,
  { first, end }: RowRange,
  { rows }: ChosenRows,
  lists: Pick<LifecycleNotShown, 'gaps' | 'orphans' | 'running'>,
): LifecycleNotShown | undefined {
  const spans = end - first - rows.length;
  if (spans + lists.gaps + lists.orphans + lists.running === 0) return undefined;
  const shownErrors = rows.filter((row) => statusAt(outline, row) === 'Failed').length;
  return {
    spans,
    errors: errorsAmong(outline, first, end) - shownErrors,
    ...lists,
    remedy: `subtree=SPAN_ID tells a part whole; limit tells up to ${LIFECYCLE_MAX} spans; the timeline has every span, in pages`,
  };
}

function* gapsBetween(outline: TraceOutline, range: RowRange): Steps<LifecycleGap[]> {
  const gaps: LifecycleGap[] = [];
  const { byStart, start, startUnixNano } = outline;
  let covered: bigint | undefined;
  for (let i = 0; i < outline.count; i++) {
    if (i % ROWS_A_STEP === 0) yield;
    const row = byStart[i]!;
    if (row < range.first || row >= range.end) continue;
    const from = start[row]!;
    if (covered !== undefined && from > covered) {
      gaps.push({ fromOffsetNano: covered, durationNano: from - covered });
    }
    const end = endOf(outline, row) - startUnixNano;
    if (covered === undefined || end > covered) covered = end;
  }
  return gaps;
}

function* runningSpans(
  trace: ProjectedTrace,
  running: readonly number[],
  { rows }: ChosenRows,
): Steps<LifecycleRunning[]> {
  const { outline } = trace;
  const innermost = yield* innermostOpen(outline);
  const shown = new Set(rows);
  return running.map((row) => {
    const name = outline.names[outline.name[row]!]!;
    const isStale = (outline.facts[row]! & OUTLINE.stale) !== 0;
    const place = shown.has(row)
      ? spanPlace(outline, row, trace.node(row).span, innermost)
      : undefined;
    return {
      spanId: idAt(outline.spanId, row),
      name,
      ...(isStale && { stale: true as const }),
      ...(place !== undefined && { place }),
    };
  });
}

function rowsWhere(
  { facts }: TraceOutline,
  { first, end }: RowRange,
  isWanted: (facts: number) => boolean,
): number[] {
  const rows: number[] = [];
  for (let row = first; row < end; row++) if (isWanted(facts[row]!)) rows.push(row);
  return rows;
}

function statusBits(facts: number): number {
  return facts & OUTLINE.statusMask;
}

function beyondListed(list: readonly unknown[]): number {
  return Math.max(0, list.length - LISTED_MAX);
}
