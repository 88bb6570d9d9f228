/**
 * What one attribute says on every row of a trace, as a byte a row. Of a span that has it not, its resource is asked. Bounds: VALUES_MAX values
 * are told apart, the most frequent; VALUES_COUNTED_MAX are counted; of a value, its first VALUE_BYTES_MAX bytes tell it from others.
 */

import type { AttributeValue } from '../../model/attribute.ts';
import { attributeText } from '../../model/attribute-names.ts';
import { type AttributeColumn, OTHER_VALUE } from '../../model/trace-attributes.ts';
import { AttributeWalk } from '../../projection/attribute-walk.ts';
import { FrameReader } from '../../projection/frame-reader.ts';
import type { SpanRecord } from '../../store/contracts/span-record.ts';

export const VALUES_MAX = 64;
export const VALUES_COUNTED_MAX = 4_096;
const VALUE_BYTES_MAX = 256;
const WITHOUT = 0;
const UNCOUNTED = 1;
/** Before these two: numbers of values. */
const FIRST = 2;

export class AttributeValues {
  readonly #key: string;
  readonly #keyBytes: Buffer;
  /** By row: WITHOUT, UNCOUNTED, or the number of a value. */
  readonly #numbers: Uint16Array;
  /** By its bytes. */
  readonly #byBytes = new Map<string, number>();
  /** Of different bytes, as 1 and "1" have, the text may be the same. */
  readonly #byText = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #ofResource = new Map<object, number>();
  readonly #frames = new FrameReader();
  readonly #walk = new AttributeWalk();

  constructor(key: string, rows: number) {
    this.#key = key;
    this.#keyBytes = Buffer.from(key);
    this.#numbers = new Uint16Array(rows);
  }

  add(row: number, { span, resource }: SpanRecord): void {
    const walk = this.#walk.over(span);
    while (walk.next()) {
      if (!walk.hasKey(this.#keyBytes)) continue;
      this.#numbers[row] = this.#numberAt(walk);
      return;
    }
    this.#numbers[row] = this.#numberOfResource(resource);
  }

  /** Of all rows that were added. */
  column(): Omit<AttributeColumn, 'revision'> {
    const counts = new Uint32Array(this.#texts.length + FIRST);
    for (const number of this.#numbers) counts[number]! += 1;
    const byCount = Array.from(this.#texts.keys(), (index) => index + FIRST);
    byCount.sort((a, b) => counts[b]! - counts[a]! || a - b);
    const told = byCount.slice(0, VALUES_MAX);
    const others = byCount.slice(VALUES_MAX);
    const bytes = new Uint8Array(counts.length).fill(OTHER_VALUE);
    bytes[WITHOUT] = 0;
    for (const [place, number] of told.entries()) bytes[number] = place + 1;
    const column = new Uint8Array(this.#numbers.length);
    for (let row = 0; row < column.length; row++) column[row] = bytes[this.#numbers[row]!]!;
    const otherCount = others.reduce((sum, number) => sum + counts[number]!, counts[UNCOUNTED]!);
    return {
      key: this.#key,
      column,
      values: told.map((number) => ({
        text: this.#texts[number - FIRST]!,
        spanCount: counts[number]!,
      })),
      otherCount,
      otherValues: counts[UNCOUNTED]! > 0 ? VALUES_COUNTED_MAX : others.length,
      withoutCount: counts[WITHOUT]!,
    };
  }

  #numberAt(walk: AttributeWalk): number {
    const { bytes, valueFrom, valueTo } = walk;
    const to = Math.min(valueTo, valueFrom + VALUE_BYTES_MAX);
    const value = Buffer.from(bytes.buffer, bytes.byteOffset + valueFrom, to - valueFrom);
    const content = value.toString('latin1');
    const known = this.#byBytes.get(content);
    if (known !== undefined) return known;
    const number = this.#numberOf(walk.read().value);
    if (this.#byBytes.size < VALUES_COUNTED_MAX) this.#byBytes.set(content, number);
    return number;
  }

  #numberOfResource(bytes: Uint8Array): number {
    const frame = this.#frames.resource(bytes);
    let number = this.#ofResource.get(frame);
    if (number === undefined) {
      const found = frame.attributes.find(({ key }) => key === this.#key);
      number = found === undefined ? WITHOUT : this.#numberOf(found.value);
      this.#ofResource.set(frame, number);
    }
    return number;
  }

  #numberOf(value: AttributeValue): number {
    const all = attributeText(value);
    const text = all.length > VALUE_BYTES_MAX ? `${all.slice(0, VALUE_BYTES_MAX - 1)}…` : all;
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length === VALUES_COUNTED_MAX) return UNCOUNTED;
    const number = this.#texts.push(text) - 1 + FIRST;
    this.#byText.set(text, number);
    return number;
  }
}
