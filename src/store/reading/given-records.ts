/**
 * What all places together give of a trace, duplicates included, and how to tell later that they still would. Bounds: SPANS_MAX
 * records and BYTES_MAX of memory, of more the first to arrive; places in memory have bounds of their own.
 */
import type { TraceId } from '../../model/ids.ts';
import type { TracePlaces } from '../contracts/placed-spans.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { SpanSource } from '../contracts/span-source.ts';

/** 180 bytes a span while its trace is outlined. */
export const SPANS_MAX = 500_000;
/** Of memory that the stored spans of one trace take while it is outlined. */
export const BYTES_MAX: number = 256 * 1024 * 1024;

export interface GivenBound {
  readonly spansMax: number;
  /** Resolves when this trace may take more than a few megabytes. */
  readonly roomForMany: () => Promise<void>;
  /** Nobody will ask whether it holds: one question less to every place in memory. @default false */
  readonly isForOnce?: boolean;
}

/** What one place gave. */
interface GivenPart {
  readonly records: readonly SpanRecord[];
  /** Where the records can be read again; else they have to be kept. */
  readonly places: TracePlaces | undefined;
  readonly holds: () => Promise<boolean>;
}

export class GivenRecords {
  /** The place with the oldest first, so that little is left to sort. */
  readonly parts: readonly GivenPart[];
  readonly records: readonly SpanRecord[];
  /** Further ones, left out. */
  readonly beyond: number;
  /** By record: where it stands among those of all parts, one after the other. Undefined where at its own index. */
  readonly order: Int32Array | undefined = undefined;
  /** Whether every place, that which gave nothing too, would give the same again. Keeps no record alive. */
  readonly holds: () => Promise<boolean>;

  static async ask(
    sources: readonly SpanSource[],
    traceId: TraceId,
    bound: GivenBound,
    signal?: AbortSignal,
  ): Promise<GivenRecords> {
    const inMemory = sources.filter(({ placed }) => placed === undefined);
    const parts = await Promise.all(inMemory.map((source) => partInMemory(source, traceId, bound)));
    const elsewhere = new Set<number>();
    for (const { records } of parts) for (const { arrival } of records) elsewhere.add(arrival);
    let beyond = 0;
    for (const source of sources) {
      const asked = { ...bound, bytesMax: BYTES_MAX, elsewhere };
      const found = await source.placed?.(traceId, asked, signal);
      if (found === undefined) continue;
      const { records, places } = found;
      beyond += found.beyond;
      parts.push({ records, places, holds: () => places.hold() });
    }
    return new GivenRecords(parts, beyond, bound.spansMax);
  }

  private constructor(places: readonly GivenPart[], beyond: number, spansMax: number) {
    this.holds = everyOne(places.map(({ holds }) => holds));
    const parts = places.filter(({ records }) => records.length > 0);
    parts.sort((a, b) => a.records[0]!.arrival - b.records[0]!.arrival);
    const all = parts.length === 1 ? parts[0]!.records : parts.flatMap(({ records }) => records);
    this.parts = parts;
    if (all.length <= spansMax) {
      this.records = all;
      this.beyond = beyond;
      return;
    }
    const order = inOrderOfArrival(all);
    this.order = order.slice(0, spansMax);
    this.records = Array.from(this.order, (at) => all[at]!);
    this.beyond = beyond + arrivalsBehind(all, order, spansMax);
  }
}

function everyOne(asked: readonly (() => Promise<boolean>)[]): () => Promise<boolean> {
  return async () => (await Promise.all(asked.map((ask) => ask()))).every(Boolean);
}

function inOrderOfArrival(records: readonly SpanRecord[]): Int32Array {
  const order = Int32Array.from(records.keys());
  return order.sort((a, b) => records[a]!.arrival - records[b]!.arrival);
}

/** How many spans follow the first ones: what two places gave of one span has one arrival. */
function arrivalsBehind(
  records: readonly SpanRecord[],
  order: Int32Array,
  spansMax: number,
): number {
  let count = 0;
  for (let i = spansMax; i < order.length; i++)
    if (records[order[i]!]!.arrival !== records[order[i - 1]!]!.arrival) count++;
  return count;
}

async function partInMemory(
  source: SpanSource,
  traceId: TraceId,
  { isForOnce = false }: GivenBound,
): Promise<GivenPart> {
  // Asked before the records: what comes between the two changes it.
  const marked = isForOnce ? undefined : source.mark?.(traceId);
  const [mark, records] = await Promise.all([marked, source.trace(traceId)]);
  return {
    records,
    places: undefined,
    holds: async () => mark !== undefined && (await source.mark?.(traceId)) === mark,
  };
}
