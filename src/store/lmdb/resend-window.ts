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

export interface SpanPlace {
  readonly partition: number;
  readonly block: number;
}

class Table {
  /** 0 where free. Apart from the places, so that looking touches little memory. */
  readonly marks = new Uint32Array(SLOTS);
  /** Partition and block, in pairs. */
  readonly places = new Uint32Array(SLOTS * 2);
}

export class ResendWindow {
  #young = new Table();
  #old = new Table();
  #size = 0;

  /** Where a span with the identity and length of this row may lie, if one was seen. */
  find(rows: Uint32Array, at: number): SpanPlace | undefined {
    const slot = slotOf(rows, at);
    const mark = markOf(rows, at);
    return find(this.#young, slot, mark) ?? find(this.#old, slot, mark);
  }

  add(rows: Uint32Array, at: number, partition: number, block: number): void {
    if (this.#size === SPANS_A_TABLE) {
      [this.#young, this.#old] = [this.#old, this.#young];
      this.#young.marks.fill(0);
      this.#size = 0;
    }
    const { marks, places } = this.#young;
    let slot = slotOf(rows, at);
    while (marks[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    marks[slot] = markOf(rows, at);
    places[slot * 2] = partition;
    places[slot * 2 + 1] = block;
    this.#size++;
  }
}

/** Of several the youngest, which stands last. */
function find({ marks, places }: Table, first: number, mark: number): SpanPlace | undefined {
  let found = -1;
  for (let slot = first; marks[slot] !== 0; slot = (slot + 1) & (SLOTS - 1))
    if (marks[slot] === mark) found = slot;
  if (found < 0) return undefined;
  return { partition: places[found * 2]!, block: places[found * 2 + 1]! };
}

/** Span ids are random already; the trace id joins for those that are not. */
function slotOf(rows: Uint32Array, at: number): number {
  const hash = Math.imul(rows[at + 5]! ^ Math.imul(rows[at + 4]!, 0x9e3779b1), 0x85ebca6b);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

/** Of trace id, span id and length, other bits than the slot's; never 0. */
function markOf(rows: Uint32Array, at: number): number {
  let hash = Math.imul(rows[at + 4]! + rows[at + COLUMN.length]!, 0xc2b2ae35) ^ rows[at + 5]!;
  for (let i = 0; i < 4; i++) hash = Math.imul(hash ^ rows[at + i]!, 0x9e3779b1) ^ (hash >>> 13);
  return (hash | 1) >>> 0;
}
