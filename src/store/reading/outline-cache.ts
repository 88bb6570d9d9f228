/**
 * Outlines of traces that were looked at lately, so that paging through a large one does not scan it for every
 * page. An outline holds as long as the places that hold spans give the very records it was made from: the same
 * arrivals from the same origins in the same order, an arrival being given to one span only. Records themselves
 * are not kept. Bound: `bytesMax` of columns; the least lately used go first.
 */
import { crc32 } from 'node:zlib';
import type { TraceId } from '../../model/ids.ts';
import type { TraceOutline } from '../../model/trace-outline.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { MergedRecords } from './merge-records.ts';

const OUTLINE_BYTES_MAX = 64 * 1024 * 1024;
/** Besides the columns: objects, names of services. */
const OVERHEAD = 4_096;

interface Known {
  readonly outline: TraceOutline;
  readonly rowOf: Int32Array;
  /** By merged record, where merging changed it: what is told otherwise. */
  readonly changes: ReadonlyMap<number, Partial<SpanRecord>>;
  readonly seen: SeenRecords;
  readonly bytes: number;
}

export class OutlineCache {
  readonly #bytesMax: number;
  /** The least lately used first. */
  readonly #known = new Map<TraceId, Known>();
  #bytes = 0;

  constructor(bytesMax: number = OUTLINE_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** The outline, and its records told from those just read; undefined where they are others than before. */
  find(
    traceId: TraceId,
    given: readonly SpanRecord[],
  ): { readonly records: readonly SpanRecord[]; readonly outline: TraceOutline } | undefined {
    const known = this.#known.get(traceId);
    if (known === undefined) return undefined;
    this.#known.delete(traceId);
    if (!known.seen.areSame(given)) {
      this.#bytes -= known.bytes;
      return undefined;
    }
    this.#known.set(traceId, known);
    const records: SpanRecord[] = [];
    for (const row of known.rowOf) records.push(given[row]!);
    for (const [index, change] of known.changes) records[index] = { ...records[index]!, ...change };
    return { records, outline: known.outline };
  }

  /** `merged` is what `given` came to. */
  add(
    traceId: TraceId,
    given: readonly SpanRecord[],
    { records, rowOf }: MergedRecords,
    outline: TraceOutline,
  ): void {
    const changes = new Map<number, Partial<SpanRecord>>();
    for (let index = 0; index < records.length; index++) {
      const record = records[index]!;
      if (record === given[rowOf[index]!]) continue;
      const { arrival, origin, duplicateDiffers } = record;
      const differs = duplicateDiffers === undefined ? {} : { duplicateDiffers };
      changes.set(index, { arrival, origin, ...differs });
    }
    const seen = new SeenRecords(given);
    const bytes = bytesOf(outline) + rowOf.byteLength + seen.bytes + changes.size * 96 + OVERHEAD;
    const before = this.#known.get(traceId);
    if (before !== undefined) this.#bytes -= before.bytes;
    this.#known.delete(traceId);
    this.#known.set(traceId, { outline, rowOf, changes, seen, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#known) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#known.delete(oldest);
      this.#bytes -= freed;
    }
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

  areSame(records: readonly SpanRecord[]): boolean {
    if (records.length !== this.#arrivals.length) return false;
    for (let i = 0; i < records.length; i++) {
      const { arrival, span, origin } = records[i]!;
      if (arrival !== this.#arrivals[i] || span.length !== this.#lengths[i]) return false;
      if (origin !== ORIGINS[this.#origins[i]!]) return false;
    }
    for (const [index, checksum] of this.#checksums) {
      if (checksumOf(records[index]!) !== checksum) return false;
    }
    return true;
  }
}

/** Of a span that runs: its attributes may be set, and so may its program's. */
function checksumOf({ span, resource, scope }: SpanRecord): number {
  return crc32(scope, crc32(resource, crc32(span)));
}

function bytesOf(outline: TraceOutline): number {
  let bytes = 0;
  for (const column of Object.values(outline)) {
    if (ArrayBuffer.isView(column)) bytes += column.byteLength;
  }
  for (const text of [...outline.services, ...outline.summary.operations]) bytes += text.length * 2;
  return bytes;
}
