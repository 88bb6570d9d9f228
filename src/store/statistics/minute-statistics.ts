/**
 * What happened in one minute, by (service, operation, kind, status): weighted counts, errors, roots,
 * total, least and greatest duration, and a sketch of durations. Knows nothing of batches or of disks.
 * Bounds: KEYS_MAX keys; spans of any further key are counted under `(other)` for service and
 * operation, kind and status kept, so that the totals by those stay true.
 */
import { OTHER } from '../../model/statistics.ts';
import { DurationSketch } from './duration-sketch.ts';
import { NameTable, NO_NAME } from './name-table.ts';

export const KEYS_MAX = 1_000;

/** Index into these is a key's status. */
export const STATUSES = ['Running', 'Completed', 'Failed'] as const;
export const STATUS = { running: 0, completed: 1, failed: 2 } as const;

const OTHER_BYTES: Uint8Array = Buffer.from(OTHER);
const KINDS = 4;

/** One key's numbers; the sketch is the minute's own. */
export interface StatisticsCell {
  readonly service: string;
  readonly operation: string;
  /** Index into SPAN_KINDS. */
  readonly kind: number;
  /** Index into STATUSES. */
  readonly status: number;
  readonly count: number;
  readonly errors: number;
  /** Spans without a parent. */
  readonly roots: number;
  /** Over ended spans, as are `min`, `max` and the sketch. */
  readonly totalNano: number;
  readonly minNano: number;
  readonly maxNano: number;
  readonly sketch: DurationSketch;
}

/** Columns of `#numbers`. */
const NUMBER = { count: 0, errors: 1, roots: 2, total: 3, min: 4, max: 5, width: 6 } as const;

export class MinuteStatistics {
  /** Minutes since the Unix epoch. */
  readonly minute: number;
  readonly #names = new NameTable();
  #count = 0;
  #capped = 0;
  /** Open addressing over cells, −1 where free; at most half full. */
  #slots = new Int32Array(64).fill(-1);
  /** Service id, operation id, kind · 3 + status: in threes. */
  #keys = new Int32Array(32 * 3);
  #numbers = new Float64Array(32 * NUMBER.width);
  readonly #sketches: DurationSketch[] = [];

  constructor(minute: number) {
    this.minute = minute;
  }

  /** Number of keys. */
  get size(): number {
    return this.#count;
  }

  /** Times a key was turned into `(other)`. */
  get capped(): number {
    return this.#capped;
  }

  /** The id of a service or operation in this minute; NO_NAME once the keys are used up. */
  nameId(bytes: Uint8Array, offset: number, length: number): number {
    return this.#names.id(bytes, offset, length, this.#count < KEYS_MAX);
  }

  /** The cell of a key, made where it is new; NO_NAME for a name gives the cell of `(other)`. */
  cell(service: number, operation: number, kind: number, status: number): number {
    if (service !== NO_NAME && operation !== NO_NAME) {
      const found = this.#find(service, operation, kind * 3 + status, this.#count < KEYS_MAX);
      if (found >= 0) return found;
    }
    this.#capped++;
    const other = this.#names.id(OTHER_BYTES, 0, OTHER_BYTES.length, true);
    return this.#find(other, other, kind * 3 + status, true);
  }

  count(cell: number, weight: number, failed: boolean, root: boolean): void {
    const numbers = this.#numbers;
    const at = cell * NUMBER.width;
    numbers[at] = numbers[at]! + weight;
    if (failed) numbers[at + NUMBER.errors] = numbers[at + NUMBER.errors]! + weight;
    if (root) numbers[at + NUMBER.roots] = numbers[at + NUMBER.roots]! + weight;
  }

  duration(cell: number, durationNano: number, weight: number): void {
    const numbers = this.#numbers;
    const at = cell * NUMBER.width;
    numbers[at + NUMBER.total] = numbers[at + NUMBER.total]! + durationNano * weight;
    if (durationNano < numbers[at + NUMBER.min]!) numbers[at + NUMBER.min] = durationNano;
    if (durationNano > numbers[at + NUMBER.max]!) numbers[at + NUMBER.max] = durationNano;
    this.#sketches[cell]!.add(durationNano, weight);
  }

  /** Adds another's numbers under a key of ours; `gives` where the sketch is ours to keep. */
  mergeCell(from: StatisticsCell, gives = false): void {
    const service = Buffer.from(from.service);
    const operation = Buffer.from(from.operation);
    const cell = this.cell(
      this.nameId(service, 0, service.length),
      this.nameId(operation, 0, operation.length),
      from.kind,
      from.status,
    );
    const at = cell * NUMBER.width;
    const numbers = this.#numbers;
    numbers[at] = numbers[at]! + from.count;
    numbers[at + NUMBER.errors] = numbers[at + NUMBER.errors]! + from.errors;
    numbers[at + NUMBER.roots] = numbers[at + NUMBER.roots]! + from.roots;
    numbers[at + NUMBER.total] = numbers[at + NUMBER.total]! + from.totalNano;
    numbers[at + NUMBER.min] = Math.min(numbers[at + NUMBER.min]!, from.minNano);
    numbers[at + NUMBER.max] = Math.max(numbers[at + NUMBER.max]!, from.maxNano);
    if (gives && this.#sketches[cell]!.weight === 0) this.#sketches[cell] = from.sketch;
    else this.#sketches[cell]!.merge(from.sketch);
  }

  merge(other: MinuteStatistics): void {
    for (const cell of other.cells()) this.mergeCell(cell);
  }

  *cells(): IterableIterator<StatisticsCell> {
    for (let i = 0; i < this.#count; i++) {
      const at = i * NUMBER.width;
      const mixed = this.#keys[i * 3 + 2]!;
      yield {
        service: this.#names.text(this.#keys[i * 3]!),
        operation: this.#names.text(this.#keys[i * 3 + 1]!),
        kind: Math.floor(mixed / 3),
        status: mixed % 3,
        count: this.#numbers[at]!,
        errors: this.#numbers[at + NUMBER.errors]!,
        roots: this.#numbers[at + NUMBER.roots]!,
        totalNano: this.#numbers[at + NUMBER.total]!,
        minNano: this.#numbers[at + NUMBER.min]!,
        maxNano: this.#numbers[at + NUMBER.max]!,
        sketch: this.#sketches[i]!,
      };
    }
  }

  #find(service: number, operation: number, mixed: number, mayAdd: boolean): number {
    const keys = this.#keys;
    const mask = this.#slots.length - 1;
    const hash = Math.imul(Math.imul(service + 1, 0x9e3779b1) ^ operation, 0x85ebca6b) + mixed * 7;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const cell = this.#slots[slot]!;
      if (cell < 0) return mayAdd ? this.#add(slot, service, operation, mixed) : NO_NAME;
      const at = cell * 3;
      if (keys[at] === service && keys[at + 1] === operation && keys[at + 2] === mixed) return cell;
    }
  }

  #add(slot: number, service: number, operation: number, mixed: number): number {
    const cell = this.#count++;
    if (cell * 3 === this.#keys.length) {
      const keys = new Int32Array(this.#keys.length * 2);
      keys.set(this.#keys);
      this.#keys = keys;
      const numbers = new Float64Array(this.#numbers.length * 2);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    this.#keys[cell * 3] = service;
    this.#keys[cell * 3 + 1] = operation;
    this.#keys[cell * 3 + 2] = mixed;
    this.#numbers[cell * NUMBER.width + NUMBER.min] = Number.POSITIVE_INFINITY;
    this.#sketches.push(new DurationSketch());
    this.#slots[slot] = cell;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return cell;
  }

  #rehash(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2).fill(-1);
    const mask = this.#slots.length - 1;
    for (let cell = 0; cell < this.#count; cell++) {
      const [service, operation, mixed] = this.#keys.subarray(cell * 3, cell * 3 + 3);
      const hash =
        Math.imul(Math.imul(service! + 1, 0x9e3779b1) ^ operation!, 0x85ebca6b) + mixed! * 7;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
      this.#slots[slot] = cell;
    }
  }
}

/** Kinds times statuses: how many cells `(other)` may add beyond KEYS_MAX. */
export const CELLS_MAX: number = KEYS_MAX + KINDS * STATUSES.length;
