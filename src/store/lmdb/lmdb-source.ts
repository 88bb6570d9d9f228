/**
 * The embedded store as a place that holds spans. For a thread that reads: it opens partitions itself and asks
 * the writer for nothing.
 *
 * A search goes from the youngest block to the oldest, passes over those that cannot match, and stops after
 * EFFORT_A_CALL opened ones: whoever asked goes on from `reachedArrival`.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { idWords, type TraceId } from '../../model/ids.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import type { StorageReport } from '../../model/statistics.ts';
import type { PlacedSpans, ReadBound } from '../contracts/placed-spans.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { FoundSpans, Operation, SpanSource } from '../contracts/span-source.ts';
import type { SpanFilter } from '../contracts/trace-query.ts';
import type { MinuteStatistics } from '../statistics/minute-statistics.ts';
import type { StatisticsSource } from '../statistics/statistics-source.ts';
import { BlockSearch } from './block-search.ts';
import type { PartitionRecord } from './catalogue.ts';
import type { SoundPartitions } from './sound-partitions.ts';
import type { PartitionScan, PartitionTotals, StoredPartition } from './stored-partition.ts';
import { markOfTrace, readTrace } from './trace-places.ts';

/** Blocks that are opened and looked at; where a block is only searched for bytes, several. */
const EFFORT_A_CALL = 32;
const EXTENTS_A_TURN = 4_096;
/** Of who asks for all of a trace at once: a test, which has small ones. */
const UNBOUNDED: ReadBound = {
  spansMax: Number.POSITIVE_INFINITY,
  bytesMax: Number.POSITIVE_INFINITY,
  elsewhere: new Set(),
  roomForMany: async () => {},
};

/** Of a partition that is closed: service → its operations. */
type Names = Map<string, Map<string, Operation>>;

export class LmdbSource implements SpanSource, StatisticsSource {
  readonly #partitions: SoundPartitions;
  /** Bounded with the partitions themselves. */
  readonly #closedNames = new Map<number, Names>();

  constructor(partitions: SoundPartitions) {
    this.#partitions = partitions;
  }

  async trace(traceId: TraceId): Promise<readonly SpanRecord[]> {
    return (await this.placed(traceId, UNBOUNDED)).records;
  }

  placed(traceId: TraceId, bound: ReadBound, signal?: AbortSignal): Promise<PlacedSpans> {
    return readTrace(this.#partitions, traceId, bound, signal);
  }

  mark(traceId: TraceId): Promise<string> {
    return markOfTrace(this.#partitions, idWords(traceId));
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
    let seen = 0;
    let reached = page.before;
    let below = page.before;
    for (const record of [...records].reverse()) {
      let partition = await this.#partitions.open(record.number, signal);
      if (partition === undefined) continue;
      let scan: PartitionScan = partition.scan(search);
      for (let block = scan.blockCount - 1; block >= 0; block--) {
        if (++seen % EXTENTS_A_TURN === 0 || search.isDue()) {
          await turn();
          signal.throwIfAborted();
          const again: StoredPartition | undefined = await this.#partitions.open(
            record.number,
            signal,
          );
          if (again === undefined) break;
          // Rewritten meanwhile: its blocks are others now, and what was reached tells where to go on.
          if (again !== partition) {
            partition = again;
            scan = partition.scan(search);
            block = scan.blockCount;
            below = reached;
            continue;
          }
        }
        const extent = scan.extent(block);
        if (extent === undefined || extent.arrivalMin >= below) continue;
        spans += extent.spanCount;
        if (scan.mayMatch(block)) {
          if (search.effort >= EFFORT_A_CALL) return stopped(reached);
          search.effort += scan.effort(block);
          search.blocksRead++;
          if (scan.look(block)) return stopped(search.reachedArrival);
        }
        reached = extent.arrivalMin;
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

  async catalogue(): Promise<ReadonlyMap<string, readonly Operation[]>> {
    const names = await this.#names();
    return new Map(Array.from(names, ([service, of]) => [service, [...of.values()]]));
  }

  async *minutes(from: number, to: number, unitMax = 1): AsyncGenerator<MinuteStatistics> {
    for (const { number } of this.#partitions.records()) {
      const partition = await this.#partitions.open(number);
      // All of a partition at once: it may be closed at the next await.
      if (partition !== undefined) yield* [...partition.periods(from, to, unitMax)];
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

  async #totals(records: readonly PartitionRecord[]): Promise<PartitionTotals> {
    let [spans, blocks, bytes, newestMs] = [0, 0, 0, 0];
    for (const record of records) {
      // The catalogue learns of an open partition when it is closed; until then its heads tell.
      const known =
        record.state === 'open' ? (await this.#partitions.open(record.number))?.totals() : record;
      if (known === undefined) continue;
      spans += known.spans;
      blocks += known.blocks;
      bytes += known.bytes;
      newestMs = Math.max(newestMs, known.newestMs);
    }
    return { spans, blocks, bytes, newestMs };
  }

  async #names(): Promise<Names> {
    const all: Names = new Map();
    const records = this.#partitions.records();
    const numbers = new Set(records.map(({ number }) => number));
    for (const number of [...this.#closedNames.keys()])
      if (!numbers.has(number)) this.#closedNames.delete(number);
    for (const record of records) {
      let names = this.#closedNames.get(record.number);
      if (names === undefined) {
        const partition = await this.#partitions.open(record.number);
        if (partition === undefined) continue;
        names = namesOf(partition);
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

function namesOf(partition: StoredPartition): Names {
  const names: Names = new Map();
  for (const service of partition.services())
    if (!names.has(service)) names.set(service, new Map());
  for (const { service, name, kind } of partition.operations()) {
    const operation = { name, kind: SPAN_KINDS[kind] ?? 'Function' };
    names.get(service)!.set(`${operation.kind} ${name}`, operation);
  }
  return names;
}
