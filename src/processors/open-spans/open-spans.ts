/**
 * The table of open spans: what programs said of spans that have started, until the spans are received. One that is said to
 * have ended before it is received is shown as it is known. One more place that views look into.
 *
 * Owns its bytes. Arrival numbers lie above all that are ever stored and above those of spans that run in process, in order of
 * start. Bounds: `spansMax` spans, `bytesMax` bytes of spans, checkpoints and frames, CHECKPOINTS_MAX of a span, of which
 * the oldest go; beyond them spans of processes that are gone go first, then the oldest. SPANS_A_CALL spans a search.
 */
import type { Clock } from '../../model/clock.ts';
import { type TraceId, traceIdOfWords } from '../../model/ids.ts';
import type {
  LogEvent,
  LogFrames,
  SpanCheckpoint,
  SpanEnded,
  SpanStarted,
} from '../../otlp/read-log-events.ts';
import { NO_SCAN_LIMITS } from '../../otlp/scan-limits.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { ProtobufWriter } from '../../otlp/wire/protobuf-writer.ts';
import { writeTraces } from '../../otlp/write-traces.ts';
import type { LogEventConsumer } from '../../pipeline/log-event-consumer.ts';
import type { SpanRecord } from '../../store/contracts/span-record.ts';
import type {
  ArrivedSpans,
  FoundSpans,
  Operation,
  SpanSource,
} from '../../store/contracts/span-source.ts';
import type { SpanFilter } from '../../store/contracts/trace-query.ts';
import { findRunning, operationsOf, servicesOf } from '../../store/reading/running-matches.ts';
import type { Counters } from '../../telemetry/counters.ts';
import { EndedLately } from './ended-lately.ts';
import { isGone, type KnownProcess, KnownProcesses } from './known-processes.ts';
import { SharedFrames } from './shared-frames.ts';
import { SpanIdFilter } from './span-id-filter.ts';

/** 2^52 + 2^51: spans that run in process are numbered from 2^52 on. */
const ARRIVAL_FIRST = 2 ** 52 + 2 ** 51;
const SPANS_A_CALL = 4_096;
const CHECKPOINTS_MAX = 32;
/** Status 3 code, a varint. */
const STATUS_CODE_TAG = 3 << 3;
/** Of a span beside its bytes: about what the maps and the object take. */
const OVERHEAD = 400;

export interface OpenSpansSettings {
  readonly clock: Clock;
  readonly counters: Counters;
  /** @default 10,000 */
  readonly spansMax?: number;
  /** @default 16 MiB */
  readonly bytesMax?: number;
  /** Called when what `contents` gives has changed. */
  readonly onChange?: () => void;
}

interface OpenSpan {
  readonly key: string;
  readonly traceId: TraceId;
  readonly words: Uint32Array;
  span: Uint8Array;
  revision: number;
  /** It has ended, and what it says beside that may not have arrived yet. Of no process any more. */
  isEnded: boolean;
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
  readonly number: number;
  /** The latest, in order. */
  readonly checkpoints: Uint8Array[];
  checkpointsLeftOut: number;
  checkpointBytes: number;
  process: KnownProcess<OpenSpan> | undefined;
}

/** What lasts beyond a restart. */
export interface OpenSpansContents {
  /** In order of start, without their checkpoints' count. */
  readonly spans: readonly { span: Uint8Array; resource: Uint8Array; scope: Uint8Array }[];
  readonly exited: readonly string[];
}

export class OpenSpans implements SpanSource, LogEventConsumer {
  readonly #settings: OpenSpansSettings;
  readonly #spansMax: number;
  readonly #bytesMax: number;
  /** In order of start. */
  readonly #byKey = new Map<string, OpenSpan>();
  readonly #byTrace = new Map<TraceId, Set<OpenSpan>>();
  readonly #filter = new SpanIdFilter();
  readonly #processes = new KnownProcesses<OpenSpan>();
  readonly #frames = new SharedFrames();
  readonly #ended = new EndedLately();
  #bytes = 0;
  #next = 0;
  #endedCount = 0;

  constructor(settings: OpenSpansSettings) {
    this.#settings = settings;
    this.#spansMax = settings.spansMax ?? 10_000;
    this.#bytesMax = settings.bytesMax ?? 16 * 1024 * 1024;
  }

  get occupancy(): { spans: number; stale: number; bytes: number } {
    return {
      spans: this.#byKey.size - this.#endedCount,
      stale: this.#processes.goneSpans(this.#nowMs()),
      bytes: this.#bytes + this.#frames.bytes,
    };
  }

  take(events: readonly LogEvent[]): void {
    for (const event of events) {
      if (event.type === 'start') this.#start(event);
      else if (event.type === 'checkpoint') this.#checkpoint(event);
      else if (event.type === 'end') this.#end(event);
      else if (event.frames.process !== undefined) {
        const { process } = event.frames;
        if (event.type === 'alive') this.#processes.hear(process, this.#nowMs());
        else if (this.#processes.exit(process)) this.#changed();
      }
    }
  }

  /** Ended spans were received: they are open no more, and a start that comes later opens nothing. */
  settle({ rows, count }: SpanBatch): void {
    const ended = this.#ended;
    const filter = this.#filter;
    for (let at = 0, end = count * STRIDE; at < end; at += STRIDE) {
      if ((rows[at + COLUMN.end]! | rows[at + COLUMN.end + 1]!) === 0) continue;
      const high = rows[at + COLUMN.spanId]!;
      const low = rows[at + COLUMN.spanId + 1]!;
      ended.add(high, low, rows[at + COLUMN.bits]! & BITS.otelKindMask);
      if (!filter.mayHave(high, low)) continue;
      const span = this.#byKey.get(keyOf(rows, at));
      if (span === undefined) continue;
      this.#remove(span);
      this.#changed();
    }
  }

  get contents(): OpenSpansContents {
    return {
      spans: [...this.#byKey.values()].map((span) => ({ ...span, span: spanBytes(span) })),
      exited: this.#processes.exitedNames,
    };
  }

  /** As `take` does of starts; of processes that had exited all is stale at once. */
  restore(starts: readonly SpanStarted[], exited: readonly string[]): void {
    for (const start of starts) this.#start(start);
    for (const process of exited) this.#processes.exit(process);
  }

  async trace(traceId: TraceId): Promise<readonly SpanRecord[]> {
    const nowMs = this.#nowMs();
    return [...(this.#byTrace.get(traceId) ?? [])].map((span) => recordOf(span, nowMs));
  }

  async mark(traceId: TraceId): Promise<string | undefined> {
    const nowMs = this.#nowMs();
    const marks: string[] = [];
    for (const span of this.#byTrace.get(traceId) ?? []) {
      const { number, checkpoints, checkpointsLeftOut, process } = span;
      const isStale = process !== undefined && isGone(process, nowMs);
      const state = span.isEnded ? 'e' : isStale ? 's' : '';
      marks.push(`${number}.${span.revision}.${checkpoints.length + checkpointsLeftOut}${state}`);
    }
    return marks.join();
  }

  async find(
    filter: SpanFilter,
    page: { readonly before: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<FoundSpans> {
    signal.throwIfAborted();
    const candidates = [...this.#byKey.values()]
      .filter(({ number }) => ARRIVAL_FIRST + number < page.before)
      .reverse();
    const looked = candidates.slice(0, SPANS_A_CALL);
    const arrivals = looked.map(({ number }) => ARRIVAL_FIRST + number);
    const isAll = looked.length === candidates.length;
    const batch = this.#scanned(looked);
    return findRunning({ batch, arrivals, isAll, of: this.#byKey.size }, filter, page.limit);
  }

  async arrived(
    filter: SpanFilter,
    { after, limit }: { readonly after: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<ArrivedSpans> {
    signal.throwIfAborted();
    const newest = ARRIVAL_FIRST + this.#next - 1;
    const since = [...this.#byKey.values()].filter(({ number }) => ARRIVAL_FIRST + number > after);
    const looked = since.slice(-SPANS_A_CALL).reverse();
    const arrivals = looked.map(({ number }) => ARRIVAL_FIRST + number);
    const spans = { batch: this.#scanned(looked), arrivals, isAll: true, of: looked.length };
    const { matches } = findRunning(spans, filter, limit);
    const traceIds = [...new Set(matches.map(({ traceId }) => traceId))];
    return { traceIds, newest, lost: since.length - looked.length };
  }

  async services(): Promise<readonly string[]> {
    return servicesOf(this.#scanned(this.#newest()));
  }

  async operations(service: string): Promise<readonly Operation[]> {
    return operationsOf(this.#scanned(this.#newest()), service);
  }

  #start({ span: given, words, revision, frames }: SpanStarted): void {
    const key = keyOf(words, 0);
    const traceId = traceIdOfWords(words, COLUMN.traceId);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#hear(frames);
      if (revision > known.revision && !known.isEnded) this.#replace(known, given, revision);
      return;
    }
    const kind = words[COLUMN.bits]! & BITS.otelKindMask;
    const [high, low] = [words[COLUMN.spanId]!, words[COLUMN.spanId + 1]!];
    if (this.#ended.has(high, low, kind)) return;
    const isEnded = (words[COLUMN.end]! | words[COLUMN.end + 1]!) !== 0;
    const span: OpenSpan = {
      key,
      traceId,
      words: words.slice(COLUMN.spanId, COLUMN.spanId + 2),
      span: Uint8Array.from(given),
      revision,
      isEnded,
      resource: this.#frames.hold(frames.resource),
      scope: this.#frames.hold(frames.scope),
      number: this.#next++,
      checkpoints: [],
      checkpointsLeftOut: 0,
      checkpointBytes: 0,
      process: undefined,
    };
    if (isEnded) this.#endedCount++;
    else if (frames.process !== undefined) {
      span.process = this.#processes.add(frames.process, span, this.#nowMs());
    }
    this.#byKey.set(key, span);
    this.#filter.add(span.words[0]!, span.words[1]!);
    const ofTrace = this.#byTrace.get(traceId);
    if (ofTrace === undefined) this.#byTrace.set(traceId, new Set([span]));
    else ofTrace.add(span);
    this.#bytes += OVERHEAD + span.span.length;
    this.#makeRoom();
    this.#changed();
  }

  /** What its sender says of it by now. */
  #replace(span: OpenSpan, given: Uint8Array, revision: number): void {
    this.#bytes += given.length - span.span.length;
    span.span = Uint8Array.from(given);
    span.revision = revision;
    this.#makeRoom();
    this.#changed();
  }

  /** Span 8 end (fixed64) · 15 status (3 code) */
  #end({ endUnixNano, status, isWithdrawn, frames, ...ids }: SpanEnded): void {
    this.#hear(frames);
    for (const span of this.#named(ids)) {
      if (isWithdrawn) {
        this.#remove(span);
        continue;
      }
      if (span.isEnded) continue;
      const writer = new ProtobufWriter(span.span.length + 16);
      writer.raw(span.span);
      writer.fixed64(8, endUnixNano);
      if (status > 0) writer.view(15, Uint8Array.of(STATUS_CODE_TAG, status));
      this.#bytes += writer.offset - span.span.length;
      span.span = writer.finish();
      span.isEnded = true;
      this.#endedCount++;
      if (span.process !== undefined) this.#processes.remove(span.process, span);
      span.process = undefined;
    }
    this.#makeRoom();
    this.#changed();
  }

  /** Of any kind. */
  #named({ traceId, spanId }: Pick<SpanEnded, 'traceId' | 'spanId'>): OpenSpan[] {
    const id = Buffer.from(spanId.buffer, spanId.byteOffset, 8);
    const trace = Buffer.from(traceId.buffer, traceId.byteOffset, 16).toString('hex') as TraceId;
    return [...(this.#byTrace.get(trace) ?? [])].filter(
      ({ words }) => words[0] === id.readUInt32BE(0) && words[1] === id.readUInt32BE(4),
    );
  }

  #checkpoint({ event, frames, ...ids }: SpanCheckpoint): void {
    this.#hear(frames);
    for (const span of this.#named(ids)) {
      span.checkpoints.push(Uint8Array.from(event));
      let change = event.length;
      if (span.checkpoints.length > CHECKPOINTS_MAX) {
        change -= span.checkpoints.shift()!.length;
        span.checkpointsLeftOut++;
      }
      span.checkpointBytes += change;
      this.#bytes += change;
    }
    this.#makeRoom();
    this.#changed();
  }

  #hear({ process }: LogFrames): void {
    if (process !== undefined) this.#processes.hear(process, this.#nowMs());
  }

  #makeRoom(): void {
    const { counters } = this.#settings;
    while (
      this.#byKey.size > this.#spansMax ||
      (this.#bytes + this.#frames.bytes > this.#bytesMax && this.#byKey.size > 0)
    ) {
      const gone = this.#processes.oldestGone(this.#nowMs());
      const [oldest] = this.#byKey.values();
      counters.drop(gone === undefined ? 'open_spans_full' : 'open_spans_stale');
      this.#remove(gone ?? oldest!);
    }
  }

  #remove(span: OpenSpan): void {
    this.#byKey.delete(span.key);
    this.#filter.remove(span.words[0]!, span.words[1]!);
    const ofTrace = this.#byTrace.get(span.traceId);
    ofTrace?.delete(span);
    if (ofTrace?.size === 0) this.#byTrace.delete(span.traceId);
    if (span.isEnded) this.#endedCount--;
    if (span.process !== undefined) this.#processes.remove(span.process, span);
    this.#frames.release(span.resource);
    this.#frames.release(span.scope);
    this.#bytes -= OVERHEAD + span.span.length + span.checkpointBytes;
  }

  #newest(): readonly OpenSpan[] {
    return [...this.#byKey.values()].slice(-SPANS_A_CALL);
  }

  /** A row for each, all of which were scanned before. */
  #scanned(spans: readonly OpenSpan[]): SpanBatch {
    const batch = new SpanScanner(NO_SCAN_LIMITS);
    batch.scan(writeTraces(spans.map((span) => ({ ...span, span: spanBytes(span) }))));
    for (const [row, { isEnded }] of spans.entries()) {
      const at = row * STRIDE + COLUMN.bits;
      if (!isEnded) batch.rows[at] = batch.rows[at]! | BITS.running;
    }
    return batch;
  }

  #changed(): void {
    this.#settings.onChange?.();
  }

  #nowMs(): number {
    return this.#settings.clock.monotonicMs();
  }
}

function recordOf(span: OpenSpan, nowMs: number): SpanRecord {
  const { resource, scope, number, process } = span;
  const arrival = ARRIVAL_FIRST + number;
  const bytes = { span: spanBytes(span), resource, scope, arrival };
  if (span.isEnded) return { ...bytes, origin: 'memory' };
  const record = { ...bytes, origin: 'running' } as const;
  if (process === undefined) return { ...record, process: 'unknown' };
  return isGone(process, nowMs) ? { ...record, process: 'gone' } : record;
}

/** Span 11 events · 12 dropped events: fields of a message may stand in any order, and be added behind it. */
function spanBytes({ span, checkpoints, checkpointsLeftOut, checkpointBytes }: OpenSpan) {
  if (checkpoints.length === 0) return span;
  const writer = new ProtobufWriter(span.length + checkpointBytes + checkpoints.length * 4 + 8);
  writer.raw(span);
  for (const event of checkpoints) writer.view(11, event);
  if (checkpointsLeftOut > 0) writer.uint32(12, checkpointsLeftOut);
  return writer.finish();
}

/** Trace, span id and OTel kind. */
function keyOf(rows: Uint32Array, at: number): string {
  const kind = rows[at + COLUMN.bits]! & BITS.otelKindMask;
  const [a, b, c, d, e, f] = rows.subarray(at + COLUMN.traceId, at + COLUMN.traceId + 6);
  return `${a},${b},${c},${d},${e},${f},${kind}`;
}
