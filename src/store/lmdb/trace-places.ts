/**
 * Reads one trace from the partitions, and remembers where its spans lie: so many of them, in that block of that partition.
 * Blocks never change; a partition that was rewritten meanwhile, or grew by blocks that may hold the trace, is noticed.
 *
 * Reads in turns of TURN_MS. Holds what its bound says; what is beyond is counted and not kept. 100 bytes a block are
 * remembered.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { idWords, type TraceId } from '../../model/ids.ts';
import type { PlacedSpans, ReadBound, TracePlaces } from '../contracts/placed-spans.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { SoundPartitions } from './sound-partitions.ts';
import type { StoredPartition } from './stored-partition.ts';

/** Up to here a trace is read however many others are. */
const FEW_BYTES_MAX = 16 * 1024 * 1024;
const TURN_MS = 8;
const EXTENT_BYTES = 100;

/** Spans of the trace that lie in one block. */
interface Extent {
  readonly partition: number;
  readonly form: string;
  readonly block: number;
  /** Index of its first span among the records. */
  readonly first: number;
  readonly count: number;
}

export async function readTrace(
  partitions: SoundPartitions,
  traceId: TraceId,
  bound: ReadBound,
  signal?: AbortSignal,
): Promise<PlacedSpans> {
  const words = idWords(traceId);
  const held = new HeldSpans(bound);
  const marks: string[] = [];
  const turns = new Turns(signal);
  for (const { number } of partitions.records()) {
    for (let partition = await partitions.open(number); partition !== undefined; ) {
      const { form } = partition;
      const blocks = partition.blocksOfTrace(words);
      const start = held.state();
      for (const block of blocks) {
        held.take(number, partition, block, words);
        if (held.isGrowing()) await bound.roomForMany();
        else if (!turns.isOver()) continue;
        await turns.next();
        partition = await partitions.open(number);
        if (partition?.form !== form) break;
      }
      if (partition?.form === form) {
        if (blocks.length > 0) marks.push(markOf(number, partition, blocks));
        break;
      }
      // Rewritten meanwhile: what it gave lies elsewhere now. Gone: so is what it gave.
      held.restore(start);
    }
  }
  const { records, beyond, extents } = held;
  const places = new StoredPlaces(partitions, words, marks.join(), extents);
  return { records, beyond, places };
}

/** What changes with what the partitions give of a trace. */
export async function markOfTrace(
  partitions: SoundPartitions,
  words: Uint32Array,
): Promise<string> {
  const marks: string[] = [];
  for (const { number } of partitions.records()) {
    const partition = await partitions.open(number);
    const blocks = partition?.blocksOfTrace(words) ?? [];
    if (blocks.length > 0) marks.push(markOf(number, partition!, blocks));
  }
  return marks.join();
}

function markOf(number: number, { form }: StoredPartition, blocks: readonly number[]): string {
  return `${number} ${form} ${blocks.length} ${blocks.at(-1)}`;
}

/** What was read so far. */
class HeldSpans {
  readonly records: SpanRecord[] = [];
  readonly extents: Extent[] = [];
  beyond = 0;
  /** Of memory that the records keep alive: views keep whole blocks. */
  bytes = 0;
  readonly #bound: ReadBound;
  #isFull = false;
  #isMany = false;

  constructor(bound: ReadBound) {
    this.#bound = bound;
  }

  /** True once: when it begins to hold more than a few. */
  isGrowing(): boolean {
    const isFirst = !this.#isMany && this.bytes > FEW_BYTES_MAX;
    this.#isMany ||= isFirst;
    return isFirst;
  }

  take(number: number, partition: StoredPartition, block: number, words: Uint32Array): void {
    if (this.#isFull) {
      this.#passOver(partition.arrivalsOfTrace(block, words));
      return;
    }
    const spans = partition.spansOfTrace(block, words);
    const first = this.records.length;
    let memory: ArrayBufferLike | undefined;
    for (const record of spans) {
      if (this.records.length >= this.#bound.spansMax || this.bytes >= this.#bound.bytesMax) {
        this.#isFull = true;
        this.#passOver(spans.slice(this.records.length - first).map(({ arrival }) => arrival));
        break;
      }
      if (record.span.buffer !== memory) {
        memory = record.span.buffer;
        this.bytes += memory.byteLength;
      }
      this.records.push(record);
    }
    const count = this.records.length - first;
    const { form } = partition;
    if (count > 0) this.extents.push({ partition: number, form, block, first, count });
  }

  #passOver(arrivals: readonly number[]): void {
    for (const arrival of arrivals) if (!this.#bound.elsewhere.has(arrival)) this.beyond++;
  }

  state(): readonly number[] {
    return [this.records.length, this.extents.length, this.beyond, this.bytes];
  }

  restore([records, extents, beyond, bytes]: readonly number[]): void {
    this.records.length = records!;
    this.extents.length = extents!;
    this.beyond = beyond!;
    this.bytes = bytes!;
    this.#isFull = false;
  }
}

class StoredPlaces implements TracePlaces {
  readonly #partitions: SoundPartitions;
  readonly #words: Uint32Array;
  readonly #mark: string;
  readonly #extents: readonly Extent[];

  constructor(
    partitions: SoundPartitions,
    words: Uint32Array,
    mark: string,
    extents: readonly Extent[],
  ) {
    this.#partitions = partitions;
    this.#words = words;
    this.#mark = mark;
    this.#extents = extents;
  }

  get bytes(): number {
    return this.#extents.length * EXTENT_BYTES + this.#mark.length * 2;
  }

  async hold(): Promise<boolean> {
    return (await markOfTrace(this.#partitions, this.#words)) === this.#mark;
  }

  async read(indexes: readonly number[]): Promise<readonly SpanRecord[] | undefined> {
    const turns = new Turns();
    const records: SpanRecord[] = [];
    let partition: StoredPartition | undefined;
    let number: number | undefined;
    for (let at = 0; at < indexes.length; ) {
      const extent = this.#extentOf(indexes[at]!);
      if (extent === undefined) return undefined;
      if (turns.isOver()) {
        await turns.next();
        number = undefined;
      }
      if (number !== extent.partition) {
        number = extent.partition;
        partition = await this.#partitions.open(number);
      }
      if (partition?.form !== extent.form) return undefined;
      const places: number[] = [];
      for (; at < indexes.length && indexes[at]! < extent.first + extent.count; at++)
        places.push(indexes[at]! - extent.first);
      const some = partition.someOfTrace(extent.block, this.#words, places);
      if (some.length !== places.length) return undefined;
      for (const record of some) records.push(record);
    }
    return records;
  }

  /** The last that begins at or before the index. */
  #extentOf(index: number): Extent | undefined {
    const extents = this.#extents;
    let low = 0;
    let high = extents.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (extents[middle]!.first <= index) low = middle;
      else high = middle - 1;
    }
    const found = extents[low];
    return found !== undefined && index < found.first + found.count ? found : undefined;
  }
}

/** Lets others have their turn now and then. Partitions must be opened anew behind each. */
class Turns {
  readonly #signal: AbortSignal | undefined;
  #until = performance.now() + TURN_MS;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  isOver(): boolean {
    return performance.now() >= this.#until;
  }

  /** @throws the signal's reason */
  async next(): Promise<void> {
    await turn();
    this.#signal?.throwIfAborted();
    this.#until = performance.now() + TURN_MS;
  }
}
