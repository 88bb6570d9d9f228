/**
 * Spans that have started and not ended, as one more place that views look into. A start or an end costs a
 * map entry; a span is encoded only when somebody asks, with what it holds by then.
 *
 * Their arrival numbers lie above all that are ever stored, in order of start: in a search what runs comes
 * first. Bounds: `spansMax` spans, any further one is not shown; SPANS_A_CALL spans encoded a call.
 */

import { parseSpanId, type TraceId, traceIdOfWords } from '../model/ids.ts';
import { SPAN_KINDS } from '../model/span-kind.ts';
import { NO_SCAN_LIMITS } from '../otlp/scan-limits.ts';
import { SpanScanner } from '../otlp/scan-traces.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { ABSENT, BITS, COLUMN, RESOURCE, SCOPE, STRIDE } from '../otlp/span-columns.ts';
import { ProtobufWriter } from '../otlp/wire/protobuf-writer.ts';
import { type SdkSpan, writeSdkSpan } from '../otlp/write-sdk-span.ts';
import { writeTraces } from '../otlp/write-traces.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import type {
  FoundSpans,
  Operation,
  SpanMatch,
  SpanSource,
} from '../store/contracts/span-source.ts';
import type { SpanFilter } from '../store/contracts/trace-query.ts';
import { SpanMatcher } from '../store/reading/span-matcher.ts';
import type { SpanFrames } from './span-frames.ts';

/** 2^52: arrivals that are given to ended spans stay below it for a century. */
const ARRIVAL_FIRST = 2 ** 52;
const SPANS_A_CALL = 4_096;
const UNKNOWN_SERVICE = 'unknown_service';
/** A span and its number, rising with every start. */
type Started = readonly [span: SdkSpan, number: number];

interface Encoded {
  readonly records: readonly SpanRecord[];
  /** A row for each of them. */
  readonly batch: SpanBatch;
}

export class RunningSpans implements SpanSource {
  readonly #spansMax: number;
  readonly #frames: SpanFrames;
  /** In order of start. */
  readonly #started = new Map<SdkSpan, number>();
  #next = 0;

  constructor(spansMax: number, frames: SpanFrames) {
    this.#spansMax = spansMax;
    this.#frames = frames;
  }

  get count(): number {
    return this.#started.size;
  }

  start(span: SdkSpan): void {
    if (this.#started.size < this.#spansMax) this.#started.set(span, this.#next++);
  }

  end(span: SdkSpan): void {
    this.#started.delete(span);
  }

  clear(): void {
    this.#started.clear();
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
    const candidates = [...this.#started]
      .filter(([, number]) => ARRIVAL_FIRST + number < page.before)
      .reverse();
    const looked = candidates.slice(0, SPANS_A_CALL);
    const { records, batch } = this.#encode(looked);
    const matches = new SpanMatcher(filter).over(batch);
    const found: SpanMatch[] = [];
    const traces = new Set<TraceId>();
    let row = 0;
    for (; row < batch.count && traces.size < page.limit; row++) {
      if (!matches(row)) continue;
      const traceId = traceIdOfWords(batch.rows, row * STRIDE + COLUMN.traceId);
      traces.add(traceId);
      found.push({ traceId, arrival: records[row]!.arrival });
    }
    const lastLooked = row < batch.count ? records[row - 1] : records.at(-1);
    const isAll = looked.length === candidates.length && row === batch.count;
    return {
      matches: found,
      reachedArrival: isAll ? 0 : (lastLooked?.arrival ?? 0),
      examined: { where: 'memory', spans: row, of: this.#started.size },
    };
  }

  async services(): Promise<readonly string[]> {
    const { batch } = this.#encode(this.#newest());
    const services = new Set<string>();
    for (let row = 0; row < batch.count; row++) services.add(serviceOf(batch, row));
    return [...services].sort();
  }

  async operations(service: string): Promise<readonly Operation[]> {
    const { batch } = this.#encode(this.#newest());
    const found = new Map<string, Operation>();
    for (let row = 0; row < batch.count; row++) {
      if (serviceOf(batch, row) !== service) continue;
      const at = row * STRIDE;
      const offset = batch.rows[at + COLUMN.nameOffset]!;
      const name = textOf(batch.bytes, offset, batch.rows[at + COLUMN.nameLength]!);
      const kind = SPAN_KINDS[(batch.rows[at + COLUMN.bits]! & BITS.kindMask) >>> BITS.kindShift]!;
      found.set(`${kind} ${name}`, { name, kind });
    }
    return [...found.values()];
  }

  #newest(): readonly Started[] {
    return [...this.#started].slice(-SPANS_A_CALL);
  }

  #startedIn(traceId: TraceId): Started[] {
    const wanted: Started[] = [];
    for (const started of this.#started)
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

function serviceOf(batch: SpanBatch, row: number): string {
  const scope = batch.rows[row * STRIDE + COLUMN.scope]!;
  const at = batch.scopes[scope * SCOPE.stride + SCOPE.resource]! * RESOURCE.stride;
  const offset = batch.resources[at + RESOURCE.serviceOffset]!;
  if (offset === ABSENT) return UNKNOWN_SERVICE;
  return textOf(batch.bytes, offset, batch.resources[at + RESOURCE.serviceLength]!);
}

function textOf(bytes: Uint8Array, offset: number, length: number): string {
  if (length === 0) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8');
}
