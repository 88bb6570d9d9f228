/**
 * The embedded store as a place that holds spans. For a thread that reads: it maps partitions itself and asks
 * the writer for nothing.
 *
 * A search goes from the youngest block to the oldest, passes blocks over by their heads, and stops after
 * BODIES_A_CALL opened bodies: whoever asked goes on from `reachedArrival`.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { idWords, type TraceId, traceIdOfWords } from '../../model/ids.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import type { StorageReport } from '../../model/statistics.ts';
import { type SpanBatch, spanBytes, wideColumn } from '../../otlp/span-batch.ts';
import { COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { traceHash } from '../columns/trace-hash.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { FoundSpans, Operation, SpanMatch, SpanSource } from '../contracts/span-source.ts';
import type { SpanFilter } from '../contracts/trace-query.ts';
import { SpanMatcher } from '../reading/span-matcher.ts';
import { MinuteStatistics } from '../statistics/minute-statistics.ts';
import { NAME_BYTES_MAX } from '../statistics/name-table.ts';
import { decodeMinute } from '../statistics/statistics-codec.ts';
import type { StatisticsSource } from '../statistics/statistics-source.ts';
import { type Frames, framesOf } from './block.ts';
import type { PartitionRecord } from './catalogue.ts';
import type { BlockHead } from './head-format.ts';
import type { Partition } from './partition.ts';
import type { SoundPartitions } from './sound-partitions.ts';

const BODIES_A_CALL = 32;
const HEADS_A_TURN = 512;

export class LmdbSource implements SpanSource, StatisticsSource {
  readonly #partitions: SoundPartitions;
  /** Service → its operations, of partitions that are closed. Bounded with the partitions themselves. */
  readonly #closedNames = new Map<number, Map<string, Map<string, Operation>>>();

  constructor(partitions: SoundPartitions) {
    this.#partitions = partitions;
  }

  async trace(traceId: TraceId): Promise<readonly SpanRecord[]> {
    const words = idWords(traceId);
    const hash = traceHash(words, 0);
    const records: SpanRecord[] = [];
    for (const { number } of this.#partitions.records()) {
      const partition = await this.#partitions.open(number);
      if (partition === undefined) continue;
      for (const block of this.#partitions.blocksOf(number, partition, hash)) {
        const batch = this.#partitions.block(number, partition, block);
        if (batch !== undefined) collect(batch, words, records);
      }
    }
    return records;
  }

  async find(
    filter: SpanFilter,
    page: { readonly before: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<FoundSpans> {
    const search = new BlockSearch(filter, page);
    const records = this.#partitions.records();
    const totals = await this.#totals(records);
    let spans = 0;
    const stopped = (reachedArrival: number): FoundSpans => ({
      matches: search.matches,
      reachedArrival,
      examined: {
        where: 'store',
        spans,
        of: totals.spans,
        blocksRead: search.blocksRead,
        blocksTotal: totals.blocks,
      },
    });
    let headsSeen = 0;
    let reached = page.before;
    for (const record of [...records].reverse()) {
      let partition = await this.#partitions.open(record.number, signal);
      if (partition === undefined) continue;
      for (let block = partition.blockCount() - 1; block >= 0; block--) {
        if (++headsSeen % HEADS_A_TURN === 0 || search.isDue()) {
          await turn();
          signal.throwIfAborted();
          partition = await this.#partitions.open(record.number, signal);
          if (partition === undefined) break;
        }
        const head = this.#partitions.head(record.number, partition, block);
        if (head === undefined || head.arrivalMin >= page.before) continue;
        spans += head.spanCount;
        if (search.mayMatch(head)) {
          if (search.blocksRead >= BODIES_A_CALL) return stopped(reached);
          const batch = this.#partitions.block(record.number, partition, block);
          if (batch !== undefined && search.look(batch)) return stopped(search.reachedArrival);
        }
        reached = head.arrivalMin;
      }
    }
    return stopped(0);
  }

  async services(): Promise<readonly string[]> {
    return [...(await this.#names()).keys()];
  }

  async operations(service: string): Promise<readonly Operation[]> {
    return [...((await this.#names()).get(service)?.values() ?? [])];
  }

  async *minutes(from: number, to: number): AsyncGenerator<MinuteStatistics> {
    const holders = new Map<number, number[]>();
    for (const { number } of this.#partitions.records()) {
      const partition = await this.#partitions.open(number);
      if (partition === undefined) continue;
      for (const minute of partition.minutesBetween(from, to)) {
        const known = holders.get(minute);
        if (known) known.push(number);
        else holders.set(minute, [number]);
      }
    }
    for (const minute of [...holders.keys()].sort((a, b) => a - b)) {
      const merged = new MinuteStatistics(minute);
      for (const number of holders.get(minute)!) {
        const stored = (await this.#partitions.open(number))?.statistics(minute);
        const decoded = stored === undefined ? undefined : decodeMinute(stored);
        if (decoded !== undefined) merged.merge(decoded);
      }
      yield merged;
    }
  }

  async storage(): Promise<StorageReport> {
    const records = this.#partitions.records();
    const totals = await this.#totals(records);
    return {
      spans: totals.spans,
      bytes: totals.bytes,
      oldest: records.length === 0 ? undefined : nanoOf(records[0]!.openedAtMs),
      newest: records.length === 0 ? undefined : nanoOf(totals.newestMs),
    };
  }

  async #totals(
    records: readonly PartitionRecord[],
  ): Promise<{ spans: number; blocks: number; bytes: number; newestMs: number }> {
    const totals = { spans: 0, blocks: 0, bytes: 0, newestMs: 0 };
    for (const record of records) {
      let { spans, blocks, bytes, newestMs } = record;
      if (record.state === 'open') {
        // The catalogue learns of an open partition when it is closed; until then its heads tell.
        const partition = await this.#partitions.open(record.number);
        if (partition === undefined) continue;
        blocks = partition.blockCount();
        bytes = partition.fileBytes();
        spans = 0;
        for (const head of this.#headsOf(record.number, partition)) {
          spans += head.spanCount;
          newestMs = Math.max(newestMs, head.writtenAtMs);
        }
      }
      totals.spans += spans;
      totals.blocks += blocks;
      totals.bytes += bytes;
      totals.newestMs = Math.max(totals.newestMs, newestMs);
    }
    return totals;
  }

  *#headsOf(number: number, partition: Partition): Generator<BlockHead> {
    const count = partition.blockCount();
    for (let block = 0; block < count; block++) {
      const head = this.#partitions.head(number, partition, block);
      if (head !== undefined) yield head;
    }
  }

  async #names(): Promise<Map<string, Map<string, Operation>>> {
    const all = new Map<string, Map<string, Operation>>();
    const records = this.#partitions.records();
    const numbers = new Set(records.map(({ number }) => number));
    for (const number of [...this.#closedNames.keys()])
      if (!numbers.has(number)) this.#closedNames.delete(number);
    for (const record of records) {
      let names = this.#closedNames.get(record.number);
      if (names === undefined) {
        const partition = await this.#partitions.open(record.number);
        if (partition === undefined) continue;
        names = namesOf(this.#headsOf(record.number, partition));
        if (record.state === 'closed') this.#closedNames.set(record.number, names);
      }
      for (const [service, operations] of names) {
        const known = all.get(service) ?? new Map<string, Operation>();
        for (const [key, operation] of operations) known.set(key, operation);
        all.set(service, known);
      }
    }
    return all;
  }
}

function nanoOf(ms: number): bigint {
  return BigInt(Math.round(ms)) * 1_000_000n;
}

function namesOf(heads: Iterable<BlockHead>): Map<string, Map<string, Operation>> {
  const names = new Map<string, Map<string, Operation>>();
  for (const head of heads) {
    for (const service of head.services) if (!names.has(service)) names.set(service, new Map());
    for (const { service, kind, name } of head.operations) {
      const operation = { name, kind: SPAN_KINDS[kind >> 4] ?? 'Function' };
      names.get(head.services[service]!)!.set(`${operation.kind} ${name}`, operation);
    }
  }
  return names;
}

/** Appends the spans of a trace. Their bytes are views of the block, which is never written again. */
function collect(batch: SpanBatch, words: Uint32Array, records: SpanRecord[]): void {
  const { rows } = batch;
  let scope = -1;
  let frames: Frames | undefined;
  for (let row = 0; row < batch.count; row++) {
    const at = row * STRIDE;
    if (
      rows[at + 3] !== words[3] ||
      rows[at + 2] !== words[2] ||
      rows[at + 1] !== words[1] ||
      rows[at] !== words[0]
    )
      continue;
    if (frames === undefined || rows[at + COLUMN.scope] !== scope) {
      scope = rows[at + COLUMN.scope]!;
      frames = framesOf(batch, scope);
    }
    records.push({
      span: spanBytes(batch, row),
      ...frames,
      arrival: wideColumn(rows, row, COLUMN.arrival),
      origin: 'stored',
    });
  }
}

/** One call of `find`: what it looks for, what it has found, how far it came. */
class BlockSearch {
  readonly matches: SpanMatch[] = [];
  blocksRead = 0;
  reachedArrival = 0;
  readonly #filter: SpanFilter;
  readonly #before: number;
  readonly #limit: number;
  readonly #matcher: SpanMatcher;
  readonly #traces = new Set<TraceId>();
  readonly #operation: string | undefined;
  #yieldAt = performance.now() + 10;

  constructor(filter: SpanFilter, page: { readonly before: number; readonly limit: number }) {
    this.#filter = filter;
    this.#before = page.before;
    this.#limit = page.limit;
    this.#matcher = new SpanMatcher(filter);
    // Heads know a long name by its beginning.
    this.#operation =
      filter.operation === undefined
        ? undefined
        : Buffer.from(filter.operation).subarray(0, NAME_BYTES_MAX).toString('utf8');
  }

  /** Other work on this thread has waited long enough. */
  isDue(): boolean {
    const now = performance.now();
    if (now < this.#yieldAt) return false;
    this.#yieldAt = now + 10;
    return true;
  }

  mayMatch(head: BlockHead): boolean {
    const filter = this.#filter;
    if (filter.fromUnixNano !== undefined && head.startMax < filter.fromUnixNano) return false;
    if (filter.toUnixNano !== undefined && head.startMin >= filter.toUnixNano) return false;
    if (filter.minDurationNano !== undefined && head.durationMax < filter.minDurationNano)
      return false;
    if (filter.maxDurationNano !== undefined && head.durationMin > filter.maxDurationNano)
      return false;
    if (filter.status === 'Failed' && head.errorCount === 0) return false;
    const service = this.#indexOf(head, filter.service);
    if (service === -1) return false;
    if (this.#operation === undefined) return true;
    return head.operations.some(
      (entry) =>
        entry.name === this.#operation && (service === undefined || entry.service === service),
    );
  }

  /** Undefined: any service; −1: not in this block. */
  #indexOf(head: BlockHead, service: string | undefined): number | undefined {
    if (service === undefined) return undefined;
    const known = Buffer.from(service).subarray(0, NAME_BYTES_MAX).toString('utf8');
    return head.services.indexOf(known);
  }

  /** Looks at every row, youngest first; true once enough traces are found. */
  look(batch: SpanBatch): boolean {
    this.blocksRead++;
    const matches = this.#matcher.over(batch);
    const order = rowsByArrival(batch);
    for (const row of order) {
      const arrival = wideColumn(batch.rows, row, COLUMN.arrival);
      if (arrival >= this.#before || !matches(row)) continue;
      const traceId = traceIdOfWords(batch.rows, row * STRIDE);
      this.matches.push({ traceId, arrival });
      this.#traces.add(traceId);
      if (this.#traces.size >= this.#limit) {
        this.reachedArrival = arrival;
        return true;
      }
    }
    return false;
  }
}

/** Rows by falling arrival. They nearly always are in rising order already. */
function rowsByArrival(batch: SpanBatch): number[] {
  const order = Array.from({ length: batch.count }, (_, row) => batch.count - 1 - row);
  const arrival = (row: number) => wideColumn(batch.rows, row, COLUMN.arrival);
  return order.sort((a, b) => arrival(b) - arrival(a));
}
