/**
 * What is remembered of a trace that was read: its outline, what tells its records apart, and where they lie, but not the
 * records themselves, unless they lie in memory only. Some 110 bytes a span.
 */
import { crc32 } from 'node:zlib';
import type { TraceOutline } from '../../model/trace-outline.ts';
import type { TracePlaces } from '../contracts/placed-spans.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import { TraceMoved } from '../contracts/trace-moved.ts';
import type { GivenRecords } from './given-records.ts';
import type { MergedRecords } from './merge-records.ts';

/** Besides the columns: objects, names of services. */
const OVERHEAD = 4_096;
const RECORD_OVERHEAD = 200;
const TEXT_OVERHEAD = 24;
/** More than one question asks for, and few enough to stand beside a place in one number. */
const AT_MAX = 2 ** 24;

const placeIn = (wanted: number): number => Math.floor(wanted / AT_MAX);

/** Where the records from index `first` on lie. */
interface Stretch {
  readonly first: number;
  readonly places: TracePlaces;
}

export class KnownTrace {
  readonly outline: TraceOutline;
  /** Of the trace, with those that the outline lacks. */
  readonly spanCount: number;
  readonly #rowOf: Int32Array;
  /** By merged record, where merging changed it: what is told otherwise. */
  readonly #changes = new Map<number, Partial<SpanRecord>>();
  readonly #seen: SeenRecords;
  #holds: () => Promise<boolean> = async () => false;
  #order: Int32Array | undefined;
  #stretches: readonly Stretch[] = [];
  /** By index among all that was given: what lies nowhere to be read again. */
  #kept: ReadonlyMap<number, SpanRecord> = new Map();

  /** `merged` is what `given` came to. */
  constructor(outline: TraceOutline, { records, rowOf }: MergedRecords, given: GivenRecords) {
    this.outline = outline;
    this.spanCount = outline.count + given.beyond;
    this.#rowOf = rowOf;
    for (let index = 0; index < records.length; index++) {
      const record = records[index]!;
      if (record === given.records[rowOf[index]!]) continue;
      const { arrival, origin, duplicateDiffers } = record;
      const differs = duplicateDiffers === undefined ? {} : { duplicateDiffers };
      this.#changes.set(index, { arrival, origin, ...differs });
    }
    this.#seen = new SeenRecords(given.records);
    this.#lay(given);
  }

  get bytes(): number {
    let bytes = OVERHEAD + this.#rowOf.byteLength + this.#seen.bytes + this.#changes.size * 96;
    for (const { places } of this.#stretches) bytes += places.bytes;
    for (const { span, resource, scope } of this.#kept.values())
      bytes += RECORD_OVERHEAD + span.length + resource.length + scope.length;
    return bytes + bytesOf(this.outline);
  }

  /** Told from what was read, where places cannot tell it from a look. */
  get contents(): string {
    return `${this.spanCount}-${this.#seen.checksum}`;
  }

  /** Whether all places would give what they gave. */
  holds(): Promise<boolean> {
    return this.#holds();
  }

  /** Whether these are the same records; then they are read where they lie now. */
  isOf(given: GivenRecords): boolean {
    if (!this.#seen.areSame(given.records)) return false;
    if (this.spanCount !== this.outline.count + given.beyond) return false;
    this.#lay(given);
    return true;
  }

  /** All merged records, told from those just read. */
  all(given: readonly SpanRecord[]): readonly SpanRecord[] {
    const records: SpanRecord[] = [];
    for (const row of this.#rowOf) records.push(given[row]!);
    for (const [index, change] of this.#changes) records[index] = { ...records[index]!, ...change };
    return records;
  }

  /** Some merged records. @throws TraceMoved, and then the trace is known no more */
  async read(indexes: readonly number[]): Promise<readonly SpanRecord[]> {
    const records = await this.#read(indexes);
    if (records !== undefined) return records;
    // Also where a place says that all is as it was: a block may have been damaged since.
    this.#holds = async () => false;
    throw new TraceMoved();
  }

  async #read(indexes: readonly number[]): Promise<readonly SpanRecord[] | undefined> {
    const records = new Array<SpanRecord>(indexes.length);
    // Places and where they are wanted, as numbers that sort together: an object each would cost more than the reading.
    const wanted = new Float64Array(indexes.length);
    let count = 0;
    for (let at = 0; at < indexes.length; at++) {
      const place = this.#placeOf(this.#rowOf[indexes[at]!]!);
      const kept = this.#kept.get(place);
      if (kept === undefined) wanted[count++] = place * AT_MAX + at;
      else records[at] = kept;
    }
    const sorted = wanted.subarray(0, count).sort();
    for (let from = 0; from < count; ) {
      const place = placeIn(sorted[from]!);
      const stretch = this.#stretches.findLast(({ first }) => first <= place)!;
      const next = this.#stretches.find(({ first }) => first > stretch.first)?.first ?? Infinity;
      const places: number[] = [];
      let end = from;
      for (; end < count && placeIn(sorted[end]!) < next; end++)
        places.push(placeIn(sorted[end]!) - stretch.first);
      const found = await stretch.places.read(places);
      if (found === undefined) return undefined;
      for (let i = from; i < end; i++) records[sorted[i]! % AT_MAX] = found[i - from]!;
      from = end;
    }
    for (const [at, index] of indexes.entries()) {
      if (!this.#seen.isSame(this.#rowOf[index]!, records[at]!)) return undefined;
      const change = this.#changes.get(index);
      if (change !== undefined) records[at] = { ...records[at]!, ...change };
    }
    return records;
  }

  #placeOf(row: number): number {
    return this.#order === undefined ? row : this.#order[row]!;
  }

  #lay({ parts, records, order, holds }: GivenRecords): void {
    this.#holds = holds;
    this.#order = order;
    const stretches: Stretch[] = [];
    const inMemory: { readonly first: number; readonly end: number }[] = [];
    let first = 0;
    for (const part of parts) {
      const end = first + part.records.length;
      if (part.places === undefined) inMemory.push({ first, end });
      else stretches.push({ first, places: part.places });
      first = end;
    }
    const kept = new Map<number, SpanRecord>();
    if (inMemory.length > 0)
      for (const row of this.#rowOf) {
        const place = this.#placeOf(row);
        if (inMemory.some((part) => place >= part.first && place < part.end))
          kept.set(place, records[row]!);
      }
    this.#stretches = stretches;
    this.#kept = kept;
  }
}

const ORIGINS: readonly SpanRecord['origin'][] = ['stored', 'memory', 'running'];

/** What tells records apart without their bytes. */
class SeenRecords {
  readonly #arrivals: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #origins: Uint8Array;
  /** By index: of a span that runs the bytes change under one arrival. */
  readonly #checksums = new Map<number, number>();

  constructor(records: readonly SpanRecord[]) {
    this.#arrivals = new Float64Array(records.length);
    this.#lengths = new Uint32Array(records.length);
    this.#origins = new Uint8Array(records.length);
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      this.#arrivals[i] = record.arrival;
      this.#lengths[i] = record.span.length;
      this.#origins[i] = ORIGINS.indexOf(record.origin);
      if (record.origin === 'running') this.#checksums.set(i, checksumOf(record));
    }
  }

  get bytes(): number {
    return this.#arrivals.length * 13 + this.#checksums.size * 48;
  }

  get checksum(): string {
    let sum = 0;
    for (const column of [this.#arrivals, this.#lengths, this.#origins])
      sum = crc32(new Uint8Array(column.buffer), sum);
    for (const [index, checksum] of this.#checksums) sum = crc32(`${index} ${checksum}`, sum);
    return sum.toString(16);
  }

  areSame(records: readonly SpanRecord[]): boolean {
    if (records.length !== this.#arrivals.length) return false;
    for (let i = 0; i < records.length; i++) if (!this.isSame(i, records[i]!)) return false;
    return true;
  }

  isSame(index: number, record: SpanRecord): boolean {
    const { arrival, span, origin } = record;
    if (arrival !== this.#arrivals[index] || span.length !== this.#lengths[index]) return false;
    if (origin !== ORIGINS[this.#origins[index]!]) return false;
    const checksum = this.#checksums.get(index);
    return checksum === undefined || checksumOf(record) === checksum;
  }
}

/** Of a span that runs: its attributes may be set, and so may its program's, which may go. */
function checksumOf({ span, resource, scope, process }: SpanRecord): number {
  return crc32(process ?? '', crc32(scope, crc32(resource, crc32(span))));
}

function bytesOf(outline: TraceOutline): number {
  let bytes = 0;
  for (const column of Object.values(outline)) {
    if (ArrayBuffer.isView(column)) bytes += column.byteLength;
  }
  const texts = [outline.services, outline.summary.operations, outline.names];
  for (const some of texts) for (const text of some) bytes += TEXT_OVERHEAD + text.length;
  return bytes;
}
