/**
 * Finds the parent of every span of a trace, whatever the spans say: the result is always a forest that
 * holds each span once. Linear in the number of spans, without recursion.
 *
 * A span that shares its id with its client's (the old Zipkin style) hangs below the client span. A
 * parent that is not there, a span that is its own parent and a circle of parents each make a root, with
 * a warning: `missing_parent`, `self_parent`, `parent_cycle`. Other spans under one id stay side by side
 * and are marked `duplicate_span_id`.
 */
import type { TraceSpan } from '../model/trace-span.ts';

export interface ParentLinks {
  /** By span: the index of its parent, −1 for a root. */
  readonly parents: Int32Array;
  /** By span: what had to be said about its place. */
  readonly warnings: ReadonlyMap<number, readonly string[]>;
}

export function linkParents(spans: readonly TraceSpan[]): ParentLinks {
  const linker = new Linker(spans);
  for (let i = 0; i < spans.length; i++) linker.link(i);
  linker.breakCycles();
  return linker;
}

const ROOT = -1;
/** Spans under one id that are looked at; there are hardly ever more than two. */
const SHARING_MAX = 8;

class Linker implements ParentLinks {
  readonly parents: Int32Array;
  readonly warnings = new Map<number, string[]>();
  readonly #spans: readonly TraceSpan[];
  readonly #byId = new Map<string, number[]>();

  constructor(spans: readonly TraceSpan[]) {
    this.#spans = spans;
    this.parents = new Int32Array(spans.length).fill(ROOT);
    for (let i = 0; i < spans.length; i++) {
      const sharing = this.#byId.get(spans[i]!.spanId);
      if (sharing === undefined) this.#byId.set(spans[i]!.spanId, [i]);
      else if (sharing.length < SHARING_MAX) sharing.push(i);
    }
  }

  link(index: number): void {
    const span = this.#spans[index]!;
    const sharing = this.#byId.get(span.spanId)!;
    if (sharing.length > 1) {
      const other = sharing.find((at) => at !== index && sides(this.#spans[at]!, span));
      if (other === undefined) this.#warn(index, 'duplicate_span_id');
      else if (isCallee(span)) {
        this.parents[index] = other;
        return;
      }
    }
    if (span.parentSpanId === undefined) return;
    const candidates = this.#byId.get(span.parentSpanId);
    if (span.parentSpanId === span.spanId) this.#warn(index, 'self_parent');
    else if (candidates === undefined) this.#warn(index, 'missing_parent');
    else this.parents[index] = this.#closest(span, candidates);
  }

  /** Follows parents from every span; where the walk meets itself, the earliest span becomes a root. */
  breakCycles(): void {
    const { parents } = this;
    /** The walk that came by, 0 for none. */
    const seenBy = new Int32Array(parents.length);
    for (let start = 0; start < parents.length; start++) {
      const walk = start + 1;
      let at = start;
      while (at !== ROOT && seenBy[at] === 0) {
        seenBy[at] = walk;
        at = parents[at]!;
      }
      if (at === ROOT || seenBy[at] !== walk) continue;
      let earliest = at;
      for (let member = parents[at]!; member !== at; member = parents[member]!) {
        if (this.#isEarlier(member, earliest)) earliest = member;
      }
      parents[earliest] = ROOT;
      this.#warn(earliest, 'parent_cycle');
    }
  }

  /** Of several spans under the parent's id: the one of the child's service, then the called side. */
  #closest(child: TraceSpan, candidates: readonly number[]): number {
    let best = candidates[0]!;
    let bestScore = -1;
    for (const candidate of candidates) {
      const span = this.#spans[candidate]!;
      const score = (span.service === child.service ? 2 : 0) + (isCallee(span) ? 1 : 0);
      if (score > bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    return best;
  }

  #isEarlier(a: number, b: number): boolean {
    const [one, other] = [this.#spans[a]!, this.#spans[b]!];
    if (one.startUnixNano !== other.startUnixNano) return one.startUnixNano < other.startUnixNano;
    return one.metadata.arrival < other.metadata.arrival;
  }

  #warn(index: number, warning: string): void {
    const said = this.warnings.get(index);
    if (said) said.push(warning);
    else this.warnings.set(index, [warning]);
  }
}

function isCallee(span: TraceSpan): boolean {
  return span.otelKind === 'server' || span.otelKind === 'consumer';
}

function isCaller(span: TraceSpan): boolean {
  return span.otelKind === 'client' || span.otelKind === 'producer';
}

/** The two sides of one call. */
function sides(a: TraceSpan, b: TraceSpan): boolean {
  return (isCallee(a) && isCaller(b)) || (isCaller(a) && isCallee(b));
}
