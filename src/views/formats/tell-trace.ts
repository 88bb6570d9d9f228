/**
 * A trace as a story, for formats that go line by line: spans open and close in depth-first order, and
 * between them stand the checkpoints and errors of the span that is open, where they happened. An
 * error that a child has told already is not told again by its parents. Bounded by `spansMax` folded
 * spans; what is left out is counted.
 */
import type { TraceEvent, TraceSpan } from '../../model/trace-span.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import { DERIVED } from '../../projection/span-events.ts';
import { errorText, httpStatus } from './describe-span.ts';
import { type FoldedSpan, foldSiblings } from './fold-siblings.ts';

export type StoryItem =
  | { readonly type: 'open'; readonly span: FoldedSpan; readonly depth: number }
  | { readonly type: 'close'; readonly span: FoldedSpan; readonly depth: number }
  | {
      readonly type: 'checkpoint' | 'error';
      readonly span: FoldedSpan;
      readonly depth: number;
      readonly text: string;
      readonly offsetNano: bigint;
    };

export interface Story {
  readonly items: readonly StoryItem[];
  /** Spans that the story tells of, folded ones included. */
  readonly spansTold: number;
  readonly spansLeftOut: number;
}

/** Checkpoints and errors told of one span. */
export const NOTES_MAX = 10;

export function tellTrace(trace: ProjectedTrace, spansMax: number): Story {
  const folded = foldSiblings(trace.nodes);
  const teller = new Teller(trace);
  for (const span of folded.slice(0, spansMax)) teller.open(span);
  teller.closeTo(0);
  const spansTold =
    folded.length <= spansMax ? trace.nodes.length : countSpans(folded.slice(0, spansMax));
  return { items: teller.items, spansTold, spansLeftOut: trace.spanCount - spansTold };
}

/** A line stands for its count times the counts of the lines above it. */
function countSpans(folded: readonly FoldedSpan[]): number {
  const factors: number[] = [];
  let total = 0;
  for (const { node, count } of folded) {
    const factor = (node.depth === 0 ? 1 : factors[node.depth - 1]!) * count;
    factors[node.depth] = factor;
    total += factor;
  }
  return total;
}

interface OpenSpan {
  readonly span: FoldedSpan;
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
  readonly #open: OpenSpan[] = [];
  /** By error: the last span, by index, that told it. */
  readonly #errors = new Map<string, number>();

  constructor(trace: ProjectedTrace) {
    this.#trace = trace;
  }

  open(span: FoldedSpan): void {
    const { node } = span;
    this.closeTo(node.depth);
    const parent = this.#open.at(-1);
    if (parent) this.#tellNotes(parent, node.startUnixNano);
    this.items.push({ type: 'open', span, depth: node.depth });
    const notes = node.span.events.filter((event) => isWorthTelling(event, node.span));
    this.#open.push({ span, notes: notes.slice(0, NOTES_MAX), told: 0 });
  }

  closeTo(depth: number): void {
    while (this.#open.length > depth) {
      const done = this.#open.pop()!;
      this.#tellNotes(done, undefined);
      this.items.push({ type: 'close', span: done.span, depth: this.#open.length });
    }
  }

  #tellNotes(open: OpenSpan, beforeUnixNano: bigint | undefined): void {
    const { span } = open;
    for (; open.told < open.notes.length; open.told++) {
      const event = open.notes[open.told]!;
      const at = event.atUnixNano + span.node.shiftNano;
      if (beforeUnixNano !== undefined && at > beforeUnixNano) return;
      const isError = event.type === 'Error';
      const text = isError ? errorText(event) : event.name;
      if (isError) {
        const toldBy = this.#errors.get(text);
        this.#errors.set(text, span.index);
        if (toldBy !== undefined && toldBy > span.index) continue;
      }
      this.items.push({
        type: isError ? 'error' : 'checkpoint',
        span,
        depth: span.node.depth,
        text,
        offsetNano: at - this.#trace.startUnixNano,
      });
    }
  }
}
