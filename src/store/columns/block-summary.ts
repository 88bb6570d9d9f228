/** What a directory wants to know of a block, gathered while its rows are added. */

import { BITS, COLUMN } from '../../otlp/span-columns.ts';
import type { OperationSummary } from './encoded-columns.ts';
import { durationWords } from './wide-difference.ts';

const UNKNOWN_SERVICE = 'unknown_service';
const WORD = 0x100000000;
const STATUS_ERROR = 2;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Tally {
  readonly service: number;
  readonly otelKind: number;
  readonly kind: number;
  readonly nameEntry: number;
  count: number;
  errors: number;
  durationMin: number;
  durationMax: number;
}

export class BlockSummary {
  arrivalMin: number = Number.MAX_SAFE_INTEGER;
  arrivalMax = 0;
  errorCount = 0;
  readonly #tallies = new Map<number, Tally>();
  readonly #promoted = new Map<number, Uint32Array>();
  readonly #startMin = new Uint32Array(2);
  readonly #startMax = new Uint32Array(2);
  readonly #durationMin = new Uint32Array(2);
  readonly #durationMax = new Uint32Array(2);
  readonly #duration = new Uint32Array(2);

  constructor() {
    this.clear();
  }

  clear(): void {
    this.arrivalMin = Number.MAX_SAFE_INTEGER;
    this.arrivalMax = 0;
    this.errorCount = 0;
    this.#tallies.clear();
    this.#promoted.clear();
    this.#startMin.fill(WORD - 1);
    this.#durationMin.fill(WORD - 1);
    this.#startMax.fill(0);
    this.#durationMax.fill(0);
  }

  /**
   * @param nameEntry tells the span's name from others; −1 where it has none
   * @param service index, or −1 where there is none
   * @param trace ordinal
   */
  add(rows: Uint32Array, at: number, nameEntry: number, service: number, trace: number): void {
    const bits = rows[at + COLUMN.bits]!;
    const arrival = rows[at + COLUMN.arrival + 1]! * WORD + rows[at + COLUMN.arrival]!;
    if (arrival < this.arrivalMin) this.arrivalMin = arrival;
    if (arrival > this.arrivalMax) this.arrivalMax = arrival;
    widen(this.#startMin, this.#startMax, rows, at + COLUMN.start);
    durationWords(rows, at + COLUMN.start, this.#duration);
    widen(this.#durationMin, this.#durationMax, this.#duration, 0);
    const failed = (bits & BITS.statusMask) >>> BITS.statusShift === STATUS_ERROR;
    if (failed) this.errorCount++;
    if ((bits & BITS.promoted) !== 0 && !this.#promoted.has(trace)) {
      const first = at + COLUMN.traceId;
      this.#promoted.set(trace, rows.slice(first, first + 4));
    }
    const otelKind = bits & BITS.otelKindMask;
    const kind = (bits & BITS.kindMask) >>> BITS.kindShift;
    const key = ((nameEntry + 1) * 0x10000 + service + 1) * 1_024 + otelKind * 4 + kind;
    const duration = this.#duration[1]! * WORD + this.#duration[0]!;
    const tally = this.#tallies.get(key);
    if (tally === undefined) {
      this.#tallies.set(key, {
        ...{ service, otelKind, kind, nameEntry, count: 1, errors: failed ? 1 : 0 },
        ...{ durationMin: duration, durationMax: duration },
      });
      return;
    }
    tally.count++;
    if (failed) tally.errors++;
    if (duration < tally.durationMin) tally.durationMin = duration;
    if (duration > tally.durationMax) tally.durationMax = duration;
  }

  /** Four words each. */
  get promoted(): Uint32Array {
    const words = new Uint32Array(this.#promoted.size * 4);
    let at = 0;
    for (const trace of this.#promoted.values()) {
      words.set(trace, at);
      at += 4;
    }
    return words;
  }

  get edges(): {
    startMin: bigint;
    startMax: bigint;
    durationMin: bigint;
    durationMax: bigint;
  } {
    return {
      startMin: wide(this.#startMin),
      startMax: wide(this.#startMax),
      durationMin: wide(this.#durationMin),
      durationMax: wide(this.#durationMax),
    };
  }

  /** @param services by index; @param name of an entry */
  operations(
    services: readonly string[],
    name: (entry: number) => string,
  ): { services: string[]; operations: OperationSummary[] } {
    const names: string[] = [];
    const operations: Mutable<OperationSummary>[] = [];
    /** By what a tally is of, its operation: names of equal text may be several entries. */
    const merged = new Map<string, Mutable<OperationSummary>>();
    for (const tally of this.#tallies.values()) {
      const serviceName = tally.service < 0 ? UNKNOWN_SERVICE : services[tally.service]!;
      let service = names.indexOf(serviceName);
      if (service < 0) service = names.push(serviceName) - 1;
      const text = tally.nameEntry < 0 ? '' : name(tally.nameEntry);
      const { otelKind, kind, count, errors, durationMin, durationMax } = tally;
      const key = `${service} ${otelKind} ${kind} ${text}`;
      const same = merged.get(key);
      if (same === undefined) {
        const operation = {
          ...{ service, otelKind, kind, name: text },
          ...{ count, errors, durationMin, durationMax },
        };
        operations.push(operation);
        merged.set(key, operation);
        continue;
      }
      same.count += count;
      same.errors += errors;
      same.durationMin = Math.min(same.durationMin, durationMin);
      same.durationMax = Math.max(same.durationMax, durationMax);
    }
    return { services: names, operations };
  }
}

/** Moves the edges out to hold the two words at `at`. */
function widen(min: Uint32Array, max: Uint32Array, words: Uint32Array, at: number): void {
  const low = words[at]!;
  const high = words[at + 1]!;
  if (high < min[1]! || (high === min[1] && low < min[0]!)) {
    min[0] = low;
    min[1] = high;
  }
  if (high > max[1]! || (high === max[1] && low > max[0]!)) {
    max[0] = low;
    max[1] = high;
  }
}

function wide(words: Uint32Array): bigint {
  return (BigInt(words[1]!) << 32n) | BigInt(words[0]!);
}
