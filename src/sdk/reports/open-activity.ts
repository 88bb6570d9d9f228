/**
 * What a thread has open by its ring: calls and spans that have started and not ended, and what is to be told of them. What is open
 * for OPEN_MS is told, its callers before it; what ends sooner never is. The end of a span is told only where its own thread cannot.
 *
 * Bounds: OPEN_MAX calls and spans, CONTEXTS_MAX contexts, ENDED_MAX ends that wait; the oldest go, counted as lost.
 */
import { endRecord, startRecord } from '../../otlp/write-log-events.ts';
import { CALL_END, CONTEXT, RECORD, TAG_STEP } from './activity-ring.ts';
import { hex32, type IdSeeds, numberedSpanId, numberedTraceId } from './numbered-ids.ts';
import { OPEN_MS } from './report-limits.ts';
import { hrTimeSince } from './span-time.ts';

export interface FunctionFacts {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** A span as others name it. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

export interface ActivitySettings {
  readonly seeds: IdSeeds;
  /** What is above all that has no parent of its own. */
  readonly root: SpanIds | undefined;
  /** Of the thread that is watched. */
  readonly timeOrigin: number;
  readonly functionAt: (row: number) => FunctionFacts | undefined;
  readonly tell: (record: Uint8Array) => void;
}

interface Open {
  /** Of a call; −1 of another span. */
  readonly row: number;
  readonly number: number;
  readonly parent: Open | undefined;
  /** Of a call: above it, where no call is. Of another span: its parent, of which the span id alone is known. */
  readonly above: SpanIds | undefined;
  readonly isSilent: boolean;
  readonly startMs: number;
  readonly kind: number;
  ids: SpanIds | undefined;
  /** 0 while it is open. */
  endMs: number;
  status: number;
  isTold: boolean;
  isEndTold: boolean;
}

const OPEN_MAX = 65_536;
const CONTEXTS_MAX = 16_384;
const ENDED_MAX = 16_384;
const KIND_INTERNAL = 1;
const STATUS_ERROR = 2;

export class OpenActivity {
  readonly #settings: ActivitySettings;
  /** Not told yet, in order of start. Calls by their number, other spans by their id. */
  readonly #young = new Map<number | string, Open>();
  readonly #told = new Map<number | string, Open>();
  readonly #contexts = new Map<number, SpanIds>();
  #ended: { readonly one: Open; readonly seenMs: number }[] = [];
  /** Of a record in several parts. */
  #traceId = '';
  #kind = 0;
  #spanId = '';
  #flags = 0;
  #startMs = 0;
  lost = 0;

  constructor(settings: ActivitySettings) {
    this.#settings = settings;
  }

  /** Told, and not ended. */
  get openCount(): number {
    return this.#told.size;
  }

  /** Ends that nobody else may have told of. */
  get endedCount(): number {
    return this.#ended.length;
  }

  /** One of the ring. */
  take(tag: number, a: number, b: number, c: number, nowMs: number): void {
    const what = tag % TAG_STEP;
    const number = (tag - what) / TAG_STEP;
    if (what === RECORD.enter) this.#enter(number, a, b, c);
    else if (what === RECORD.exit) this.#exit(a, number, c, nowMs);
    else if (what === RECORD.context || what === RECORD.start) {
      this.#traceId = hex48(a) + hex48(b) + hex32(c);
      this.#kind = number;
    } else if (what === RECORD.contextRest) this.#context(number, hex32(a) + hex32(b), c);
    else if (what === RECORD.startIds) {
      this.#spanId = hex32(a) + hex32(b);
      this.#flags = number;
      this.#startMs = c;
    } else if (what === RECORD.startParent)
      this.#start(a === 0 && b === 0 ? '' : hex32(a) + hex32(b));
    else if (what === RECORD.end) this.#endSpan(hex32(a) + hex32(b), number, c, nowMs);
  }

  /** Records were overwritten: what is not told may have ended among them. */
  miss(records: number): void {
    this.lost += records;
    this.#young.clear();
  }

  /** Tells of what is open for OPEN_MS. */
  report(nowMs: number): void {
    for (const [key, one] of this.#young) {
      if (one.startMs > nowMs - OPEN_MS) break;
      this.#young.delete(key);
      this.#told.set(key, one);
      this.#tell(one);
    }
    this.#bound(this.#told);
  }

  /** The thread turns: it tells of what ended longer ago itself. */
  settle(beforeMs: number): void {
    const first = this.#ended.findIndex(({ seenMs }) => seenMs > beforeMs);
    if (first !== 0) this.#ended = first < 0 ? [] : this.#ended.slice(first);
  }

  /** The thread is blocked: nobody else tells of what ended, and of what began. */
  tellEnded(): void {
    for (const { one } of this.#ended) {
      this.#tell(one);
      this.#tellEnd(one, false);
    }
    this.#ended = [];
  }

  /** Everything that is open, however short. */
  tellAll(): void {
    this.tellEnded();
    this.report(Number.POSITIVE_INFINITY);
  }

  #enter(row: number, number: number, callerOrContext: number, startMs: number): void {
    const parent =
      callerOrContext > 0
        ? (this.#young.get(callerOrContext) ?? this.#told.get(callerOrContext))
        : undefined;
    const context = callerOrContext > 0 ? CONTEXT.root : -callerOrContext;
    const isSilent = parent?.isSilent ?? context === CONTEXT.suppressed;
    const above = context === CONTEXT.root ? this.#settings.root : this.#contexts.get(context);
    this.#add(number, { row, number, parent, above, isSilent, startMs, kind: KIND_INTERNAL });
  }

  #exit(number: number, flags: number, endMs: number, nowMs: number): void {
    const one = this.#close(number, endMs, (flags & CALL_END.failed) === 0 ? 0 : STATUS_ERROR);
    if (one === undefined) return;
    if ((flags & CALL_END.span) !== 0) this.#wait(one, nowMs);
    else if (one.isTold) this.#tellEnd(one, true);
  }

  #context(number: number, spanId: string, traceFlags: number): void {
    this.#contexts.set(number, { traceId: this.#traceId, spanId, traceFlags });
    if (this.#contexts.size <= CONTEXTS_MAX) return;
    for (const oldest of this.#contexts.keys()) {
      this.#contexts.delete(oldest);
      break;
    }
  }

  #start(parentSpanId: string): void {
    const ids = { traceId: this.#traceId, spanId: this.#spanId, traceFlags: this.#flags };
    const above = parentSpanId === '' ? undefined : { ...ids, spanId: parentSpanId };
    const one = { row: -1, number: 0, parent: undefined, above, isSilent: false };
    this.#add(this.#spanId, { ...one, startMs: this.#startMs, kind: this.#kind }, ids);
  }

  #endSpan(spanId: string, status: number, endMs: number, nowMs: number): void {
    const one = this.#close(spanId, endMs, status);
    if (one !== undefined) this.#wait(one, nowMs);
  }

  #add(
    key: number | string,
    one: Omit<Open, 'ids' | 'endMs' | 'status' | 'isTold' | 'isEndTold'>,
    ids?: SpanIds,
  ): void {
    this.#young.set(key, { ...one, ids, endMs: 0, status: 0, isTold: false, isEndTold: false });
    this.#bound(this.#young);
  }

  #close(key: number | string, endMs: number, status: number): Open | undefined {
    const map = this.#young.has(key) ? this.#young : this.#told;
    const one = map.get(key);
    if (one === undefined) return undefined;
    map.delete(key);
    one.endMs = endMs;
    one.status = status;
    return one;
  }

  #wait(one: Open, seenMs: number): void {
    this.#ended.push({ one, seenMs });
    if (this.#ended.length <= ENDED_MAX) return;
    this.#ended = this.#ended.slice(ENDED_MAX / 2);
    this.lost += ENDED_MAX / 2;
  }

  #bound(map: Map<number | string, Open>): void {
    for (const oldest of map.keys()) {
      if (map.size <= OPEN_MAX) return;
      map.delete(oldest);
      this.lost++;
    }
  }

  /** Callers first; of those that have ended meanwhile their end too. */
  #tell(one: Open): void {
    const untold: Open[] = [];
    for (let at: Open | undefined = one; at !== undefined && !at.isTold; at = at.parent)
      untold.push(at);
    for (const each of untold.reverse()) {
      each.isTold = true;
      const { parent, above } = each;
      const ids = each.ids ?? this.#idsOf(each);
      each.ids = ids;
      if (each.isSilent || (ids.traceFlags & 1) === 0) continue;
      const facts = this.#settings.functionAt(each.row);
      this.#settings.tell(
        startRecord({
          ...ids,
          parentSpanId: (parent?.ids ?? above)?.spanId,
          name: facts?.name ?? '',
          kind: each.kind,
          time: hrTimeSince(this.#settings.timeOrigin, each.startMs),
          flags: ids.traceFlags,
          attributes: facts?.attributes ?? {},
        }),
      );
      if (each !== one && each.endMs !== 0) this.#tellEnd(each, false);
    }
  }

  #tellEnd(one: Open, isWithdrawn: boolean): void {
    const { ids } = one;
    if (one.isEndTold || ids === undefined || one.isSilent || (ids.traceFlags & 1) === 0) return;
    one.isEndTold = true;
    const time = hrTimeSince(this.#settings.timeOrigin, one.endMs);
    const { traceId, spanId } = ids;
    this.#settings.tell(endRecord({ traceId, spanId, time, status: one.status, isWithdrawn }));
  }

  #idsOf({ parent, above, number }: Open): SpanIds {
    const { seeds } = this.#settings;
    const over = parent?.ids ?? above;
    return {
      traceId: over?.traceId ?? numberedTraceId(seeds, number),
      spanId: numberedSpanId(seeds, number),
      traceFlags: over?.traceFlags ?? 1,
    };
  }
}

function hex48(value: number): string {
  return value.toString(16).padStart(12, '0');
}
