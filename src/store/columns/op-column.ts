/** The column of one op when a block is read: its place is known at once, its values when they are wanted. */
import type { ByteReader } from './byte-reader.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { DamagedBlock } from './damaged-block.ts';
import { decodeInts, type IntsPlace, readIntsPlace } from './decode-ints.ts';
import {
  type DoublesPlace,
  decodeDoubles,
  readDoublesPlace,
  readTimesPlace,
  Times,
  type TimesPlace,
} from './decode-values.ts';
import { KEPT, keptOf, OP, PLACE, typeOf, VALUE } from './shape-ops.ts';
import { SHAPE_OPS_MAX, SHAPE_OPS_ROOM } from './shape-trie.ts';
import { StringColumn } from './string-column.ts';

const NO_KEY = new Uint8Array(0);

export class OpColumn {
  readonly code: number;
  readonly key: Uint8Array;
  /** Values; 0 for an op that has none. */
  readonly count: number = 0;
  readonly #chunks: ChunkReader;
  readonly #strings: StringColumn | undefined;
  readonly #ints: IntsPlace | undefined;
  readonly #doubles: DoublesPlace | undefined;
  readonly #times: TimesPlace | undefined;
  #numbers: Float64Array | undefined;
  #bytes: Uint8Array | undefined;
  #decodedTimes: Times | undefined;

  constructor(meta: ByteReader, chunks: ChunkReader) {
    this.#chunks = chunks;
    this.code = meta.varint(0xffffffff);
    this.key = typeOf(this.code) === OP.attribute ? meta.counted() : NO_KEY;
    checkCode(this.code);
    const kept = keptOf(this.code);
    if (kept === KEPT.nowhere) return;
    this.count = meta.varint(chunks.spanCount * (SHAPE_OPS_MAX + SHAPE_OPS_ROOM));
    if (this.count === 0) return;
    if (kept === KEPT.string) this.#strings = new StringColumn(meta, chunks, this.count);
    else if (kept === KEPT.double) this.#doubles = readDoublesPlace(meta, chunks, this.count);
    else if (kept === KEPT.time) this.#times = readTimesPlace(meta, chunks, this.count);
    else this.#ints = readIntsPlace(meta, chunks, this.count);
  }

  get strings(): StringColumn {
    return wanted(this.#strings);
  }

  /** Integers that are not negative. */
  get numbers(): Float64Array {
    this.#numbers ??= unsigned(decodeInts(this.#chunks, wanted(this.#ints)));
    return this.#numbers;
  }

  /** Eight bytes a value. */
  get doubles(): Uint8Array {
    this.#bytes ??= decodeDoubles(this.#chunks, wanted(this.#doubles));
    return this.#bytes;
  }

  get times(): Times {
    this.#decodedTimes ??= new Times(this.#chunks, wanted(this.#times));
    return this.#decodedTimes;
  }
}

function wanted<T>(place: T | undefined): T {
  if (place === undefined) throw new DamagedBlock('a column of another kind than its values');
  return place;
}

function unsigned(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++)
    if (!(values[i]! >= 0)) throw new DamagedBlock('a number below 0 in a column block');
  return values;
}

/** An op that this version can write again. */
function checkCode(code: number): void {
  const type = typeOf(code);
  const number = code >>> 8;
  const known =
    type === OP.attribute
      ? number >> 3 <= PLACE.link && (number & 7) <= VALUE.absent
      : type > 0 && type <= OP.rawBits && number < 128;
  if (!known) throw new DamagedBlock(`op ${code} of a column block is unknown`);
}
