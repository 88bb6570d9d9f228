/**
 * What every row has, whatever its shape, while a block is written.
 *
 *   shapes (ints) · traces (varint) · trace of each row (ints)
 *   start that others are told from: 8 bytes · starts (times) · ends, told from their starts (times)
 *   arrivals (ints) · flags (ints) · thresholds (varint), 8 bytes each · of raised rows: which (ints)
 *   chunk of ids: the span ids; then ids that parents refer to
 */
import { BITS, COLUMN } from '../../otlp/span-columns.ts';
import { CHUNK } from './chunk-format.ts';
import { type ChunkWriter, ROW_STREAMS, VALUE_STREAMS } from './chunk-writer.ts';
import { encodeInts } from './encode-ints.ts';
import { encodeTimes } from './encode-values.ts';
import { grownInts, grownWords } from './growing.ts';
import { slotOfId } from './id-slots.ts';
import { TraceTable } from './trace-table.ts';
import { NumberValues, TimeValues } from './value-columns.ts';

/** Of a row. */
export const ROW_PROMOTED = 1;
export const ROW_RAISED = 2;

export class RowColumns {
  count = 0;
  readonly traces: TraceTable = new TraceTable();
  readonly shapes: NumberValues = new NumberValues();
  readonly arrivals: NumberValues = new NumberValues();
  readonly flags: NumberValues = new NumberValues();
  readonly ordinals: NumberValues = new NumberValues();
  readonly #starts = new TimeValues();
  readonly #ends = new TimeValues();
  #baseLow = 0;
  #baseHigh = 0;
  readonly #thresholds: bigint[] = [];
  readonly #raised = new NumberValues();
  /** Span id and parent of each row, two words each. */
  #ids = new Uint32Array(1 << 12);
  #idSlots = new Int32Array(1 << 10);

  clear(): void {
    this.count = 0;
    this.traces.clear();
    for (const column of [this.shapes, this.arrivals, this.flags, this.ordinals, this.#raised])
      column.count = 0;
    this.#starts.clear();
    this.#ends.clear();
    this.#thresholds.length = 0;
    this.#baseLow = 0;
    this.#baseHigh = 0;
  }

  push(rows: Uint32Array, at: number, shape: number, threshold: bigint): void {
    const row = this.count++;
    this.shapes.push(shape);
    this.ordinals.push(this.traces.ordinal(rows, at + COLUMN.traceId));
    const bits = rows[at + COLUMN.bits]!;
    this.arrivals.push(rows[at + COLUMN.arrival + 1]! * 0x100000000 + rows[at + COLUMN.arrival]!);
    this.flags.push(
      ((bits & BITS.promoted) !== 0 ? ROW_PROMOTED : 0) |
        ((bits & BITS.raised) !== 0 ? ROW_RAISED : 0),
    );
    if ((bits & BITS.raised) !== 0) this.#raise(threshold);
    if (row * 4 === this.#ids.length) this.#ids = grownWords(this.#ids);
    for (let i = 0; i < 4; i++) this.#ids[row * 4 + i] = rows[at + COLUMN.spanId + i]!;
    const low = rows[at + COLUMN.start]!;
    const high = rows[at + COLUMN.start + 1]!;
    if (this.#baseHigh === 0) {
      this.#baseLow = low;
      this.#baseHigh = high;
    }
    // Until there is a start that is a time of day, none is a measure for others.
    if (this.#baseHigh === 0) this.#starts.addFar(low, high);
    else this.#starts.add(low, high, this.#baseLow, this.#baseHigh);
    this.#ends.add(rows[at + COLUMN.end]!, rows[at + COLUMN.end + 1]!, low, high);
  }

  /** Ordinal of the trace of the row pushed last. */
  get lastTrace(): number {
    return this.ordinals.values[this.count - 1]!;
  }

  encode(chunks: ChunkWriter): void {
    const { meta } = chunks;
    encodeInts(chunks, ROW_STREAMS, this.shapes.values, this.count);
    meta.varint(this.traces.count);
    encodeInts(chunks, ROW_STREAMS, this.ordinals.values, this.count);
    chunks.put(CHUNK.traceIds, bytesOf(this.traces.words, this.traces.count * 4));
    meta.raw(bytesOf(Uint32Array.of(this.#baseLow, this.#baseHigh), 2));
    const spanIds = new Uint32Array(this.count * 2);
    for (let row = 0; row < this.count; row++) {
      spanIds[row * 2] = this.#ids[row * 4]!;
      spanIds[row * 2 + 1] = this.#ids[row * 4 + 1]!;
    }
    chunks.put(CHUNK.ids, bytesOf(spanIds, spanIds.length));
    encodeTimes(chunks, ROW_STREAMS, this.#starts);
    encodeTimes(chunks, ROW_STREAMS, this.#ends);
    encodeInts(chunks, ROW_STREAMS, this.arrivals.values, this.count);
    encodeInts(chunks, ROW_STREAMS, this.flags.values, this.count);
    meta.varint(this.#thresholds.length);
    for (const threshold of this.#thresholds)
      meta.raw(new Uint8Array(BigUint64Array.of(threshold).buffer));
    meta.varint(this.#raised.count);
    encodeInts(chunks, ROW_STREAMS, this.#raised.values, this.#raised.count);
  }

  /**
   * Parents of rows whose shape has one: how many rows before or after it the parent is, or 0 where it is
   * not in this block and its id is told: parents (varint) · distances (ints) · of 0 (varint)
   */
  encodeParents(chunks: ChunkWriter, hasParent: Uint8Array): void {
    this.#index();
    const distances = new NumberValues();
    const outside: number[] = [];
    for (let row = 0; row < this.count; row++) {
      if (hasParent[this.shapes.values[row]!] === 0) continue;
      const parent = this.#rowOf(this.#ids[row * 4 + 2]!, this.#ids[row * 4 + 3]!);
      distances.push(parent < 0 ? 0 : row - parent);
      if (parent < 0 || parent === row)
        outside.push(this.#ids[row * 4 + 2]!, this.#ids[row * 4 + 3]!);
    }
    chunks.meta.varint(distances.count);
    encodeInts(chunks, VALUE_STREAMS, distances.values, distances.count);
    chunks.meta.varint(outside.length / 2);
    chunks.put(CHUNK.ids, bytesOf(Uint32Array.from(outside), outside.length));
  }

  #raise(threshold: bigint): void {
    let index = this.#thresholds.indexOf(threshold);
    if (index < 0) index = this.#thresholds.push(threshold) - 1;
    this.#raised.push(index);
  }

  /** Rows by span id, the first of each. */
  #index(): void {
    while (this.#idSlots.length < this.count * 2) this.#idSlots = grownInts(this.#idSlots);
    const slots = this.#idSlots.fill(0);
    const mask = slots.length - 1;
    for (let row = 0; row < this.count; row++) {
      let slot = slotOfId(this.#ids[row * 4]!, this.#ids[row * 4 + 1]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
  }

  #rowOf(high: number, low: number): number {
    const mask = this.#idSlots.length - 1;
    for (let slot = slotOfId(high, low) & mask; ; slot = (slot + 1) & mask) {
      const row = this.#idSlots[slot]! - 1;
      if (row < 0 || (this.#ids[row * 4] === high && this.#ids[row * 4 + 1] === low)) return row;
    }
  }
}

function bytesOf(words: Uint32Array, count: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, count * 4);
}
