/**
 * Which operation each row of a batch is: a small number for (service, name, kinds), looked up once a row by the
 * name's bytes and then used by whatever counts or lists operations. No string is made on the way.
 *
 * Numbers are given from 0 on and stay the same until the table is emptied, which happens between batches once it holds
 * OPERATIONS_MAX; `generation` tells. Names are known by their first NAME_BYTES_MAX bytes.
 */
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { ABSENT, BITS, COLUMN, RESOURCE, SCOPE, STRIDE } from '../../otlp/span-columns.ts';
import { NameTable } from './name-table.ts';

export const OPERATIONS_MAX = 16_384;

const UNKNOWN_SERVICE: Uint8Array = Buffer.from('unknown_service');
/** Service, name, kinds. */
const WORDS = 3;
const OTEL_KIND_MAX = 15;

export class OperationIndex {
  /** Of the batch that was read last: one a row. */
  ofRow: Int32Array = new Int32Array(1_024);
  /** Rises when numbers begin anew. */
  generation = 0;
  #names = new NameTable();
  #entries = new Int32Array(64 * WORDS);
  #count = 0;
  /** Open addressing over numbers, −1 where free; at most half full. */
  #slots = new Int32Array(128).fill(-1);

  /** How many numbers are given. */
  get count(): number {
    return this.#count;
  }

  read(batch: SpanBatch): void {
    if (this.#count >= OPERATIONS_MAX) this.#clear();
    if (this.ofRow.length < batch.count) this.ofRow = new Int32Array(batch.count * 2);
    const { rows, bytes, scopes, count } = batch;
    let scope = -1;
    let service = -1;
    for (let row = 0, at = 0; row < count; row++, at += STRIDE) {
      if (rows[at + COLUMN.scope] !== scope) {
        scope = rows[at + COLUMN.scope]!;
        service = this.#serviceId(batch, scopes[scope * SCOPE.stride + SCOPE.resource]!);
      }
      const offset = rows[at + COLUMN.nameOffset]!;
      const name = this.#names.id(bytes, offset, rows[at + COLUMN.nameLength]!, true);
      const bits = rows[at + COLUMN.bits]!;
      const otelKind = bits & BITS.otelKindMask;
      const kinds =
        (otelKind > OTEL_KIND_MAX ? OTEL_KIND_MAX : otelKind) |
        (((bits & BITS.kindMask) >>> BITS.kindShift) << 4);
      this.ofRow[row] = this.#find(service, name, kinds);
    }
  }

  /** Low four bits: OTel kind; high four: index into SPAN_KINDS. */
  kinds(operation: number): number {
    return this.#entries[operation * WORDS + 2]!;
  }

  /** A number for its service alone, of the same generation. */
  service(operation: number): number {
    return this.#entries[operation * WORDS]!;
  }

  serviceBytes(operation: number): Uint8Array {
    return this.#names.bytes(this.#entries[operation * WORDS]!);
  }

  nameBytes(operation: number): Uint8Array {
    return this.#names.bytes(this.#entries[operation * WORDS + 1]!);
  }

  #clear(): void {
    this.#names = new NameTable();
    this.#slots = new Int32Array(128).fill(-1);
    this.#count = 0;
    this.generation++;
  }

  #serviceId(batch: SpanBatch, resource: number): number {
    const at = resource * RESOURCE.stride;
    const offset = batch.resources[at + RESOURCE.serviceOffset]!;
    if (offset === ABSENT) return this.#names.id(UNKNOWN_SERVICE, 0, UNKNOWN_SERVICE.length, true);
    const length = batch.resources[at + RESOURCE.serviceLength]!;
    return this.#names.id(batch.bytes, offset, length, true);
  }

  #find(service: number, name: number, kinds: number): number {
    const entries = this.#entries;
    const mask = this.#slots.length - 1;
    let slot = slotOf(service, name, kinds) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]!;
      if (found < 0) break;
      const at = found * WORDS;
      if (entries[at] === service && entries[at + 1] === name && entries[at + 2] === kinds)
        return found;
    }
    const added = this.#count++;
    if (added * WORDS === entries.length) {
      this.#entries = new Int32Array(entries.length * 2);
      this.#entries.set(entries);
    }
    this.#entries.set([service, name, kinds], added * WORDS);
    this.#slots[slot] = added;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return added;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      const [service, name, kinds] = this.#entries.subarray(number * WORDS, (number + 1) * WORDS);
      let slot = slotOf(service!, name!, kinds!) & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

function slotOf(service: number, name: number, kinds: number): number {
  const hash = Math.imul(Math.imul(service + 1, 0x9e3779b1) ^ name, 0x85ebca6b) + kinds * 7;
  return hash ^ (hash >>> 15);
}
