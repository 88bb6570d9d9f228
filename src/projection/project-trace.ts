/**
 * A trace, ready to be shown: its outline, and behind each row the span, decoded when it is asked for. A view pays
 * for what it shows, however large the trace is.
 */
import type { SpanId, TraceId } from '../model/ids.ts';
import type { OtelKind, SpanKind } from '../model/span-kind.ts';
import { OTEL_KINDS, SPAN_KINDS } from '../model/span-kind.ts';
import { OUTLINE, type TraceOutline, warningsOf } from '../model/trace-outline.ts';
import { SPAN_STATUSES, type SpanStatus, type TraceSpan } from '../model/trace-span.ts';
import type { SpanRecord, Trace } from '../store/contracts/span-record.ts';
import { FrameReader } from './frame-reader.ts';
import { SPANS_A_STEP, type Steps } from './in-turns.ts';
import { projectSpan } from './project-span.ts';
import { idAt } from './trace-columns.ts';

export interface TraceNode {
  /** Times as recorded; kind and warnings as the whole trace tells them. */
  readonly span: TraceSpan;
  readonly depth: number;
  readonly childCount: number;
  /** What was added to the recorded times to make the ones below. */
  readonly shiftNano: bigint;
  readonly startUnixNano: bigint;
  /** Never before the start; while Running, the latest moment known of the trace. */
  readonly endUnixNano: bigint;
}

const BEYOND_LIMIT = 'spans_beyond_limit';

/** For one question: what it decoded it keeps. */
export class ProjectedTrace {
  readonly traceId: TraceId;
  readonly outline: TraceOutline;
  readonly revision: string;
  /** Spans of the trace, those that the outline lacks included. */
  readonly spanCount: number;
  /** By index; those that were not fetched are missing where `#read` is there. */
  readonly #records: readonly SpanRecord[] | Map<number, SpanRecord>;
  readonly #read: Trace['read'];
  readonly #frames = new FrameReader();
  readonly #nodes = new Map<number, TraceNode>();
  readonly #found = new Set<string>();

  constructor(trace: Trace) {
    this.traceId = trace.traceId;
    this.outline = trace.outline;
    this.revision = trace.revision;
    this.spanCount = trace.spanCount;
    this.#read = trace.read;
    this.#records = trace.read === undefined ? trace.records : new Map();
  }

  /** Of the whole trace as far as its outline tells, and of every span that was decoded. Sorted. */
  get warnings(): readonly string[] {
    const all = new Set<string>(this.#found);
    const { facts, count } = this.outline;
    let seen = 0;
    for (let row = 0; row < count; row++) seen |= facts[row]!;
    for (const warning of warningsOf(seen)) all.add(warning);
    if (count < this.spanCount) all.add(BEYOND_LIMIT);
    return [...all].sort();
  }

  /** Of a row that was fetched. */
  record(row: number): SpanRecord {
    const index = this.outline.record[row]!;
    const record = this.#records instanceof Map ? this.#records.get(index) : this.#records[index];
    if (record === undefined) throw new Error(`row ${row} was not fetched`);
    return record;
  }

  /**
   * So that what these rows say can be asked for; whoever calls bounds their bytes. Kept until `forget`.
   * @throws TraceMoved, on waiting
   */
  *fetch(rows: Iterable<number>): Steps<void> {
    const fetched = this.#records;
    if (!(fetched instanceof Map)) return;
    const wanted: number[] = [];
    for (const row of rows) {
      const index = this.outline.record[row]!;
      if (!fetched.has(index)) wanted.push(index);
    }
    if (wanted.length === 0) return;
    wanted.sort((a, b) => a - b);
    const found = yield* this.records(wanted);
    for (const [i, record] of found.entries()) fetched.set(wanted[i]!, record);
  }

  /** Some by their rising indexes, and not kept. @throws TraceMoved, on waiting */
  *records(indexes: readonly number[]): Steps<readonly SpanRecord[]> {
    const known = this.#records;
    if (!(known instanceof Map)) return indexes.map((index) => known[index]!);
    let found: readonly SpanRecord[] = [];
    yield this.#read!(indexes).then((records) => {
      found = records;
    });
    return found;
  }

  /** What was fetched is let go. */
  forget(): void {
    if (this.#records instanceof Map) this.#records.clear();
  }

  /** Decoded, and not kept. */
  span(row: number): TraceSpan {
    const { facts } = this.outline;
    const span = projectSpan(this.record(row), this.#frames);
    const own = span.metadata.warnings;
    for (const warning of own) this.#found.add(warning);
    const isNew = (warning: string) => !own.includes(warning);
    const warnings = [...own, ...warningsOf(facts[row]!).filter(isNew)];
    const kind: SpanKind = (facts[row]! & OUTLINE.isTask) !== 0 ? 'AsyncTask' : span.kind;
    if (kind === span.kind && warnings.length === own.length) return span;
    return { ...span, kind, metadata: { ...span.metadata, warnings } };
  }

  /** Decoded at its first asking. */
  node(row: number): TraceNode {
    let node = this.#nodes.get(row);
    if (node === undefined) {
      const { depth, childCount, shift } = this.outline;
      node = {
        span: this.span(row),
        depth: depth[row]!,
        childCount: childCount[row]!,
        shiftNano: shift[row]!,
        startUnixNano: this.outline.startUnixNano + this.outline.start[row]!,
        endUnixNano: endOf(this.outline, row),
      };
      this.#nodes.set(row, node);
    }
    return node;
  }

  /** So that `node` has these at hand. @throws TraceMoved, on waiting */
  *decode(rows: Iterable<number>): Steps<void> {
    let done = 0;
    const wanted = [...rows];
    yield* this.fetch(wanted.filter((row) => !this.#nodes.has(row)));
    for (const row of wanted) {
      this.node(row);
      if (++done % SPANS_A_STEP === 0) yield;
    }
  }
}

/** Rows of the children of a row, in order. */
export function* childrenOf({ subtreeEnd }: TraceOutline, row: number): IterableIterator<number> {
  const end = subtreeEnd[row]!;
  for (let child = row + 1; child < end; child = subtreeEnd[child]!) yield child;
}

export function statusAt({ facts }: TraceOutline, row: number): SpanStatus {
  return SPAN_STATUSES[facts[row]! & OUTLINE.statusMask]!;
}

/** As the whole trace tells it. */
export function kindAt({ facts }: TraceOutline, row: number): SpanKind {
  if ((facts[row]! & OUTLINE.isTask) !== 0) return 'AsyncTask';
  return SPAN_KINDS[(facts[row]! & OUTLINE.kindMask) >>> OUTLINE.kindShift]!;
}

export function otelKindAt({ facts }: TraceOutline, row: number): OtelKind {
  return OTEL_KINDS[(facts[row]! & OUTLINE.otelKindMask) >>> OUTLINE.otelKindShift]!;
}

/** While Running, the end of the trace. */
export function endOf(outline: TraceOutline, row: number): bigint {
  if (statusAt(outline, row) === 'Running') return outline.endUnixNano;
  return outline.startUnixNano + outline.start[row]! + outline.duration[row]!;
}

/**
 * The parent to show: the one in the tree; for a span whose parent never came, the one it names; for
 * one that a circle or itself was the parent of, none.
 */
export function parentIdOf(
  outline: TraceOutline,
  row: number,
  named: SpanId | undefined,
): SpanId | undefined {
  const above = outline.parent[row]!;
  if (above >= 0) return idAt(outline.spanId, above);
  return warningsOf(outline.facts[row]!).includes('missing_parent') ? named : undefined;
}
