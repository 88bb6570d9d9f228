/**
 * Spans that have started and not ended, as one more place that views look into. A start or an end costs a
 * map entry; a span is encoded only when somebody asks, with what it holds by then.
 *
 * Their arrival numbers lie above all that are ever stored, in order of start: in a search what runs comes
 * first. Bounds: `spansMax` spans, any further one is not shown; SPANS_A_CALL spans encoded a call.
 */

import { parseSpanId, type TraceId } from '../model/ids.ts';
import { NO_SCAN_LIMITS } from '../otlp/scan-limits.ts';
import { SpanScanner } from '../otlp/scan-traces.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../otlp/span-columns.ts';
import { ProtobufWriter } from '../otlp/wire/protobuf-writer.ts';
import { type SdkSpan, writeSdkSpan } from '../otlp/write-sdk-span.ts';
import { writeTraces } from '../otlp/write-traces.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import type { FoundSpans, Operation, SpanSource } from '../store/contracts/span-source.ts';
import type { SpanFilter } from '../store/contracts/trace-query.ts';
import { findRunning, operationsOf, servicesOf } from '../store/reading/running-matches.ts';
import type { SpanFrames } from './span-frames.ts';

/** 2^52: arrivals that are given to ended spans stay below it for a century. */
const ARRIVAL_FIRST = 2 ** 52;
const SPANS_A_CALL = 4_096;
/** A span and its number, rising with every start. */
type Started = readonly [span: SdkSpan, number: number];

/** What is known of a span that is open for longer. */
export interface OldSpan {
  readonly number: number;
  /** Events of it that were looked at, dropped ones too. */
  events: number;
}

interface Encoded {
  readonly records: readonly SpanRecord[];
  /** A row for each of them. */
  readonly batch: SpanBatch;
}

export class RunningSpans implements SpanSource {
  readonly #spansMax: number;
  readonly #frames: SpanFrames;
  /** In order of start, as the others. */
  readonly #young = new Map<SdkSpan, number>();
  /** Those that `age` gave. */
  readonly #old = new Map<SdkSpan, OldSpan>();
  #next = 0;

  constructor(spansMax: number, frames: SpanFrames) {
    this.#spansMax = spansMax;
    this.#frames = frames;
  }

  get count(): number {
    return this.#young.size + this.#old.size;
  }

  /** What the next span is numbered. */
  get next(): number {
    return this.#next;
  }

  get oldCount(): number {
    return this.#old.size;
  }

  start(span: SdkSpan): void {
    if (this.count < this.#spansMax) this.#young.set(span, this.#next++);
  }

  end(span: SdkSpan): void {
    if (!this.#young.delete(span)) this.#old.delete(span);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  /** Those numbered below, each given once. */
  age(below: number): SdkSpan[] {
    const aged: SdkSpan[] = [];
    for (const [span, number] of this.#young) {
      if (number >= below) break;
      this.#young.delete(span);
      this.#old.set(span, { number, events: 0 });
      aged.push(span);
    }
    return aged;
  }

  /** Those that `age` gave and that have not ended; stays sound while they do. */
  old(): Iterator<readonly [SdkSpan, OldSpan]> {
    return this.#old.entries();
  }

  async trace(traceId: TraceId): Promise<readonly SpanRecord[]> {
    return this.#encode(this.#startedIn(traceId)).records;
  }

  /** What a span says may change while it runs. */
  async mark(traceId: TraceId): Promise<string | undefined> {
    return this.#startedIn(traceId).length === 0 ? '' : undefined;
  }

  async find(
    filter: SpanFilter,
    page: { readonly before: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<FoundSpans> {
    signal.throwIfAborted();
    const candidates = this.#all()
      .filter(([, number]) => ARRIVAL_FIRST + number < page.before)
      .reverse();
    const looked = candidates.slice(0, SPANS_A_CALL);
    const { records, batch } = this.#encode(looked);
    const arrivals = records.map(({ arrival }) => arrival);
    const isAll = looked.length === candidates.length;
    return findRunning({ batch, arrivals, isAll, of: this.count }, filter, page.limit);
  }

  async services(): Promise<readonly string[]> {
    return servicesOf(this.#encode(this.#newest()).batch);
  }

  async operations(service: string): Promise<readonly Operation[]> {
    return operationsOf(this.#encode(this.#newest()).batch, service);
  }

  #newest(): readonly Started[] {
    return this.#all().slice(-SPANS_A_CALL);
  }

  /** Those that are old were started first. */
  #all(): Started[] {
    const old = Array.from(this.#old, ([span, { number }]): Started => [span, number]);
    return [...old, ...this.#young];
  }

  #startedIn(traceId: TraceId): Started[] {
    const wanted: Started[] = [];
    for (const started of this.#all())
      if (started[0].spanContext().traceId.toLowerCase() === traceId) wanted.push(started);
    return wanted;
  }

  /** In the order given, without those that cannot be read. */
  #encode(started: readonly Started[]): Encoded {
    const records: SpanRecord[] = [];
    for (const [span, number] of started) {
      const record = this.#record(span, ARRIVAL_FIRST + number);
      if (record !== undefined) records.push(record);
    }
    const batch = new SpanScanner(NO_SCAN_LIMITS);
    batch.scan(writeTraces(records));
    for (let row = 0; row < batch.count; row++) {
      const at = row * STRIDE + COLUMN.bits;
      batch.rows[at] = batch.rows[at]! | BITS.running;
    }
    return { records, batch };
  }

  /** Undefined where an id is none, or reading an attribute throws. */
  #record(span: SdkSpan, arrival: number): SpanRecord | undefined {
    try {
      const { traceId, spanId } = span.spanContext();
      if (!/^(?!0+$)[0-9a-f]{32}$/i.test(traceId) || parseSpanId(spanId) === undefined) {
        return undefined;
      }
      const writer = new ProtobufWriter(512);
      writeSdkSpan(writer, span);
      return {
        span: writer.finish(),
        resource: this.#frames.preview(span.resource),
        scope: this.#frames.scope(span.instrumentationScope),
        arrival,
        origin: 'running',
      };
    } catch {
      return undefined;
    }
  }
}
