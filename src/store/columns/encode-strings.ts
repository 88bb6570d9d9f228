/**
 * A column of strings: a dictionary in the order in which they appeared, and the index of each value. Where
 * there are many and they differ in numbers alone, the dictionary is cut into templates and numbers, so that
 * a column of paths, addresses or names with numbers costs little more than what is random in it.
 *
 *   strings (varint) · how u8 (0 whole, 1 templates) · indexes (ints), where there is more than one string
 *   0: texts, the strings
 *   1: templates (varint) · which of each string (ints), where there is more than one · texts, the templates
 *      then for each slot k: strings that have more than k numbers (varint) · their numbers (ints)
 *   texts: lengths (ints) · the chunk of the bytes u8 · their length (varint)
 */
import { ByteTable } from './byte-table.ts';
import type { ChunkWriter, StreamGroup } from './chunk-writer.ts';
import { encodeInts, INTS } from './encode-ints.ts';
import { grownBytes, grownDoubles } from './growing.ts';
import { SLOTS_MAX, TemplateCutter } from './string-template.ts';

export const WHOLE_STRINGS = 0;
export const TEMPLATES = 1;

/** Fewer strings are not worth it. */
const TEMPLATE_STRINGS_MIN = 32;
/** Indexes of fewer are never told as steps. */
const STEPS_STRINGS_MIN = 64;
const TEMPLATE_SLOTS = 1 << 8;
/** Longer ones are texts. */
const TEMPLATE_BYTES_MAX = 256;

export interface StringGroup {
  readonly indexes: StreamGroup;
  readonly text: StreamGroup;
}

export class StringsEncoder {
  readonly #chunks: ChunkWriter;
  readonly #cutter = new TemplateCutter();
  readonly #templates = new ByteTable(TEMPLATE_SLOTS);
  readonly #slots = Array.from({ length: SLOTS_MAX }, () => new Float64Array(256));
  readonly #slotCounts = new Int32Array(SLOTS_MAX);
  #numbers = new Float64Array(1_024);
  #text = new Uint8Array(1 << 14);

  constructor(chunks: ChunkWriter) {
    this.#chunks = chunks;
  }

  /**
   * @param entries of `table`, those of the column in order
   * @param indexes of the values, among `entries`
   */
  encode(
    group: StringGroup,
    table: ByteTable,
    entries: Int32Array,
    indexes: Float64Array,
    count: number,
  ): void {
    const { meta } = this.#chunks;
    if (count === 0) return;
    while (this.#numbers.length < entries.length) this.#numbers = grownDoubles(this.#numbers);
    meta.varint(entries.length);
    if (entries.length > 1) this.#putIndexes(group, entries.length, indexes, count);
    if (this.#cut(table, entries)) {
      meta.byte(TEMPLATES);
      this.#putTemplates(group, entries.length);
    } else {
      meta.byte(WHOLE_STRINGS);
      this.#putText(group, table, entries, entries.length);
    }
  }

  /** False where templates do not pay. Leaves the templates' numbers in `#numbers`. */
  #cut(table: ByteTable, entries: Int32Array): boolean {
    if (entries.length < TEMPLATE_STRINGS_MIN) return false;
    const templates = this.#templates;
    const cutter = this.#cutter;
    templates.clear();
    this.#slotCounts.fill(0);
    const { bytes } = table.arena;
    const most = entries.length >>> 2;
    let last = -1;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      const offset = table.offsets[entry]!;
      const length = table.lengths[entry]!;
      if (length > TEMPLATE_BYTES_MAX) return false;
      cutter.cut(bytes, offset, offset + length);
      if (last < 0 || !templates.is(last, cutter.view, 0, cutter.length)) {
        const size = templates.count;
        last = templates.entry(0, size, 0, cutter.view, 0, cutter.length);
        // The first strings tell: most of what is not cut well is given up early.
        if (templates.count > most || (i < 64 && templates.count > 24)) return false;
      }
      this.#numbers[i] = last;
      for (let k = 0; k < cutter.slotCount; k++) this.#putSlot(k, cutter.slots[k]!);
    }
    return true;
  }

  #putSlot(k: number, value: number): void {
    const at = this.#slotCounts[k]!;
    if (at === this.#slots[k]!.length) this.#slots[k] = grownDoubles(this.#slots[k]!);
    this.#slots[k]![at] = value;
    this.#slotCounts[k] = at + 1;
  }

  #putTemplates(group: StringGroup, count: number): void {
    const templates = this.#templates;
    this.#chunks.meta.varint(templates.count);
    if (templates.count > 1) this.#putIndexes(group, templates.count, this.#numbers, count);
    const all = Int32Array.from({ length: templates.count }, (_, i) => i);
    this.#putText(group, templates, all, templates.count);
    for (let k = 0; k < SLOTS_MAX; k++) {
      this.#chunks.meta.varint(this.#slotCounts[k]!);
      encodeInts(this.#chunks, group.indexes, this.#slots[k]!, this.#slotCounts[k]!);
    }
  }

  /** A few strings come in any order: only of many may it help to tell each from the one before it. */
  #putIndexes(group: StringGroup, size: number, indexes: Float64Array, count: number): void {
    const form = size > STEPS_STRINGS_MIN ? INTS.any : INTS.plain;
    encodeInts(this.#chunks, group.indexes, indexes, count, form);
  }

  #putText(group: StringGroup, table: ByteTable, entries: Int32Array, count: number): void {
    let length = 0;
    for (let i = 0; i < count; i++) {
      this.#numbers[i] = table.lengths[entries[i]!]!;
      length += this.#numbers[i]!;
    }
    encodeInts(this.#chunks, group.indexes, this.#numbers, count);
    if (this.#text.length < length) this.#text = grownBytes(this.#text, length);
    let at = 0;
    const text = this.#text;
    const { bytes } = table.arena;
    for (let i = 0; i < count; i++) {
      const offset = table.offsets[entries[i]!]!;
      const size = this.#numbers[i]!;
      if (size > 64) text.set(bytes.subarray(offset, offset + size), at);
      else for (let b = 0; b < size; b++) text[at + b] = bytes[offset + b]!;
      at += size;
    }
    this.#chunks.stream(group.text, this.#text.subarray(0, length));
    this.#chunks.meta.varint(length);
  }
}
