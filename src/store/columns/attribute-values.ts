/**
 * Keys and values of a block's attributes, for the filters in a directory: those of spans from the columns,
 * those of raw spans and of resources read one by one.
 */
import { isUtf8 } from 'node:buffer';
import type { AttributeValue } from '../../model/attribute.ts';
import { readResourceFrame } from '../../otlp/read-frames.ts';
import { readSpan } from '../../otlp/read-span.ts';
import type { ByteTable } from './byte-table.ts';
import type { KeySummary } from './encoded-columns.ts';
import { grownWords } from './growing.ts';
import { VALUE } from './shape-ops.ts';
import { sortedOnce } from './sorted-once.ts';
import type { NumberValues } from './value-columns.ts';
import { hashDecimal, hashText, keySeed } from './value-hash.ts';
import { wideText } from './wide-int.ts';

const SEEDS_MAX = 1_024;
/** What is kept of resources: so many, none of them larger. */
const RESOURCES_MAX = 256;
const RESOURCE_BYTES_MAX = 1 << 14;

interface ResourceAttribute {
  readonly key: string;
  readonly isDouble: boolean;
  /** Of its value, where that has a text that filters know. */
  readonly hash: number | undefined;
}

export class AttributeValues {
  #hashes = new Uint32Array(1 << 12);
  #count = 0;
  readonly #keys = new Map<string, boolean>();
  readonly #seeds = new Map<string, number>();
  readonly #resources = new Map<string, readonly ResourceAttribute[]>();
  /** By small integer, whether a column has it. */
  readonly #seen = new Uint8Array(1 << 12);

  clear(): void {
    this.#count = 0;
    this.#keys.clear();
  }

  get keys(): KeySummary[] {
    return [...this.#keys].map(([key, filterable]) => ({ key, filterable }));
  }

  /** Sorted, each once. */
  takeHashes(): Uint32Array {
    return sortedOnce(this.#hashes.subarray(0, this.#count));
  }

  /** A column of attributes of spans. @param value of VALUE */
  addKey(key: Uint8Array, value: number): string {
    const text = Buffer.from(key).toString();
    this.#addKey(text, value === VALUE.double);
    return text;
  }

  /** One distinct string of a column whose strings are hashed with the key's seed. */
  addString(table: ByteTable, entry: number, key: string): void {
    const isAscii = table.arena.isAscii(table.offsets[entry]!, table.lengths[entry]!);
    if (isAscii || isUtf8(table.bytes(entry))) this.#push(table.hashes[entry]!);
    else this.#push(hashText(Buffer.from(table.bytes(entry)).toString(), keySeed(key)));
  }

  addWide(table: ByteTable, entry: number, key: string): void {
    this.#push(hashText(wideText(table.bytes(entry)), keySeed(key)));
  }

  addNumbers(key: string, { values, count }: NumberValues, isBool: boolean): void {
    const seed = keySeed(key);
    const large = new Set<number>();
    const seen = this.#seen;
    let max = 0;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (value < seen.length) {
        seen[value] = 1;
        if (value > max) max = value;
      } else large.add(value);
    }
    for (let value = 0; value <= max; value++)
      if (seen[value] !== 0)
        this.#push(isBool ? hashText(String(value === 1), seed) : hashDecimal(value, seed));
    seen.fill(0, 0, max + 1);
    for (const value of large) this.#push(hashText(String(value), seed));
  }

  /** The same resources come in every block: what was read of them is kept. */
  addResource(frame: Uint8Array): void {
    const id = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('latin1');
    let attributes = this.#resources.get(id);
    if (attributes === undefined) {
      attributes = readResourceFrame(frame).attributes.map(({ key, value }) => ({
        key,
        isDouble: value.type === 'double',
        hash: hasFilterText(value) ? hashText(String(value.value), this.#seed(key)) : undefined,
      }));
      if (this.#resources.size === RESOURCES_MAX) this.#resources.clear();
      if (frame.length <= RESOURCE_BYTES_MAX) this.#resources.set(id, attributes);
    }
    for (const { key, isDouble, hash } of attributes) {
      this.#addKey(key, isDouble);
      if (hash !== undefined) this.#push(hash);
    }
  }

  addRawSpan(span: Uint8Array): void {
    for (const { key, value } of readSpan(span).attributes) {
      this.#addKey(key, value.type === 'double');
      if (hasFilterText(value)) this.#push(hashText(String(value.value), this.#seed(key)));
    }
  }

  /** Few keys come again and again. */
  #seed(key: string): number {
    let seed = this.#seeds.get(key);
    if (seed === undefined) {
      if (this.#seeds.size === SEEDS_MAX) this.#seeds.clear();
      seed = keySeed(key);
      this.#seeds.set(key, seed);
    }
    return seed;
  }

  #addKey(key: string, isDouble: boolean): void {
    const filterable = !isDouble && (this.#keys.get(key) ?? true);
    this.#keys.set(key, filterable);
  }

  #push(hash: number): void {
    if (this.#count === this.#hashes.length) this.#hashes = grownWords(this.#hashes);
    this.#hashes[this.#count++] = hash;
  }
}

function hasFilterText(
  value: AttributeValue,
): value is Extract<AttributeValue, { type: 'string' | 'int' | 'bool' }> {
  return value.type === 'string' || value.type === 'int' || value.type === 'bool';
}
