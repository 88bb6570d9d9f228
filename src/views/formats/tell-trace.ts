/**
 * A trace, or a sub-tree of it, as a story, for formats that go line by line: spans open and close in depth-first
 * order, and between them stand the checkpoints and errors of the span that is open, where they happened. An
 * error that a child has told already is not told again by its parents. Bounded by `spansMax` folded
 * spans and ANSWER_BYTES_MAX of their bytes; what is left out is counted.
 */
import type { TraceEvent, TraceSpan } from '../../model/trace-span.ts';
import type { Steps } from '../../projection/in-turns.ts';
import type { ProjectedTrace, TraceNode } from '../../projection/project-trace.ts';
import { DERIVED } from '../../projection/span-events.ts';
import { type Attempt, attemptsOf } from '../retries.ts';
import { ANSWER_BYTES_MAX, type RowRange } from '../trace-rows.ts';
import { errorText, httpStatus } from './describe-span.ts';
import { type FoldedSpan, foldSiblings } from './fold-siblings.ts';

export type StoryItem = {
  readonly span: FoldedSpan;
  readonly node: TraceNode;
  /** From the roots of the story. */
  readonly depth: number;
} & (
  | { readonly type: 'open' }
  | { readonly type: 'close' }
  | {
      readonly type: 'checkpoint' | 'error';
      readonly text: string;
      readonly offsetNano: bigint;
    }
);

export interface Story {
  readonly items: readonly StoryItem[];
  /** Spans that the story tells of, folded ones included. */
  readonly spansTold: number;
  readonly spansLeftOut: number;
}

/** Checkpoints and errors told of one span. */
export const NOTES_MAX = 10;

/** A trace made ready to be told. */
export interface Tellable {
  readonly trace: ProjectedTrace;
  readonly range: RowRange;
  /** Of the range. */
  readonly folded: readonly FoldedSpan[];
}

/** Folded, and what at most `spansMax` lines tell of decoded. */
export function* tellable(
  trace: ProjectedTrace,
  range: RowRange,
  spansMax: number,
): Steps<Tellable> {
  const attempts = yield* attemptsOf(trace, range);
  const folded = (yield* foldSiblings(trace, range)).map((span) =>
    withAttempts(trace, span, attempts),
  );
  const shown = folded.slice(0, tellableMax(trace, folded, spansMax));
  const above = trace.outline.parent[range.first] ?? -1;
  // What lies above a sub-tree is not told, but how its root stands to it is.
  yield* trace.decode([...(above < 0 ? [] : [above]), ...shown.map(({ row }) => row)]);
  return { trace, range, folded };
}

/** A folded line ends with the last of its spans. */
function withAttempts(
  { outline }: ProjectedTrace,
  span: FoldedSpan,
  attempts: ReadonlyMap<number, Attempt>,
): FoldedSpan {
  if (!attempts.has(span.row)) return span;
  let last = span.row;
  for (let n = 1; n < span.count; n++) last = outline.subtreeEnd[last]!;
  const { number = 0, of = 0 } = attempts.get(last) ?? {};
  return number > 0 && number === of ? { ...span, retried: of - 1 } : span;
}

export function tellTrace({ trace, range, folded }: Tellable, spansMax: number): Story {
  const { depth } = trace.outline;
  const top = depth[range.first] ?? 0;
  const teller = new Teller(trace, top);
  const shown = folded.slice(0, tellableMax(trace, folded, spansMax));
  for (const span of shown) teller.open(span);
  teller.closeTo(0);
  const spanCount = spanCountOf(trace, range);
  const spansTold =
    shown.length === folded.length
      ? range.end - range.first
      : countSpans(shown, ({ row }) => depth[row]! - top);
  return { items: teller.items, spansTold, spansLeftOut: spanCount - spansTold };
}

/** Of the sub-tree; of a whole trace those beyond its bound too. */
export function spanCountOf(trace: ProjectedTrace, { first, end }: RowRange): number {
  return end - first === trace.outline.count ? trace.spanCount : end - first;
}

function tellableMax(
  trace: ProjectedTrace,
  folded: readonly FoldedSpan[],
  spansMax: number,
): number {
  let bytes = 0;
  for (let at = 0; at < folded.length; at++) {
    if (at >= spansMax || bytes >= ANSWER_BYTES_MAX) return at;
    bytes += trace.outline.bytes[folded[at]!.row]!;
  }
  return folded.length;
}

/** A line stands for its count times the counts of the lines above it. */
function countSpans(folded: readonly FoldedSpan[], levelOf: (span: FoldedSpan) => number): number {
  const factors: number[] = [];
  let total = 0;
  for (const span of folded) {
    const level = levelOf(span);
    const factor = (level === 0 ? 1 : factors[level - 1]!) * span.count;
    factors[level] = factor;
    total += factor;
  }
  return total;
}

interface OpenSpan {
  readonly span: FoldedSpan;
  readonly node: TraceNode;
  readonly notes: readonly TraceEvent[];
  told: number;
}

/**
 * An Error derived from a status says no more than that the span failed, unless it has a word beside it that is
 * not the HTTP status, which is told with the span.
 */
function isWorthTelling(event: TraceEvent, span: TraceSpan): boolean {
  if (event.type === 'Checkpoint') return true;
  if (event.type !== 'Error') return false;
  if (event.attributes[0]?.key !== DERIVED) return true;
  return event.attributes.length > 1 && errorText(event) !== httpStatus(span);
}

class Teller {
  readonly items: StoryItem[] = [];
  readonly #trace: ProjectedTrace;
  /** Depth of the roots of the story. */
  readonly #top: number;
  readonly #open: OpenSpan[] = [];
  /** By error: the last row that told it. */
  readonly #errors = new Map<string, number>();

  constructor(trace: ProjectedTrace, top: number) {
    this.#trace = trace;
    this.#top = top;
  }

  open(span: FoldedSpan): void {
    const node = this.#trace.node(span.row);
    const depth = node.depth - this.#top;
    this.closeTo(depth);
    const parent = this.#open.at(-1);
    if (parent) this.#tellNotes(parent, node.startUnixNano);
    this.items.push({ type: 'open', span, node, depth });
    const notes = node.span.events.filter((event) => isWorthTelling(event, node.span));
    this.#open.push({ span, node, notes: notes.slice(0, NOTES_MAX), told: 0 });
  }

  closeTo(depth: number): void {
    while (this.#open.length > depth) {
      const done = this.#open.pop()!;
      this.#tellNotes(done, undefined);
      this.items.push({
        type: 'close',
        span: done.span,
        node: done.node,
        depth: this.#open.length,
      });
    }
  }

  #tellNotes(open: OpenSpan, beforeUnixNano: bigint | undefined): void {
    const { span, node } = open;
    for (; open.told < open.notes.length; open.told++) {
      const event = open.notes[open.told]!;
      const at = event.atUnixNano + node.shiftNano;
      if (beforeUnixNano !== undefined && at > beforeUnixNano) return;
      const isError = event.type === 'Error';
      const text = isError ? errorText(event) : event.name;
      if (isError) {
        const toldBy = this.#errors.get(text);
        this.#errors.set(text, span.row);
        if (toldBy !== undefined && toldBy > span.row) continue;
      }
      this.items.push({
        type: isError ? 'error' : 'checkpoint',
        span,
        node,
        depth: node.depth - this.#top,
        text,
        offsetNano: at - this.#trace.outline.startUnixNano,
      });
    }
  }
}
