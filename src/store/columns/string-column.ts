/** A column of strings as encodeStrings wrote it, opened piece by piece. @throws DamagedBlock */
import type { ByteReader } from './byte-reader.ts';
import { CHUNK_BYTES_MAX } from './chunk-format.ts';
import type { ChunkReader, StreamPlace } from './chunk-reader.ts';
import { DamagedBlock } from './damaged-block.ts';
import { decodeIndexes, decodeInts, type IntsPlace, readIntsPlace } from './decode-ints.ts';
import { TEMPLATES } from './encode-strings.ts';
import { grownBytes } from './growing.ts';
import { filledMax, fillTemplate, SLOTS_MAX, slotsOf } from './string-template.ts';

/** Numbers of a template fit in four bytes. */
const SLOT_LIMIT = 0x100000000;
const UNFILLED = -1;

/** Strings one behind the other. */
class Texts {
  readonly #chunks: ChunkReader;
  readonly #lengths: IntsPlace;
  readonly #text: StreamPlace;
  #bytes: Uint8Array = new Uint8Array(0);
  #offsets: Float64Array | undefined;

  constructor(meta: ByteReader, chunks: ChunkReader, count: number) {
    this.#chunks = chunks;
    this.#lengths = readIntsPlace(meta, chunks, count);
    this.#text = chunks.place(meta.byte(), meta.varint(CHUNK_BYTES_MAX));
  }

  /** Where a text begins in `bytes`, and where the next. */
  start(index: number): number {
    return (this.#offsets ?? this.#open())[index]!;
  }

  get bytes(): Uint8Array {
    if (this.#offsets === undefined) this.#open();
    return this.#bytes;
  }

  #open(): Float64Array {
    const lengths = decodeInts(this.#chunks, this.#lengths);
    const offsets = new Float64Array(lengths.length + 1);
    let at = 0;
    for (let i = 0; i < lengths.length; i++) {
      if (!(lengths[i]! >= 0)) throw new DamagedBlock('a string of negative length');
      at += lengths[i]!;
      offsets[i + 1] = at;
    }
    if (at !== this.#text.length) throw new DamagedBlock('strings of a wrong length');
    this.#bytes = this.#chunks.bytes(this.#text);
    this.#offsets = offsets;
    return offsets;
  }
}

/** What is needed to fill templates. */
interface Opened {
  readonly which: Float64Array;
  readonly templates: readonly Uint8Array[];
  /** By slot: the numbers, and which of them is that of a string. */
  readonly slots: readonly { readonly numbers: Float64Array; readonly ranks: Int32Array }[];
  /** Of the strings that were filled. */
  readonly offsets: Float64Array;
  /** UNFILLED or bytes. */
  readonly lengths: Int32Array;
}

export class StringColumn {
  readonly count: number;
  /** Distinct strings. */
  readonly size: number;
  readonly #chunks: ChunkReader;
  readonly #indexes: IntsPlace | undefined;
  readonly #texts: Texts;
  readonly #which: IntsPlace | undefined;
  readonly #slots: IntsPlace[] = [];
  readonly #templateCount: number;
  #opened: Opened | undefined;
  #values: Float64Array | undefined;
  readonly #numbers = new Float64Array(SLOTS_MAX);
  #filled: Uint8Array = new Uint8Array(4_096);
  #filledEnd = 0;
  /** Of the string that `seek` was at; overwritten by the next. */
  bytes: Uint8Array = this.#filled;
  start = 0;
  length = 0;

  constructor(meta: ByteReader, chunks: ChunkReader, count: number) {
    this.count = count;
    this.#chunks = chunks;
    this.size = count === 0 ? 0 : meta.varint(count);
    this.#indexes = this.size > 1 ? readIntsPlace(meta, chunks, count) : undefined;
    const how = count === 0 ? 0 : meta.byte();
    this.#templateCount = how === TEMPLATES ? meta.varint(this.size) : 0;
    if (this.#templateCount > 1) this.#which = readIntsPlace(meta, chunks, this.size);
    if (how > TEMPLATES || (count > 0 && this.size === 0))
      throw new DamagedBlock('strings in an unknown form');
    this.#texts = new Texts(meta, chunks, how === TEMPLATES ? this.#templateCount : this.size);
    if (how !== TEMPLATES) return;
    for (let k = 0; k < SLOTS_MAX; k++)
      this.#slots.push(readIntsPlace(meta, chunks, meta.varint(this.size)));
  }

  /** Which of the distinct strings each value is. */
  get indexes(): Float64Array {
    this.#values ??= this.#indexes
      ? decodeIndexes(this.#chunks, this.#indexes, this.size)
      : new Float64Array(this.count);
    return this.#values;
  }

  /** Points `bytes`, `start` and `length` at one of the distinct strings. */
  seek(index: number): void {
    if (this.#templateCount === 0) {
      this.bytes = this.#texts.bytes;
      this.start = this.#texts.start(index);
      this.length = this.#texts.start(index + 1) - this.start;
    } else this.#seekFilled(index);
  }

  /** One of the distinct strings, a view. */
  entry(index: number): Uint8Array {
    this.seek(index);
    return this.bytes.subarray(this.start, this.start + this.length);
  }

  /** A string is filled when it is first wanted, behind the others. */
  #seekFilled(index: number): void {
    this.#opened ??= this.#open();
    const { which, templates, slots, offsets, lengths } = this.#opened;
    if (lengths[index] === UNFILLED) {
      const template = templates[which[index]!]!;
      const numbers = this.#numbers;
      for (let k = 0; k < slots.length; k++) {
        const { numbers: all, ranks } = slots[k]!;
        numbers[k] = all[ranks[index]!] ?? 0;
      }
      const needed = this.#filledEnd + filledMax(template);
      if (needed > this.#filled.length) this.#filled = grownBytes(this.#filled, needed);
      offsets[index] = this.#filledEnd;
      this.#filledEnd = fillTemplate(template, numbers, this.#filled, this.#filledEnd);
      lengths[index] = this.#filledEnd - offsets[index]!;
    }
    this.bytes = this.#filled;
    this.start = offsets[index]!;
    this.length = lengths[index]!;
  }

  #open(): Opened {
    const which = this.#which
      ? decodeIndexes(this.#chunks, this.#which, this.#templateCount)
      : new Float64Array(this.size);
    const templates = Array.from({ length: this.#templateCount }, (_, i) =>
      this.#texts.bytes.subarray(this.#texts.start(i), this.#texts.start(i + 1)),
    );
    const wanted = templates.map(slotsOf);
    if (wanted.includes(-1)) throw new DamagedBlock('a template of strings that is none');
    const slots = this.#slots.map((place, k) => {
      const ranks = new Int32Array(place.count === 0 ? 0 : this.size);
      let rank = 0;
      if (place.count === 0 && wanted.some((count) => count > k))
        throw new DamagedBlock('numbers of strings are missing');
      for (let i = 0; i < ranks.length; i++) {
        ranks[i] = rank;
        if (wanted[which[i]!]! > k) rank++;
      }
      if (rank !== place.count) throw new DamagedBlock('numbers of strings are missing');
      return { numbers: decodeIndexes(this.#chunks, place, SLOT_LIMIT), ranks };
    });
    const lengths = new Int32Array(this.size).fill(UNFILLED);
    return { which, templates, slots, offsets: new Float64Array(this.size), lengths };
  }
}
