/** Reads what encodeDoubles and encodeTimes wrote. @throws DamagedBlock */
import type { ByteReader } from './byte-reader.ts';
import { CHUNK } from './chunk-format.ts';
import type { ChunkReader, StreamPlace } from './chunk-reader.ts';
import { DamagedBlock } from './damaged-block.ts';
import { decodeIndexes, decodeInts, type IntsPlace, readIntsPlace } from './decode-ints.ts';
import { EXPONENT_MAX, PLANES } from './encode-values.ts';
import { addDifference } from './wide-difference.ts';

export interface DoublesPlace {
  readonly count: number;
  readonly scale: number;
  readonly ints: IntsPlace | undefined;
  readonly planes: readonly StreamPlace[];
}

export function readDoublesPlace(
  meta: ByteReader,
  chunks: ChunkReader,
  count: number,
): DoublesPlace {
  const how = count === 0 ? 0 : meta.byte();
  if (how === PLANES) {
    const planes = Array.from({ length: 8 }, () => chunks.place(meta.byte(), count));
    return { count, scale: 1, ints: undefined, planes };
  }
  if (how > EXPONENT_MAX) throw new DamagedBlock('doubles in an unknown form');
  return { count, scale: 10 ** how, ints: readIntsPlace(meta, chunks, count), planes: [] };
}

/** Eight bytes each. */
export function decodeDoubles(chunks: ChunkReader, place: DoublesPlace): Uint8Array {
  const { count, scale, ints, planes } = place;
  if (ints) {
    const values = decodeInts(chunks, ints);
    for (let i = 0; i < count; i++) values[i] = values[i]! / scale;
    return new Uint8Array(values.buffer);
  }
  const out = new Uint8Array(count * 8);
  for (const [p, stream] of planes.entries()) {
    const bytes = chunks.bytes(stream);
    for (let i = 0; i < count; i++) out[i * 8 + p] = bytes[i]!;
  }
  return out;
}

export interface TimesPlace {
  readonly farRows: IntsPlace;
  readonly farWords: StreamPlace;
  readonly differences: IntsPlace;
}

export function readTimesPlace(meta: ByteReader, chunks: ChunkReader, count: number): TimesPlace {
  const far = meta.varint(count);
  const farRows = readIntsPlace(meta, chunks, far);
  const farWords = chunks.place(CHUNK.ids, far * 8);
  return { farRows, farWords, differences: readIntsPlace(meta, chunks, count) };
}

/** Times against a base each. */
export class Times {
  readonly #differences: Float64Array;
  readonly #far = new Map<number, readonly [number, number]>();

  constructor(chunks: ChunkReader, place: TimesPlace) {
    this.#differences = decodeInts(chunks, place.differences);
    const rows = decodeIndexes(chunks, place.farRows, place.differences.count);
    const bytes = chunks.bytes(place.farWords);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let i = 0; i < rows.length; i++)
      this.#far.set(rows[i]!, [view.getUint32(i * 8, true), view.getUint32(i * 8 + 4, true)]);
  }

  get count(): number {
    return this.#differences.length;
  }

  /** Writes time `i` at `out[at]`, low word first. */
  put(i: number, baseLow: number, baseHigh: number, out: Uint32Array, at: number): void {
    const far = this.#far.size === 0 ? undefined : this.#far.get(i);
    if (far) {
      out[at] = far[0];
      out[at + 1] = far[1];
    } else addDifference(baseLow, baseHigh, this.#differences[i]!, out, at);
  }
}
