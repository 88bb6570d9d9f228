/**
 * A store that forgets when the process ends: for tests, and for a program that wants no files.
 *
 * Says plainly what a store is; every other one is held to the same contract suite.
 *
 *   entries   kept spans in the order they were written: a deque of records with their columns
 *   byTrace   trace id → its entries
 *   lately    identity of recent spans → content and whether kept, for dropping resends
 *
 * Bounds: `spansMax` spans and `bytesMax` bytes of spans (frames are shared and not counted); beyond,
 * the oldest go and are counted as `memory_store_full`. Resends are known within RESENDS_MAX spans.
 */
import { crc32 } from 'node:zlib';
import { type Clock, systemClock } from '../../model/clock.ts';
import { type TraceId, traceIdOfWords } from '../../model/ids.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import type { StorageReport } from '../../model/statistics.ts';
import {
  frameBytes,
  placeInFrame,
  type SpanBatch,
  spanBytes,
  wideColumn,
} from '../../otlp/span-batch.ts';
import { ABSENT, BITS, COLUMN, RESOURCE, SCOPE, STRIDE } from '../../otlp/span-columns.ts';
import { spliceTraceState } from '../../otlp/splice-trace-state.ts';
import { type FramedSpan, writeTraces } from '../../otlp/write-traces.ts';
import type { Counters } from '../../telemetry/counters.ts';
import type { LogChunk, LogCursor, SpanLog } from '../contracts/span-log.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { FoundSpans, Operation, SpanMatch, SpanSource } from '../contracts/span-source.ts';
import type { SpanFilter } from '../contracts/trace-query.ts';
import type { TraceWriter, WriteResult } from '../contracts/trace-writer.ts';
import { NO_MATCH, SpanMatcher } from '../reading/span-matcher.ts';
import { OperationIndex } from '../statistics/operation-index.ts';
import { StatisticsTable } from '../statistics/statistics-table.ts';

export interface MemoryStoreSettings {
  readonly counters: Counters;
  /** @default the machine's */
  readonly clock?: Clock;
  /** @default 1,000,000 */
  readonly spansMax?: number;
  /** @default 1 GiB */
  readonly bytesMax?: number;
}

/** One (resource frame, scope frame) of one write. */
interface Envelope {
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
  readonly service: string;
  readonly serviceOffset: number;
  readonly serviceLength: number;
}

interface Entry {
  readonly span: Uint8Array;
  readonly envelope: Envelope;
  /** STRIDE words; offsets point into `span`. */
  readonly row: Uint32Array;
  readonly traceId: TraceId;
  readonly arrival: number;
  readonly storedAt: bigint;
  /** T to write into tracestate on the way out; undefined where it stays as it came. */
  readonly threshold: bigint | undefined;
}

interface Seen {
  readonly content: string;
  kept: boolean;
}

/** Spans a block of the log: only a way to count. */
const BLOCK_SPANS = 4_096;
const RESENDS_MAX = 131_072;
const SPANS_A_FIND = 65_536;
/** A span's tag and length in its envelope, and a bound for those of the envelopes. */
const SPAN_OVERHEAD = 6;
const ENVELOPE_OVERHEAD = 12;
const UNKNOWN_SERVICE = 'unknown_service';

export class MemoryStore implements TraceWriter, SpanSource, SpanLog {
  readonly statistics: StatisticsTable = new StatisticsTable();
  readonly #operations = new OperationIndex();
  readonly #counters: Counters;
  readonly #clock: Clock;
  readonly #spansMax: number;
  readonly #bytesMax: number;
  /** Those before `#head` are given up and wait to be cut off. */
  #entries: Entry[] = [];
  #head = 0;
  /** Number in the log of `#entries[#head]`. */
  #first = 0;
  #bytes = 0;
  readonly #byTrace = new Map<TraceId, Entry[]>();
  readonly #lately = new Map<string, Seen>();
  readonly #waiting = new Set<() => void>();

  constructor(settings: MemoryStoreSettings) {
    this.#counters = settings.counters;
    this.#clock = settings.clock ?? systemClock;
    this.#spansMax = settings.spansMax ?? 1_000_000;
    this.#bytesMax = settings.bytesMax ?? 1024 ** 3;
  }

  async write(batch: SpanBatch): Promise<WriteResult> {
    const now = this.#clock.unixNano();
    const envelopes = new Map<number, Envelope>();
    this.#operations.read(batch);
    for (let row = 0; row < batch.count; row++) {
      const bits = batch.rows[row * STRIDE + COLUMN.bits]!;
      const before = this.#seen(batch, row, (bits & BITS.kept) !== 0);
      if (before === 'resend') {
        this.#counters.drop('duplicate');
        continue;
      }
      if (before === 'new' && !this.statistics.addRow(batch, row, this.#operations)) {
        this.#counters.add('statistics_keys_capped');
      }
      if ((bits & BITS.kept) === 0) continue;
      const scope = batch.rows[row * STRIDE + COLUMN.scope]!;
      let envelope = envelopes.get(scope);
      if (!envelope) {
        envelope = envelopeOf(batch, scope);
        envelopes.set(scope, envelope);
      }
      this.#append(entryOf(batch, row, envelope, now));
      this.#counters.add('spans_kept');
    }
    for (const wake of this.#waiting) wake();
    return { status: 'durable' };
  }

  async trace(traceId: TraceId): Promise<readonly SpanRecord[]> {
    return (this.#byTrace.get(traceId) ?? []).map((entry) => ({
      span: entry.span,
      resource: entry.envelope.resource,
      scope: entry.envelope.scope,
      arrival: entry.arrival,
      origin: 'stored',
    }));
  }

  async find(
    filter: SpanFilter,
    page: { readonly before: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<FoundSpans> {
    signal.throwIfAborted();
    const matcher = new SpanMatcher(filter);
    const verdicts = new Map<Envelope, number>();
    const verdictOf = (envelope: Envelope): number => {
      let verdict = verdicts.get(envelope);
      if (verdict === undefined) {
        const { resource, serviceOffset, serviceLength } = envelope;
        verdict = matcher.resource(resource, serviceOffset, serviceLength, () => resource);
        verdicts.set(envelope, verdict);
      }
      return verdict;
    };
    // Concurrent requests may be written out of order, so that the log alone does not give arrivals.
    const inOrder = this.#held()
      .filter((entry) => entry.arrival < page.before)
      .sort((a, b) => b.arrival - a.arrival);
    const matches: SpanMatch[] = [];
    const traces = new Set<TraceId>();
    let examined = 0;
    for (const entry of inOrder) {
      if (traces.size >= page.limit || examined >= SPANS_A_FIND) break;
      examined++;
      const verdict = verdictOf(entry.envelope);
      if (verdict === NO_MATCH || !matcher.span(entry.span, entry.row, 0, verdict)) continue;
      traces.add(entry.traceId);
      matches.push({ traceId: entry.traceId, arrival: entry.arrival });
    }
    return {
      matches,
      reachedArrival: examined === inOrder.length ? 0 : inOrder[examined - 1]!.arrival,
      examined: { where: 'store', spans: examined, of: this.#count },
    };
  }

  async services(): Promise<readonly string[]> {
    return [...new Set(this.#held().map((entry) => entry.envelope.service))].sort();
  }

  async operations(service: string): Promise<readonly Operation[]> {
    const found = new Map<string, Operation>();
    for (const { envelope, row, span } of this.#held()) {
      if (envelope.service !== service) continue;
      const kind = SPAN_KINDS[(row[COLUMN.bits]! & BITS.kindMask) >>> BITS.kindShift]!;
      const name = textOf(span, row[COLUMN.nameOffset]!, row[COLUMN.nameLength]!);
      found.set(`${kind} ${name}`, { name, kind });
    }
    return [...found.values()];
  }

  async storage(): Promise<StorageReport> {
    return {
      spans: this.#count,
      bytes: this.#bytes,
      oldest: this.#entries[this.#head]?.storedAt,
      newest: this.#entries.at(-1)?.storedAt,
    };
  }

  async read(cursor: LogCursor, bytesMax: number): Promise<LogChunk | undefined> {
    const asked = numberOf(cursor);
    const from = Math.max(asked, this.#first);
    const entries = this.#held().slice(from - this.#first);
    const spans: FramedSpan[] = [];
    let bytes = 0;
    let envelope: Envelope | undefined;
    for (const entry of entries) {
      bytes += entry.span.length + SPAN_OVERHEAD;
      const { resource, scope } = entry.envelope;
      if (entry.envelope !== envelope) bytes += resource.length + scope.length + ENVELOPE_OVERHEAD;
      const { threshold } = entry;
      const span = threshold === undefined ? entry.span : spliceTraceState(entry.span, threshold);
      bytes += span.length - entry.span.length;
      if (bytes > bytesMax && spans.length > 0) break;
      spans.push({ span, resource, scope });
      envelope = entry.envelope;
    }
    if (spans.length === 0) return undefined;
    return {
      request: writeTraces(spans),
      spanCount: spans.length,
      from: cursorOf(from),
      next: cursorOf(from + spans.length),
      expiredSpans: from - asked,
      damagedSpans: 0,
    };
  }

  async end(): Promise<LogCursor> {
    return cursorOf(this.#first + this.#count);
  }

  async oldest(): Promise<LogCursor> {
    return cursorOf(this.#first);
  }

  async waitFor(cursor: LogCursor, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#first + this.#count <= numberOf(cursor)) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  get #count(): number {
    return this.#entries.length - this.#head;
  }

  #held(): Entry[] {
    return this.#entries.slice(this.#head);
  }

  /** `promoted`: seen before, but only now to be kept. */
  #seen(batch: SpanBatch, row: number, kept: boolean): 'new' | 'resend' | 'promoted' {
    const content = `${crc32(spanBytes(batch, row))}`;
    const ids = batch.rows.subarray(row * STRIDE, row * STRIDE + COLUMN.parentSpanId);
    const key = `${ids.join()} ${batch.rows[row * STRIDE + COLUMN.length]!}`;
    const seen = this.#lately.get(key);
    if (seen?.content !== content) {
      this.#lately.set(key, { content, kept });
      if (this.#lately.size > RESENDS_MAX) {
        const oldest = this.#lately.keys().next();
        if (!oldest.done) this.#lately.delete(oldest.value);
      }
      return 'new';
    }
    if (seen.kept || !kept) return 'resend';
    seen.kept = true;
    return 'promoted';
  }

  #append(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.span.length;
    const ofTrace = this.#byTrace.get(entry.traceId);
    if (ofTrace) ofTrace.push(entry);
    else this.#byTrace.set(entry.traceId, [entry]);
    while (this.#count > 1 && (this.#count > this.#spansMax || this.#bytes > this.#bytesMax)) {
      this.#evict();
    }
  }

  #evict(): void {
    const entry = this.#entries[this.#head]!;
    this.#head++;
    this.#first++;
    this.#bytes -= entry.span.length;
    const ofTrace = this.#byTrace.get(entry.traceId)!;
    ofTrace.shift();
    if (ofTrace.length === 0) this.#byTrace.delete(entry.traceId);
    this.#counters.drop('memory_store_full');
    if (this.#head > 1_024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}

function numberOf(cursor: LogCursor): number {
  return cursor.block * BLOCK_SPANS + cursor.ordinal;
}

function cursorOf(number: number): LogCursor {
  const block = Math.floor(number / BLOCK_SPANS);
  return { partition: 0, block, ordinal: number - block * BLOCK_SPANS };
}

function entryOf(batch: SpanBatch, row: number, envelope: Envelope, storedAt: bigint): Entry {
  const columns = batch.rows.slice(row * STRIDE, (row + 1) * STRIDE);
  const start = columns[COLUMN.offset]!;
  for (const column of [COLUMN.offset, COLUMN.nameOffset, COLUMN.traceStateOffset]) {
    columns[column] = columns[column]! - start;
  }
  return {
    span: Uint8Array.prototype.slice.call(spanBytes(batch, row)),
    envelope,
    row: columns,
    traceId: traceIdOfWords(columns, COLUMN.traceId),
    arrival: wideColumn(columns, 0, COLUMN.arrival),
    storedAt,
    threshold: (columns[COLUMN.bits]! & BITS.raised) === 0 ? undefined : batch.threshold,
  };
}

function envelopeOf(batch: SpanBatch, scopeIndex: number): Envelope {
  const { scopes, resources } = batch;
  const scope = copyOfFrame(batch, scopes, scopeIndex * SCOPE.stride + SCOPE.segmentFirst);
  const at = scopes[scopeIndex * SCOPE.stride + SCOPE.resource]! * RESOURCE.stride;
  const resource = copyOfFrame(batch, resources, at + RESOURCE.segmentFirst);
  const offset = resources[at + RESOURCE.serviceOffset]!;
  const length = resources[at + RESOURCE.serviceLength]!;
  if (offset === ABSENT) {
    return { resource, scope, service: UNKNOWN_SERVICE, serviceOffset: ABSENT, serviceLength: 0 };
  }
  return {
    resource,
    scope,
    service: textOf(batch.bytes, offset, length),
    serviceOffset: placeInFrame(
      batch,
      resources[at + RESOURCE.segmentFirst]!,
      resources[at + RESOURCE.segmentCount]!,
      offset,
    ),
    serviceLength: length,
  };
}

function copyOfFrame(batch: SpanBatch, table: Uint32Array, at: number): Uint8Array {
  return Uint8Array.prototype.slice.call(frameBytes(batch, table[at]!, table[at + 1]!));
}

function textOf(bytes: Uint8Array, offset: number, length: number): string {
  if (length === 0) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8');
}
