/** The values of one op while a block is written, by how they are kept. Reused: `count` is set back to 0. */
import type { ByteTable } from './byte-table.ts';
import { grownDoubles, grownWords } from './growing.ts';
import { wideDifference } from './wide-difference.ts';

const FIRST_VALUES = 32;
const NO_ENTRY = -1;

/** Memory of columns that are no longer needed, for the next block. */
const spare: Float64Array[] = [];
const SPARE_MAX = 256;
const SPARE_VALUES_MAX = 1 << 13;

export function giveBack(values: Float64Array): void {
  if (spare.length < SPARE_MAX && values.length <= SPARE_VALUES_MAX) spare.push(values);
}

export class StringValues {
  readonly #table: ByteTable;
  readonly #column: number;
  readonly #seed: number;
  #last = NO_ENTRY;
  #lastIndex = 0;
  /** Among the strings of this column, in the order in which they appeared. */
  indexes: Float64Array;
  count = 0;
  /** Distinct strings. */
  size = 0;

  readonly isName: boolean;

  /** @param seed of the hashes of its strings */
  constructor(table: ByteTable, column: number, seed: number, isName: boolean) {
    this.indexes = spare.pop() ?? new Float64Array(FIRST_VALUES);
    this.#table = table;
    this.#column = column;
    this.#seed = seed;
    this.isName = isName;
  }

  push(view: DataView, offset: number, length: number): void {
    const table = this.#table;
    if (this.#last < 0 || !table.is(this.#last, view, offset, length)) {
      const entry = table.entry(this.#column, this.size, this.#seed, view, offset, length);
      this.#last = entry;
      this.#lastIndex = table.indexes[entry]!;
      if (this.#lastIndex === this.size) this.size++;
    }
    if (this.count === this.indexes.length) this.indexes = grownDoubles(this.indexes);
    this.indexes[this.count++] = this.#lastIndex;
  }

  /** Which of its strings the value pushed last is. */
  get lastIndex(): number {
    return this.#lastIndex;
  }

  /** Entry of the table that the value pushed last is. */
  get lastEntry(): number {
    return this.#last;
  }
}

export class NumberValues {
  values: Float64Array = spare.pop() ?? new Float64Array(FIRST_VALUES);
  count = 0;

  push(value: number): void {
    if (this.count === this.values.length) this.values = grownDoubles(this.values);
    this.values[this.count++] = value;
  }

  addToLast(value: number): void {
    this.values[this.count - 1] = this.values[this.count - 1]! + value;
  }
}

/** Doubles as two words each, so that no bit of one is lost. */
export class DoubleValues {
  words: Uint32Array = new Uint32Array(FIRST_VALUES);
  count = 0;

  push(view: DataView, offset: number): void {
    const at = this.count++ * 2;
    if (at === this.words.length) this.words = grownWords(this.words);
    this.words[at] = view.getUint32(offset, true);
    this.words[at + 1] = view.getUint32(offset + 4, true);
  }
}

/** Times as differences to another; what is too far off for one is kept whole beside them. */
export class TimeValues extends NumberValues {
  /** Which values are kept whole, and their words, low first. */
  readonly farRows: number[] = [];
  readonly farWords: number[] = [];

  add(low: number, high: number, baseLow: number, baseHigh: number): void {
    const difference = wideDifference(low, high, baseLow, baseHigh);
    if (Number.isNaN(difference)) this.addFar(low, high);
    else this.push(difference);
  }

  addFar(low: number, high: number): void {
    this.farRows.push(this.count);
    this.farWords.push(low, high);
    this.push(this.count === 0 ? 0 : this.values[this.count - 1]!);
  }

  clear(): void {
    this.count = 0;
    this.farRows.length = 0;
    this.farWords.length = 0;
  }
}
