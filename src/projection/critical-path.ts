/**
 * The critical path of a trace: what its root's duration is made of, as segments of time, each of the one span that had to get
 * on for the root to end. Walked backwards from the root's end, as Jaeger's page and CRISP do: the child that finished last, then
 * of its siblings the one that finished last before it began, and so on; in between, the span itself.
 *
 *     root ──────────
 *       a   ────           c, before it b, before that the root itself: a did not end before b began,
 *       b      ───         so nothing waited for it
 *       c         ───
 *     path rrrrbbbccc
 *
 * A child that reaches beyond its parent is cut at its parent's ends. One that outlives its parent was not waited for (a task
 * that was let go, a message) and does not count, unless it is the called side of a call. So segments do not overlap and add
 * up to the root's duration. Iterative, in steps. Bound: SEGMENTS_MAX; of more, the longest.
 */
import { OTEL_KINDS } from '../model/span-kind.ts';
import { OUTLINE, type TraceOutline } from '../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { sortIndexes } from './sort-by-time.ts';
import type { SpanTimes } from './span-times.ts';

export const SEGMENTS_MAX = 20_000;

/** In order of time; by segment, nanoseconds since the start of the trace. */
export type CriticalPath = Pick<TraceOutline, 'criticalRow' | 'criticalFrom' | 'criticalTo'>;

type Tree = Pick<TraceOutline, 'subtreeEnd' | 'childCount' | 'facts'>;

const SERVER = OTEL_KINDS.indexOf('server') << OUTLINE.otelKindShift;
const CLIENT = OTEL_KINDS.indexOf('client') << OUTLINE.otelKindShift;

/**
 * @param times those of a trace whose end is at `end`
 * @param root −1 where there is none
 */
export function* criticalPath(
  tree: Tree,
  times: SpanTimes,
  root: number,
  end: number,
): Steps<CriticalPath> {
  const walk = new Walk(tree, times);
  if (root >= 0) {
    yield* walk.enter(root, times.from[root]!, Math.min(times.to[root]!, end));
    for (let done = 0; walk.isUnderway; done++) {
      yield* walk.next();
      if (done % ROWS_A_STEP === 0) yield;
    }
  }
  return longest(walk.rows.reverse(), walk.froms.reverse(), walk.tos.reverse());
}

/** A span that the walk is in, between the ends at which it was cut. */
interface Frame {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  /** From here to its end all is told. */
  at: number;
  /** Rows of the children that count, by rising end; a single one stands for itself. */
  readonly children: Int32Array | number;
  /** How many of them are still to be looked at. */
  left: number;
}

class Walk {
  /** From the last segment to the first. */
  readonly rows: number[] = [];
  readonly froms: number[] = [];
  readonly tos: number[] = [];
  readonly #tree: Tree;
  readonly #times: SpanTimes;
  readonly #frames: Frame[] = [];

  constructor(tree: Tree, times: SpanTimes) {
    this.#tree = tree;
    this.#times = times;
  }

  get isUnderway(): boolean {
    return this.#frames.length > 0;
  }

  *enter(row: number, from: number, to: number): Steps<void> {
    const children = yield* this.#childrenWithin(row, from, to);
    const left = typeof children === 'number' ? 1 : children.length;
    this.#frames.push({ row, from, to, at: to, children, left });
  }

  /** On to the child that finished last before what is told already, or out of the span. */
  *next(): Steps<void> {
    const frame = this.#frames.at(-1)!;
    const { row, from, to, children } = frame;
    while (frame.left > 0) {
      const place = --frame.left;
      const child = typeof children === 'number' ? children : children[place]!;
      const childTo = Math.min(this.#times.to[child]!, to);
      if (childTo > frame.at) continue;
      const childFrom = Math.max(this.#times.from[child]!, from);
      this.#tell(row, childTo, frame.at);
      frame.at = childFrom;
      yield* this.enter(child, childFrom, childTo);
      return;
    }
    this.#tell(row, from, frame.at);
    this.#frames.pop();
  }

  #tell(row: number, from: number, to: number): void {
    if (to <= from) return;
    this.rows.push(row);
    this.froms.push(from);
    this.tos.push(to);
  }

  /** Of equal ends, cut ones among them, the child that began first is the last: it is met first. */
  *#childrenWithin(row: number, from: number, to: number): Steps<Int32Array | number> {
    const { subtreeEnd, childCount } = this.#tree;
    if (childCount[row] === 0) return NO_CHILDREN;
    const found: number[] = [];
    for (let child = row + 1, i = 0; child < subtreeEnd[row]!; child = subtreeEnd[child]!, i++) {
      const begin = Math.max(this.#times.from[child]!, from);
      if (this.#counts(row, child) && Math.min(this.#times.to[child]!, to) > begin) {
        found.push(child);
      }
      if (i % ROWS_A_STEP === ROWS_A_STEP - 1) yield;
    }
    if (found.length === 1) return found[0]!;
    found.reverse();
    const ends = Float64Array.from(found, (child) => Math.min(this.#times.to[child]!, to));
    const order = yield* sortIndexes(found.length, (a, b) => ends[a]! > ends[b]!);
    return order.map((index) => found[index]!);
  }

  #counts(row: number, child: number): boolean {
    const { facts } = this.#tree;
    if ((facts[child]! & OUTLINE.outlives) === 0) return true;
    const kinds = OUTLINE.otelKindMask;
    return (facts[row]! & kinds) === CLIENT && (facts[child]! & kinds) === SERVER;
  }
}

const NO_CHILDREN = new Int32Array(0);

/** All, or the longest SEGMENTS_MAX of them. */
function longest(rows: number[], froms: number[], tos: number[]): CriticalPath {
  const lengths = Float64Array.from(rows, (_, i) => tos[i]! - froms[i]!);
  const shortest =
    rows.length > SEGMENTS_MAX ? lengths.slice().sort()[rows.length - SEGMENTS_MAX]! : 0;
  const kept: number[] = [];
  for (let i = 0; i < rows.length && kept.length < SEGMENTS_MAX; i++) {
    if (lengths[i]! >= shortest) kept.push(i);
  }
  return {
    criticalRow: Int32Array.from(kept, (i) => rows[i]!),
    criticalFrom: Float64Array.from(kept, (i) => froms[i]!),
    criticalTo: Float64Array.from(kept, (i) => tos[i]!),
  };
}
