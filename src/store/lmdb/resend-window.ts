/**
 * The spans written lately, by identity, so that a resend after a lost answer is dropped before it is
 * stored, counted or forwarded a second time.
 *
 * Knows at least the last 131,072 spans and at most twice as many: two tables of equal size, of which the older is
 * emptied once the younger is full, so that nothing is ever removed one by one. A span is the slot it hashes to, 32 bits more of
 * its identity, and where it lies: 12 bytes in 24, nothing of its content. A hit is only a candidate: the caller
 * compares bytes with what was stored. Resends from beyond the window are stored again and merged when read.
 */
import { COLUMN } from '../../otlp/span-columns.ts';

const SPANS_A_TABLE = 131_072;
const SLOTS = SPANS_A_TABLE * 2;
/** Mark (0 where free), partition, block. */
const WORDS = 3;

export interface SpanPlace {
  readonly partition: number;
  readonly block: number;
}

export class ResendWindow {
  #young = new Uint32Array(SLOTS * WORDS);
  #old = new Uint32Array(SLOTS * WORDS);
  #size = 0;

  /** Where a span with the identity and length of this row may lie, if one was seen. */
  find(rows: Uint32Array, at: number): SpanPlace | undefined {
    const slot = slotOf(rows, at);
    const mark = markOf(rows, at);
    const young = find(this.#young, slot, mark);
    if (young >= 0) return placeAt(this.#young, young);
    const old = find(this.#old, slot, mark);
    return old >= 0 ? placeAt(this.#old, old) : undefined;
  }

  add(rows: Uint32Array, at: number, partition: number, block: number): void {
    if (this.#size === SPANS_A_TABLE) {
      [this.#young, this.#old] = [this.#old.fill(0), this.#young];
      this.#size = 0;
    }
    const table = this.#young;
    let entry = slotOf(rows, at) * WORDS;
    while (table[entry] !== 0) entry = entry === table.length - WORDS ? 0 : entry + WORDS;
    table[entry] = markOf(rows, at);
    table[entry + 1] = partition;
    table[entry + 2] = block;
    this.#size++;
  }
}

function find(table: Uint32Array, slot: number, mark: number): number {
  let entry = slot * WORDS;
  let last = -1;
  for (; table[entry] !== 0; entry = entry === table.length - WORDS ? 0 : entry + WORDS)
    if (table[entry] === mark) last = entry;
  // Of several the youngest, which stands last.
  return last;
}

function placeAt(table: Uint32Array, entry: number): SpanPlace {
  return { partition: table[entry + 1]!, block: table[entry + 2]! };
}

/** Span ids are random already; the trace id joins for those that are not. */
function slotOf(rows: Uint32Array, at: number): number {
  const hash = Math.imul(rows[at + 5]! ^ Math.imul(rows[at + 4]!, 0x9e3779b1), 0x85ebca6b);
  return ((hash ^ (hash >>> 15)) >>> 0) % SLOTS;
}

/** Of trace id, span id and length, other bits than the slot's; never 0. */
function markOf(rows: Uint32Array, at: number): number {
  let hash = Math.imul(rows[at + 4]! + rows[at + COLUMN.length]!, 0xc2b2ae35) ^ rows[at + 5]!;
  for (let i = 0; i < 4; i++) hash = Math.imul(hash ^ rows[at + i]!, 0x9e3779b1) ^ (hash >>> 13);
  return (hash | 1) >>> 0;
}
