/**
 * The spans written lately, by identity, so that a resend after a lost answer is dropped before it is
 * stored, counted or forwarded a second time.
 *
 * Keeps the last 131,072 spans as (trace id, span id, length, where it lies): 36 bytes each, nothing of
 * their content. A hit is only a candidate: the caller compares bytes with what was stored. Resends from
 * beyond the window are stored again and merged when read.
 */
import { COLUMN } from '../../otlp/span-columns.ts';

const CAPACITY = 131_072;
const SLOTS = CAPACITY * 2;
const WORDS = 9;
const IDS = 6;

export interface SpanPlace {
  readonly partition: number;
  readonly block: number;
}

export class ResendWindow {
  readonly #entries = new Uint32Array(CAPACITY * WORDS);
  /** Entry + 1, 0 where free, −1 where one was removed. */
  readonly #slots = new Int32Array(SLOTS);
  #next = 0;
  #size = 0;
  #removed = 0;

  /** Where a span with the identity and length of this row lies, if it was seen. */
  find(rows: Uint32Array, at: number): SpanPlace | undefined {
    for (let slot = hashOf(rows, at) & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const value = this.#slots[slot]!;
      if (value === 0) return undefined;
      if (value < 0) continue;
      const entry = (value - 1) * WORDS;
      if (this.#matches(entry, rows, at) && this.#entries[entry + IDS] === rows[at + COLUMN.length])
        return { partition: this.#entries[entry + 7]!, block: this.#entries[entry + 8]! };
    }
  }

  add(rows: Uint32Array, at: number, partition: number, block: number): void {
    if (this.#size === CAPACITY) this.#remove(this.#next);
    else this.#size++;
    const entry = this.#next * WORDS;
    // Trace id and span id are neighbours in a row: columns 0 to 5.
    for (let i = 0; i < IDS; i++) this.#entries[entry + i] = rows[at + i]!;
    this.#entries[entry + IDS] = rows[at + COLUMN.length]!;
    this.#entries[entry + 7] = partition;
    this.#entries[entry + 8] = block;
    let slot = hashOf(rows, at) & (SLOTS - 1);
    while (this.#slots[slot]! > 0) slot = (slot + 1) & (SLOTS - 1);
    if (this.#slots[slot]! < 0) this.#removed--;
    this.#slots[slot] = this.#next + 1;
    this.#next = (this.#next + 1) % CAPACITY;
    if (this.#removed > SLOTS / 4) this.#rebuild();
  }

  #matches(entry: number, rows: Uint32Array, at: number): boolean {
    for (let i = 0; i < IDS; i++) if (this.#entries[entry + i] !== rows[at + i]) return false;
    return true;
  }

  #remove(index: number): void {
    const entry = index * WORDS;
    let slot = hashOf(this.#entries, entry) & (SLOTS - 1);
    while (this.#slots[slot] !== index + 1) slot = (slot + 1) & (SLOTS - 1);
    this.#slots[slot] = -1;
    this.#removed++;
  }

  /** Long runs of removed slots make look-ups slow; starting over is cheap and rare. */
  #rebuild(): void {
    this.#slots.fill(0);
    this.#removed = 0;
    for (let i = 0; i < this.#size; i++) {
      let slot = hashOf(this.#entries, i * WORDS) & (SLOTS - 1);
      while (this.#slots[slot]! > 0) slot = (slot + 1) & (SLOTS - 1);
      this.#slots[slot] = i + 1;
    }
  }
}

/** Span ids are random already; the trace id joins for those that are not. */
function hashOf(words: Uint32Array, at: number): number {
  const hash = Math.imul(words[at + 5]! ^ Math.imul(words[at + 4]!, 0x9e3779b1), 0x85ebca6b);
  return (hash ^ words[at + 3]! ^ (hash >>> 15)) >>> 0;
}
