/**
 * The dictionaries of all string columns of a block in one hash table: an entry is a byte string of one
 * column, and has its place in the order in which that column saw its strings.
 *
 * Owns copies. Cleared between blocks; its memory stays. Bounded by the bytes of a block.
 */
import { AlignedArena } from './aligned-arena.ts';
import { grownInts } from './growing.ts';
import { hashBytes } from './value-hash.ts';

const SLOTS_MIN = 1 << 14;
/** Strings that all want one place are no longer looked for, but stand in the dictionary again and again. */
const PROBES_MAX = 256;

export class ByteTable {
  readonly arena: AlignedArena = new AlignedArena();
  count = 0;
  /** By entry. */
  hashes: Int32Array = new Int32Array(1 << 12);
  offsets: Int32Array = new Int32Array(1 << 12);
  lengths: Int32Array = new Int32Array(1 << 12);
  columns: Int32Array = new Int32Array(1 << 12);
  /** Place among the entries of its column. */
  indexes: Int32Array = new Int32Array(1 << 12);
  /** Entry + 1 by slot, 0 where free; at most half full. */
  #slots: Int32Array;
  readonly #slotsMin: number;

  /** @param slotsMin a power of two, twice as many as the entries that are usual */
  constructor(slotsMin: number = SLOTS_MIN) {
    this.#slotsMin = slotsMin;
    this.#slots = new Int32Array(slotsMin);
  }

  clear(): void {
    this.count = 0;
    this.arena.clear();
    if (this.#slots.length > this.#slotsMin * 16) this.#slots = new Int32Array(this.#slotsMin);
    else this.#slots.fill(0);
  }

  /** Whether the entry is this string. */
  is(entry: number, view: DataView, offset: number, length: number): boolean {
    return (
      this.lengths[entry] === length &&
      this.arena.equals(this.offsets[entry]!, length, view, offset)
    );
  }

  /**
   * The entry of a string of a column, a new one where it is new.
   * @param size how many entries the column has
   */
  entry(
    column: number,
    size: number,
    seed: number,
    view: DataView,
    offset: number,
    length: number,
  ): number {
    const hash = hashBytes(view, offset, length, seed);
    const mask = this.#slots.length - 1;
    let slot = Math.imul(hash, 0x9e3779b1) >>> 7;
    let probes = 0;
    for (slot &= mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0 || ++probes > PROBES_MAX) break;
      if (
        this.hashes[entry] === hash &&
        this.columns[entry] === column &&
        this.is(entry, view, offset, length)
      ) {
        return entry;
      }
    }
    const entry = this.count++;
    if (probes <= PROBES_MAX) this.#slots[slot] = entry + 1;
    if (entry === this.hashes.length) this.#growEntries();
    this.hashes[entry] = hash;
    this.offsets[entry] = this.arena.add(view, offset, length);
    this.lengths[entry] = length;
    this.columns[entry] = column;
    this.indexes[entry] = size;
    if (this.count * 2 > this.#slots.length) this.#rehash();
    return entry;
  }

  /** A view, valid until the next entry. */
  bytes(entry: number): Uint8Array {
    const offset = this.offsets[entry]!;
    return this.arena.bytes.subarray(offset, offset + this.lengths[entry]!);
  }

  #growEntries(): void {
    this.hashes = grownInts(this.hashes);
    this.offsets = grownInts(this.offsets);
    this.lengths = grownInts(this.lengths);
    this.columns = grownInts(this.columns);
    this.indexes = grownInts(this.indexes);
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.count; entry++) {
      let slot = (Math.imul(this.hashes[entry]!, 0x9e3779b1) >>> 7) & mask;
      let probes = 0;
      for (; slots[slot] !== 0 && probes < PROBES_MAX; probes++) slot = (slot + 1) & mask;
      if (slots[slot] === 0) slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }
}
