/** Reads what encodeInts wrote. @throws DamagedBlock */
import type { ByteReader } from './byte-reader.ts';
import type { ChunkReader, StreamPlace } from './chunk-reader.ts';
import { DamagedBlock } from './damaged-block.ts';
import { POWER_SHIFT, STEPS } from './encode-ints.ts';

/** How a column of integers lies: read with the meta chunk, its planes only when it is wanted. */
export interface IntsPlace {
  readonly count: number;
  readonly steps: boolean;
  readonly scale: number;
  readonly first: number;
  readonly base: number;
  readonly planes: readonly StreamPlace[];
}

export function readIntsPlace(meta: ByteReader, chunks: ChunkReader, count: number): IntsPlace {
  if (count === 0) return { count, steps: false, scale: 1, first: 0, base: 0, planes: [] };
  const how = meta.byte();
  const steps = (how & STEPS) !== 0;
  const first = steps ? meta.signed() : 0;
  const base = meta.signed();
  const planes: StreamPlace[] = [];
  for (let p = 0; p < (how & 7); p++)
    planes.push(chunks.place(meta.byte(), steps ? count - 1 : count));
  return { count, steps, scale: 1000 ** (how >> POWER_SHIFT), first, base, planes };
}

export function decodeInts(chunks: ChunkReader, place: IntsPlace): Float64Array {
  const { count, steps, scale, first, base, planes } = place;
  const out = new Float64Array(count);
  if (count === 0) return out;
  const from = steps ? 1 : 0;
  const length = count - from;
  // The base comes with the first plane: most columns have one, or none.
  if (planes.length === 0) out.fill(steps ? base : base * scale, from);
  for (const [p, stream] of planes.entries()) {
    const bytes = chunks.bytes(stream);
    const weight = 256 ** p;
    if (p === 0) for (let i = 0; i < length; i++) out[from + i] = bytes[i]! + base;
    else for (let i = 0; i < length; i++) out[from + i] = out[from + i]! + bytes[i]! * weight;
  }
  if (!steps) {
    if (planes.length > 0 && scale !== 1) for (let i = 0; i < count; i++) out[i] = out[i]! * scale;
    return out;
  }
  let value = first;
  out[0] = first * scale;
  for (let i = 1; i < count; i++) {
    value += out[i]!;
    out[i] = value * scale;
  }
  return out;
}

/** All of them integers in [0, limit). */
export function decodeIndexes(chunks: ChunkReader, place: IntsPlace, limit: number): Float64Array {
  const values = decodeInts(chunks, place);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= 0 && value < limit))
      throw new DamagedBlock(`index ${value} of ${limit} in a column block`);
  }
  return values;
}
