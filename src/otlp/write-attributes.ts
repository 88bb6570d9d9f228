/**
 * Attributes of a program, JavaScript values, onto the wire. Hot: it runs for every attribute of every
 * span in process.
 *
 * What the SDK lines allow is written: strings, numbers, booleans, arrays, and since 3.x bytes, maps and
 * null. A whole number becomes an int and any other a double. Bounds: NESTING_MAX levels and VALUES_MAX
 * nested values an attribute; what lies beyond, a cycle, or a value of any other kind (a function, say) is
 * written as the empty value, so that the key is still seen.
 *
 *   KeyValue 1 key · 2 value
 *   AnyValue 1 string · 2 bool · 3 int64 · 4 double · 5 array · 6 kvlist · 7 bytes
 */
import { type ProtobufWriter, varintSize } from './wire/protobuf-writer.ts';

/** Three messages a level stay below the hundred that receivers allow. */
const NESTING_MAX = 24;
const VALUES_MAX = 16_384;

const INT64_MIN = -(2 ** 63);
const INT64_MAX = 2 ** 63;

/** In a `for … in`, and there alone, this is no call: three times as fast as Object.hasOwn. */
export const isOwn: (this: object, key: string) => boolean = Object.prototype.hasOwnProperty;

/** Own enumerable keys are written, in their order. */
export interface SdkAttributes {
  readonly [key: string]: unknown;
}

/** Writes each attribute as a KeyValue under `field`, which is below 16; returns how many. */
export function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: SdkAttributes,
): number {
  let count = 0;
  for (const key in attributes) {
    if (!isOwn.call(attributes, key)) continue;
    writeAttribute(writer, field, key, attributes[key]);
    count++;
  }
  return count;
}

/** One KeyValue under `field`, which is below 16. */
export function writeAttribute(
  writer: ProtobufWriter,
  field: number,
  key: string,
  value: unknown,
): void {
  if (typeof value === 'string') {
    if (writer.shortPair(field, key, value)) return;
    // Sizes are right for ASCII and mended by `endSized` otherwise, so that nearly nothing is moved.
    const keyLength = key.length;
    const textLength = value.length;
    const valueLength = 1 + varintSize(textLength) + textLength;
    const length = 2 + varintSize(keyLength) + keyLength + varintSize(valueLength) + valueLength;
    const mark = writer.beginSized(field, length);
    writer.string(1, key);
    const valueMark = writer.beginSized(2, valueLength);
    writer.string(1, value);
    writer.endSized(valueMark, valueLength);
    writer.endSized(mark, length);
    return;
  }
  const mark = writer.begin(field);
  writer.string(1, key);
  const valueMark = writer.begin(2);
  if (typeof value === 'number') writeNumber(writer, value);
  else if (typeof value === 'boolean') writer.bool(2, value);
  else writeNested(writer, value, { ancestors: [], values: 0 });
  writer.end(valueMark);
  writer.end(mark);
}

/** The members of an AnyValue. */
export function writeNumber(writer: ProtobufWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.int64Number(3, value);
  else if (Number.isInteger(value) && value !== 0 && value >= INT64_MIN && value < INT64_MAX) {
    writer.int64(3, BigInt(value));
  } else writer.double(4, value);
}

interface Nesting {
  readonly ancestors: object[];
  values: number;
}

/** Writes the members of an AnyValue; nothing for the empty one. */
function writeNested(writer: ProtobufWriter, value: unknown, nesting: Nesting): void {
  if (typeof value === 'string') writer.string(1, value);
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (typeof value === 'boolean') writer.bool(2, value);
  else if (typeof value === 'bigint') writeBigInt(writer, value);
  else if (value instanceof Uint8Array) writer.view(7, value);
  else if (typeof value === 'object' && value !== null) writeContainer(writer, value, nesting);
}

/** An integer too wide for int64 keeps its digits as a string. */
function writeBigInt(writer: ProtobufWriter, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) writer.int64(3, value);
  else writer.string(1, value.toString());
}

function writeContainer(writer: ProtobufWriter, value: object, nesting: Nesting): void {
  const { ancestors } = nesting;
  if (ancestors.length >= NESTING_MAX || ancestors.includes(value)) return;
  ancestors.push(value);
  const isArray = Array.isArray(value);
  const mark = writer.begin(isArray ? 5 : 6);
  if (isArray) {
    for (const element of value as unknown[]) {
      if (++nesting.values > VALUES_MAX) break;
      const elementMark = writer.begin(1);
      writeNested(writer, element, nesting);
      writer.end(elementMark);
    }
  } else {
    for (const key of Object.keys(value)) {
      if (++nesting.values > VALUES_MAX) break;
      const entryMark = writer.begin(1);
      writer.string(1, key);
      const valueMark = writer.begin(2);
      writeNested(writer, (value as SdkAttributes)[key], nesting);
      writer.end(valueMark);
      writer.end(entryMark);
    }
  }
  writer.end(mark);
  ancestors.pop();
}
