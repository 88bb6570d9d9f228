/**
 * Finds the parent of every span of a trace, whatever the spans say: the result is always a forest that
 * holds each span once. Linear in the number of spans, without recursion.
 *
 * A span that shares its id with its client's (the old Zipkin style) hangs below the client span. A
 * parent that is not there, a span that is its own parent and a circle of parents each make a root, with
 * a warning: `missing_parent`, `self_parent`, `parent_cycle`. Other spans under one id stay side by side
 * and are marked `duplicate_span_id`.
 */
import { OTEL_KINDS } from '../model/span-kind.ts';
import { OUTLINE, warningBit } from '../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { SpanIdTable } from './span-id-table.ts';
import type { TraceColumns } from './trace-columns.ts';

/** By span: the index of its parent, −1 for a root. What has to be said about its place goes into `facts`. */
export function* linkParents(columns: TraceColumns): Steps<Int32Array> {
  const linker = new Linker(columns);
  for (let i = columns.count - 1; i >= 0; i--) {
    linker.learn(i);
    if (i % ROWS_A_STEP === 0) yield;
  }
  for (let i = 0; i < columns.count; i++) {
    linker.link(i);
    if (i % ROWS_A_STEP === 0) yield;
  }
  linker.breakCycles();
  return linker.parents;
}

const ROOT = -1;
/** Spans under one id that are looked at; there are hardly ever more than two. */
const SHARING_MAX = 8;
const DUPLICATE_SPAN_ID = warningBit('duplicate_span_id');
const SELF_PARENT = warningBit('self_parent');
const MISSING_PARENT = warningBit('missing_parent');
const PARENT_CYCLE = warningBit('parent_cycle');
const [SERVER, CLIENT, PRODUCER, CONSUMER] = (
  ['server', 'client', 'producer', 'consumer'] as const
).map((kind) => OTEL_KINDS.indexOf(kind) << OUTLINE.otelKindShift);

class Linker {
  readonly parents: Int32Array;
  readonly #columns: TraceColumns;
  readonly #byId: SpanIdTable;
  /** The next span under the same id, or −1. */
  readonly #sharing: Int32Array;

  constructor(columns: TraceColumns) {
    this.#columns = columns;
    this.parents = new Int32Array(columns.count).fill(ROOT);
    this.#byId = new SpanIdTable(columns.count);
    this.#sharing = new Int32Array(columns.count);
  }

  /** From the last span to the first, so that the first of an id leads to the others. */
  learn(index: number): void {
    const { ids } = this.#columns;
    this.#sharing[index] = this.#byId.put(index, ids[index * 2]!, ids[index * 2 + 1]!);
  }

  link(index: number): void {
    const { ids, parentIds, facts } = this.#columns;
    const [high, low] = [ids[index * 2]!, ids[index * 2 + 1]!];
    const first = this.#byId.find(high, low);
    if (this.#sharing[first]! >= 0) {
      const other = this.#otherSide(index, first);
      if (other < 0) this.#warn(index, DUPLICATE_SPAN_ID);
      else if (isCallee(facts[index]!)) {
        this.parents[index] = other;
        return;
      }
    }
    const parentHigh = parentIds[index * 2]!;
    const parentLow = parentIds[index * 2 + 1]!;
    if ((parentHigh | parentLow) === 0) return;
    if (parentHigh === high && parentLow === low) {
      this.#warn(index, SELF_PARENT);
      return;
    }
    const candidate = this.#byId.find(parentHigh, parentLow);
    if (candidate < 0) this.#warn(index, MISSING_PARENT);
    else if (this.#sharing[candidate]! < 0) this.parents[index] = candidate;
    else this.parents[index] = this.#closest(index, candidate);
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
      this.#warn(earliest, PARENT_CYCLE);
    }
  }

  /** Among spans of the same id the first that is the other side of the call, or −1. */
  #otherSide(index: number, first: number): number {
    const { facts } = this.#columns;
    let at = first;
    for (let seen = 0; at >= 0 && seen < SHARING_MAX; seen++) {
      if (at !== index && areSides(facts[at]!, facts[index]!)) return at;
      at = this.#sharing[at]!;
    }
    return -1;
  }

  /** Of several spans under the parent's id: the one of the child's service, then the called side. */
  #closest(child: number, first: number): number {
    const { facts } = this.#columns;
    let best = first;
    let bestScore = -1;
    let at = first;
    for (let seen = 0; at >= 0 && seen < SHARING_MAX; seen++) {
      const isSameService = this.#serviceOf(at) === this.#serviceOf(child);
      const score = (isSameService ? 2 : 0) + (isCallee(facts[at]!) ? 1 : 0);
      if (score > bestScore) {
        best = at;
        bestScore = score;
      }
      at = this.#sharing[at]!;
    }
    return best;
  }

  #serviceOf(index: number): string {
    return this.#columns.resources[this.#columns.resource[index]!]!.service;
  }

  /** Of equal starts the first to arrive. */
  #isEarlier(a: number, b: number): boolean {
    const { starts } = this.#columns;
    return starts[a] === starts[b] ? a < b : starts[a]! < starts[b]!;
  }

  #warn(index: number, warning: number): void {
    const { facts } = this.#columns;
    facts[index] = facts[index]! | warning;
  }
}

export function isCallee(facts: number): boolean {
  const kind = facts & OUTLINE.otelKindMask;
  return kind === SERVER || kind === CONSUMER;
}

export function isProducer(facts: number): boolean {
  return (facts & OUTLINE.otelKindMask) === PRODUCER;
}

export function isConsumer(facts: number): boolean {
  return (facts & OUTLINE.otelKindMask) === CONSUMER;
}

function isCaller(facts: number): boolean {
  const kind = facts & OUTLINE.otelKindMask;
  return kind === CLIENT || kind === PRODUCER;
}

/** The two sides of one call. */
function areSides(a: number, b: number): boolean {
  return (isCallee(a) && isCaller(b)) || (isCaller(a) && isCallee(b));
}
