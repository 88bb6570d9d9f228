/**
 * The flight recorder: the last spans received, kept or not, in a fixed amount of memory.
 *
 *   rows    capacity rows of STRIDE words, circular; offsets point into the arena
 *   arena   one block of bytes, circular; a span never wraps around its end
 *   frames  each different one once (frame-table.ts)
 *   index   per hash of trace id the number of the newest span, per span that of the one before it
 *
 * Owns all its bytes: `insert` copies, and nothing of a request is referenced after it returned. Spans have rising numbers; a
 * span's place is its number modulo the capacity, and a number below the oldest ends a chain, so that nothing is ever unlinked.
 * Bounds: `spansMax` spans; `bytesMax` bytes of spans and frames (rows and index cost 120 bytes a span of `spansMax`).
 */
import { idWords, type TraceId, traceIdOfWords } from '../../model/ids.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import { type SpanBatch, wideColumn } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { type FramedSpan, writeTraces } from '../../otlp/write-traces.ts';
import type { SpanRecord } from '../../store/contracts/span-record.ts';
import type {
  ArrivedSpans,
  FoundSpans,
  Operation,
  SpanMatch,
  SpanSource,
} from '../../store/contracts/span-source.ts';
import type { SpanFilter } from '../../store/contracts/trace-query.ts';
import { NO_MATCH, SpanMatcher } from '../../store/reading/span-matcher.ts';
import { FrameTable } from './frame-table.ts';
import { bucketOf, endOfScope, isTrace } from './ring-rows.ts';
import type { RingOccupancy, SpanRingSettings } from './ring-settings.ts';

/** Of `bytesMax`, what frames may take. */
const FRAME_SHARE = 0.25;
/** Between neighbours of one scope lie a tag and a length; more than that ends a run. */
const RUN_GAP_MAX = 8;
/** A run needs a free stretch of its size: small against the arena, so that little is given up for it. */
const RUN_SHARE = 1 / 16;
const ROWS_A_FIND = 65_536;
const OPERATIONS_MAX = 10_000;
const KEPT_BY_PROMOTION = BITS.kept | BITS.promoted;
const NOT_PROMOTED = BITS.kept | BITS.running | BITS.memoryOnly;

export class SpanRing implements SpanSource {
  readonly #capacity: number;
  readonly #bytesMax: number;
  readonly #frameBytesMax: number;
  readonly #runBytesMax: number;
  readonly #counters: SpanRingSettings['counters'];
  readonly #rows: Uint32Array;
  readonly #arena: Uint8Array;
  readonly #frames = new FrameTable();
  readonly #pairs: Int32Array;
  /** Where each span's bytes begin, counted over all turns of the arena. */
  readonly #places: Float64Array;
  readonly #previous: Float64Array;
  readonly #heads: Float64Array;
  readonly #promotion = new SpanScanner();
  /** Number of the next span, and of the oldest one still here. */
  #next = 0;
  #oldest = 0;
  /** End of what the arena holds, counted over all turns. */
  #head = 0;

  constructor(settings: SpanRingSettings) {
    const { spansMax, bytesMax } = settings;
    if (!(spansMax >= 1) || !(bytesMax >= 1))
      throw new RangeError('a ring holds at least one span');
    this.#capacity = spansMax;
    this.#bytesMax = bytesMax;
    this.#frameBytesMax = Math.floor(bytesMax * FRAME_SHARE);
    this.#counters = settings.counters;
    this.#arena = new Uint8Array(bytesMax - this.#frameBytesMax);
    this.#runBytesMax = Math.floor(this.#arena.length * RUN_SHARE);
    this.#rows = new Uint32Array(spansMax * STRIDE);
    this.#pairs = new Int32Array(spansMax);
    this.#places = new Float64Array(spansMax);
    this.#previous = new Float64Array(spansMax);
    this.#heads = new Float64Array(2 ** Math.ceil(Math.log2(spansMax + 1))).fill(-1);
  }

  get occupancy(): RingOccupancy {
    const tail = this.#oldest === this.#next ? this.#head : this.#placeOf(this.#oldest);
    return {
      spans: this.#next - this.#oldest,
      spansMax: this.#capacity,
      bytes: this.#head - tail + this.#frames.bytes,
      bytesMax: this.#bytesMax,
    };
  }

  /** Takes a copy of every row, oldest spans giving way. Arrival numbers must rise from call to call. */
  insert(batch: SpanBatch): void {
    const { rows, count } = batch;
    let row = 0;
    while (row < count) {
      const scope = rows[row * STRIDE + COLUMN.scope]!;
      const pair = this.#frames.acquire(batch, scope);
      const end = endOfScope(rows, row, count, scope);
      this.#insertScope(batch, row, end, pair);
      this.#frames.release(pair);
      row = end;
    }
  }

  async trace(traceId: TraceId): Promise<readonly SpanRecord[]> {
    return this.#numbersOf(idWords(traceId), 0).map((number) => this.#record(number));
  }

  /** Numbers are given once, and spans never change. */
  async mark(traceId: TraceId): Promise<string> {
    const numbers = this.#numbersOf(idWords(traceId), 0);
    return `${numbers[0]} ${numbers.at(-1)} ${numbers.length}`;
  }

  async find(
    filter: SpanFilter,
    page: { readonly before: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<FoundSpans> {
    signal.throwIfAborted();
    const first = this.#firstAtOrAbove(page.before) - 1;
    const last = Math.max(this.#oldest, first - ROWS_A_FIND + 1);
    const { matches, number } = this.#matches(filter, { first, last, limit: page.limit });
    const spans = this.#next - this.#oldest;
    return {
      matches,
      reachedArrival: number < this.#oldest ? 0 : this.#arrivalOf(number + 1),
      examined: { where: 'memory', spans: Math.max(0, first - number), of: spans },
    };
  }

  async arrived(
    filter: SpanFilter,
    page: { readonly after: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<ArrivedSpans> {
    signal.throwIfAborted();
    const first = this.#next - 1;
    const since = this.#firstAtOrAbove(page.after + 1);
    const last = Math.max(since, first - ROWS_A_FIND + 1);
    const { matches } = this.#matches(filter, { first, last, limit: page.limit });
    const newest = this.#next === 0 ? 0 : this.#arrivalOf(first);
    // Arrivals rise by one but where a promotion took some: then a few more seem lost.
    const isCut = since === this.#oldest && since > 0 && since < this.#next;
    const before = page.after === 0 ? since : this.#arrivalOf(since) - page.after - 1;
    const traceIds = [...new Set(matches.map(({ traceId }) => traceId))];
    return { traceIds, newest, lost: (isCut ? before : 0) + last - since };
  }

  /** Of spans from number `first` down to `last`, until `limit` traces; and the number at which it stopped. */
  #matches(filter: SpanFilter, page: { first: number; last: number; limit: number }) {
    const matcher = new SpanMatcher(filter);
    const verdicts = this.#verdicts(matcher);
    const matches: SpanMatch[] = [];
    const traces = new Set<TraceId>();
    let number = page.first;
    for (; number >= page.last && traces.size < page.limit; number--) {
      const slot = number % this.#capacity;
      const verdict = verdicts[this.#pairs[slot]!]!;
      if (verdict === NO_MATCH) continue;
      if (!matcher.span(this.#arena, this.#rows, slot * STRIDE, verdict)) continue;
      const traceId = traceIdOfWords(this.#rows, slot * STRIDE + COLUMN.traceId);
      traces.add(traceId);
      matches.push({ traceId, arrival: this.#arrivalOf(number) });
    }
    return { matches, number };
  }

  async services(): Promise<readonly string[]> {
    const services = new Set<string>();
    for (const [index] of this.#frames.pairs()) services.add(this.#frames.serviceOf(index));
    return [...services].sort();
  }

  async operations(service: string): Promise<readonly Operation[]> {
    return this.#operationsOf(service).get(service) ?? [];
  }

  async catalogue(): Promise<ReadonlyMap<string, readonly Operation[]>> {
    return this.#operationsOf();
  }

  /** In one look, at the names of one service alone where one is given. */
  #operationsOf(only?: string): ReadonlyMap<string, readonly Operation[]> {
    const all = new Map<string, Map<string, Operation>>();
    const byPair = new Map<number, Map<string, Operation>>();
    for (const [index] of this.#frames.pairs()) {
      const service = this.#frames.serviceOf(index);
      if (only !== undefined && service !== only) continue;
      const found = all.get(service) ?? new Map<string, Operation>();
      all.set(service, found);
      byPair.set(index, found);
    }
    for (let number = this.#next - 1; number >= this.#oldest; number--) {
      const slot = number % this.#capacity;
      const found = byPair.get(this.#pairs[slot]!);
      if (found === undefined) continue;
      const at = slot * STRIDE;
      const kind = (this.#rows[at + COLUMN.bits]! & BITS.kindMask) >>> BITS.kindShift;
      const name = this.#text(
        this.#rows[at + COLUMN.nameOffset]!,
        this.#rows[at + COLUMN.nameLength]!,
      );
      if (found.size < OPERATIONS_MAX)
        found.set(`${kind}${name}`, { name, kind: SPAN_KINDS[kind]! });
    }
    return new Map(Array.from(all, ([service, of]) => [service, [...of.values()]]));
  }

  /**
   * The spans of a trace (four words from `at`) that are not kept yet, oldest first, as a batch to write:
   * kept, promoted, already counted in statistics, arrivals from `arrivalFirst` on. Here they are marked
   * as kept under their old arrivals, so that order in the ring holds. Spans that have only started stay
   * behind. Undefined where there is nothing. Valid until the next call.
   */
  promote(words: Uint32Array, at: number, arrivalFirst: number): SpanBatch | undefined {
    const spans: FramedSpan[] = [];
    for (const number of this.#numbersOf(words, at)) {
      const bitsAt = (number % this.#capacity) * STRIDE + COLUMN.bits;
      if ((this.#rows[bitsAt]! & NOT_PROMOTED) !== 0) continue;
      this.#rows[bitsAt] = this.#rows[bitsAt]! | KEPT_BY_PROMOTION;
      spans.push(this.#record(number));
    }
    if (spans.length === 0) return undefined;
    const batch = this.#promotion;
    batch.scan(writeTraces(spans));
    batch.threshold = 0n;
    for (let row = 0; row < batch.count; row++) {
      const rowAt = row * STRIDE;
      const arrival = arrivalFirst + row;
      batch.rows[rowAt + COLUMN.bits] =
        batch.rows[rowAt + COLUMN.bits]! | KEPT_BY_PROMOTION | BITS.counted;
      batch.rows[rowAt + COLUMN.arrival] = arrival % 0x100000000;
      batch.rows[rowAt + COLUMN.arrival + 1] = Math.floor(arrival / 0x100000000);
    }
    return batch;
  }

  /** Takes a promotion back, where writing it failed. */
  demote(words: Uint32Array, at: number): void {
    for (const number of this.#numbersOf(words, at)) {
      const bitsAt = (number % this.#capacity) * STRIDE + COLUMN.bits;
      if ((this.#rows[bitsAt]! & BITS.promoted) === 0) continue;
      this.#rows[bitsAt] = this.#rows[bitsAt]! & ~KEPT_BY_PROMOTION;
    }
  }

  #insertScope(batch: SpanBatch, first: number, end: number, pair: number): void {
    const { resource, scope } = this.#frames.pair(pair);
    if (resource.bytes.length + scope.bytes.length > this.#frameBytesMax) {
      this.#counters.drop('ring_too_large', end - first);
      return;
    }
    while (this.#frames.bytes > this.#frameBytesMax && this.#oldest < this.#next) this.#evict();
    let row = first;
    while (row < end) {
      if (batch.rows[row * STRIDE + COLUMN.length]! > this.#arena.length) {
        this.#counters.drop('ring_too_large');
        row++;
        continue;
      }
      const runEnd = this.#endOfRun(batch.rows, row, end);
      this.#insertRun(batch, row, runEnd, pair);
      row = runEnd;
    }
  }

  /** Neighbours that lie close enough to be copied at once; also not across the end of the rows. */
  #endOfRun(rows: Uint32Array, first: number, end: number): number {
    const start = rows[first * STRIDE + COLUMN.offset]!;
    const last = Math.min(end, first + this.#capacity - (this.#next % this.#capacity));
    let runEnd = start + rows[first * STRIDE + COLUMN.length]!;
    let row = first + 1;
    for (; row < last; row++) {
      const offset = rows[row * STRIDE + COLUMN.offset]!;
      if (offset < runEnd || offset - runEnd > RUN_GAP_MAX) break;
      const spanEnd = offset + rows[row * STRIDE + COLUMN.length]!;
      if (spanEnd - start > this.#runBytesMax) break;
      runEnd = spanEnd;
    }
    return row;
  }

  #insertRun(batch: SpanBatch, first: number, end: number, pair: number): void {
    const count = end - first;
    const lastAt = (end - 1) * STRIDE;
    const start = batch.rows[first * STRIDE + COLUMN.offset]!;
    const bytesEnd = batch.rows[lastAt + COLUMN.offset]! + batch.rows[lastAt + COLUMN.length]!;
    const place = this.#makeRoom(bytesEnd - start, count);
    const arenaAt = place % this.#arena.length;
    this.#arena.set(batch.bytes.subarray(start, bytesEnd), arenaAt);
    const slot = this.#next % this.#capacity;
    const rows = this.#rows;
    rows.set(batch.rows.subarray(first * STRIDE, end * STRIDE), slot * STRIDE);
    const shift = arenaAt - start;
    const mask = this.#heads.length - 1;
    for (let i = 0; i < count; i++) {
      const at = (slot + i) * STRIDE;
      this.#places[slot + i] = place + rows[at + COLUMN.offset]! - start;
      rows[at + COLUMN.offset] = rows[at + COLUMN.offset]! + shift;
      rows[at + COLUMN.nameOffset] = rows[at + COLUMN.nameOffset]! + shift;
      rows[at + COLUMN.traceStateOffset] = rows[at + COLUMN.traceStateOffset]! + shift;
      this.#pairs[slot + i] = pair;
      const bucket = bucketOf(rows, at + COLUMN.traceId, mask);
      this.#previous[slot + i] = this.#heads[bucket]!;
      this.#heads[bucket] = this.#next + i;
    }
    this.#next += count;
    this.#head = place + bytesEnd - start;
    this.#frames.hold(pair, count);
  }

  /** Room for that many bytes in one piece and that many rows; returns the place of the bytes. */
  #makeRoom(bytes: number, spans: number): number {
    const size = this.#arena.length;
    const left = size - (this.#head % size);
    const place = bytes <= left ? this.#head : this.#head + left;
    while (this.#next - this.#oldest + spans > this.#capacity) this.#evict();
    while (this.#oldest < this.#next && place + bytes - this.#placeOf(this.#oldest) > size) {
      this.#evict();
    }
    return place;
  }

  #evict(): void {
    const slot = this.#oldest++ % this.#capacity;
    const bits = this.#rows[slot * STRIDE + COLUMN.bits]!;
    if ((bits & (BITS.kept | BITS.running)) === 0) this.#counters.drop('ring_overwritten');
    this.#frames.release(this.#pairs[slot]!);
  }

  /** Numbers of a trace's spans, oldest first. */
  #numbersOf(words: Uint32Array, at: number): number[] {
    const numbers: number[] = [];
    let number = this.#heads[bucketOf(words, at, this.#heads.length - 1)]!;
    while (number >= this.#oldest) {
      const slot = number % this.#capacity;
      if (isTrace(this.#rows, slot * STRIDE, words, at)) numbers.push(number);
      number = this.#previous[slot]!;
    }
    return numbers.reverse();
  }

  #record(number: number): SpanRecord {
    const slot = number % this.#capacity;
    const at = slot * STRIDE;
    const offset = this.#rows[at + COLUMN.offset]!;
    const pair = this.#frames.pair(this.#pairs[slot]!);
    const running = (this.#rows[at + COLUMN.bits]! & BITS.running) !== 0;
    return {
      span: this.#arena.slice(offset, offset + this.#rows[at + COLUMN.length]!),
      resource: pair.resource.bytes,
      scope: pair.scope.bytes,
      arrival: this.#arrivalOf(number),
      origin: running ? 'running' : 'memory',
    };
  }

  #verdicts(matcher: SpanMatcher): Int32Array {
    const verdicts = new Int32Array(this.#frames.numbers);
    for (const [index, pair] of this.#frames.pairs()) {
      const { bytes } = pair.resource;
      verdicts[index] = matcher.resource(
        bytes,
        pair.serviceOffset,
        pair.serviceLength,
        () => bytes,
      );
    }
    return verdicts;
  }

  #text(offset: number, length: number): string {
    // An absent name has no place either.
    if (length === 0) return '';
    return Buffer.from(this.#arena.buffer, offset, length).toString('utf8');
  }

  #placeOf(number: number): number {
    return this.#places[number % this.#capacity]!;
  }

  #arrivalOf(number: number): number {
    return wideColumn(this.#rows, number % this.#capacity, COLUMN.arrival);
  }

  /** The first number whose arrival is not below the given one; arrivals rise with the numbers. */
  #firstAtOrAbove(arrival: number): number {
    let low = this.#oldest;
    let high = this.#next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#arrivalOf(middle) < arrival) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
