/**
 * Attributes of ended spans onto the wire, with what came before remembered: of each key its bytes, which
 * key followed it, and the last short value written under it. An attribute that is the same again is one
 * copy, any other spares encoding its key.
 *
 * Writes byte for byte what `writeAttributes` writes. Bounds: KEYS_MAX keys of SLOT_BYTES each, after
 * which it begins anew; what is longer than KEY_MAX or TEXT_MAX, nested or not ASCII is not remembered.
 *
 *   Span 9 attributes ─ KeyValue 1 key · 2 value
 */
import { HINT_KEYS, type KindHints } from './kind-hints.ts';
import { checkTree, cursor, KEY_VALUE, keyRead, lengthAt } from './scan-wire.ts';
import type { ProtobufWriter } from './wire/protobuf-writer.ts';
import { isOwn, type SdkAttributes, writeAttribute, writeNumber } from './write-attributes.ts';

const FIELD = 9;
const KEYS_MAX = 1_024;
const SLOT_BYTES = 128;
/** A whole attribute of the two is below 128 bytes: each of its lengths takes one byte. */
const KEY_MAX = 64;
const TEXT_MAX = 48;
/** Of values that differ from the one remembered, each so many-th takes its place: most differ every time. */
const MISSES_A_VALUE = 16;
/** Below a Span, as the scanner counts nesting. */
const DEPTH = 4;
/** A whole value: `2: { 2: true }`. */
const TRUE = 0x12021001;
const FALSE = 0x12021000;

interface Known {
  readonly key: string;
  /** Where its slot begins. */
  readonly at: number;
  /** Bytes of tag, length and key there; 0 where they are not remembered. */
  readonly keyLength: number;
  /** It may tell of the span's kind. */
  readonly isHint: boolean;
  /** The value after the key, where `textLength` is above 0; else the number, where it is one. */
  text: string;
  number: number;
  /** Bytes of the whole attribute with that value. */
  textLength: number;
  numberLength: number;
  misses: number;
  /** What came after it last. */
  next: Known | undefined;
}

export class AttributeMemo {
  readonly #bytes = new Uint8Array(KEYS_MAX * SLOT_BYTES);
  readonly #words = new Int32Array(this.#bytes.buffer);
  readonly #known = new Map<string, Known>();
  /** Comes before the first attribute of a span. */
  readonly #start: Known = knownOf('', 0, 0);

  /** Writes own enumerable attributes in their order; returns how many. `hints` sees those it looks for. */
  write(writer: ProtobufWriter, attributes: SdkAttributes, hints: KindHints): number {
    let count = 0;
    let last = this.#start;
    for (const key in attributes) {
      if (!isOwn.call(attributes, key)) continue;
      count++;
      let known = last.next;
      if (known === undefined || known.key !== key) known = this.#after(last, key);
      last = known;
      const value = attributes[key];
      const start = writer.offset;
      // By type, as comparing anything with anything is a call.
      if (known.keyLength === 0) writeAttribute(writer, FIELD, key, value);
      else if (typeof value === 'string') this.#text(writer, known, value);
      else if (typeof value === 'number') this.#number(writer, known, value);
      else if (typeof value === 'boolean') this.#boolean(writer, known, value);
      else writeAttribute(writer, FIELD, key, value);
      if (known.isHint) seeAttribute(hints, writer.bytes, start + 1, writer.offset);
    }
    return count;
  }

  #text(writer: ProtobufWriter, known: Known, text: string): void {
    if (known.textLength > 0 && text === known.text) {
      writer.words(this.#words, known.at, known.textLength);
      return;
    }
    const start = writer.offset;
    writer.words(this.#words, known.at, known.keyLength);
    if (text.length > TEXT_MAX || !writer.shortText(text)) {
      writer.offset = start;
      writeAttribute(writer, FIELD, known.key, text);
      return;
    }
    const length = writer.offset - start;
    writer.bytes[start + 1] = length - 2;
    if (known.misses++ % MISSES_A_VALUE !== 0) return;
    this.#keep(writer, known, start);
    known.text = text;
    known.textLength = length;
    known.numberLength = 0;
  }

  #number(writer: ProtobufWriter, known: Known, number: number): void {
    if (known.numberLength > 0 && number === known.number) {
      writer.words(this.#words, known.at, known.numberLength);
      return;
    }
    const start = writer.offset;
    writer.words(this.#words, known.at, known.keyLength);
    const mark = writer.begin(2);
    writeNumber(writer, number);
    writer.end(mark);
    const length = writer.offset - start;
    writer.bytes[start + 1] = length - 2;
    // Zero and minus zero are equal and differ on the wire.
    if (known.misses++ % MISSES_A_VALUE !== 0 || number === 0) return;
    this.#keep(writer, known, start);
    known.number = number;
    known.numberLength = length;
    known.textLength = 0;
  }

  #boolean(writer: ProtobufWriter, known: Known, value: boolean): void {
    const start = writer.offset;
    writer.words(this.#words, known.at, known.keyLength);
    writer.bigWord(value ? TRUE : FALSE);
    writer.bytes[start + 1] = writer.offset - start - 2;
  }

  #keep(writer: ProtobufWriter, known: Known, start: number): void {
    this.#bytes.set(writer.bytes.subarray(start, writer.offset), known.at);
  }

  #after(last: Known, key: string): Known {
    const known = this.#known.get(key) ?? this.#learn(key);
    last.next = known;
    return known;
  }

  #learn(key: string): Known {
    if (this.#known.size >= KEYS_MAX) {
      this.#known.clear();
      this.#start.next = undefined;
    }
    const at = this.#known.size * SLOT_BYTES;
    const keyLength = key.length <= KEY_MAX ? writeKey(this.#bytes, at, key) : 0;
    const known = knownOf(key, at, keyLength);
    this.#known.set(key, known);
    return known;
  }
}

function knownOf(key: string, at: number, keyLength: number): Known {
  return {
    key,
    at,
    keyLength,
    isHint: HINT_KEYS.has(key),
    text: '',
    number: Number.NaN,
    textLength: 0,
    numberLength: 0,
    misses: 0,
    next: undefined,
  };
}

/** Tag, room for the length, key; returns how many bytes, 0 where the key is not ASCII. */
function writeKey(bytes: Uint8Array, at: number, key: string): number {
  bytes[at] = (FIELD << 3) | 2;
  bytes[at + 2] = 10;
  bytes[at + 3] = key.length;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    if (unit > 127) return 0;
    bytes[at + 4 + i] = unit;
  }
  return key.length + 4;
}

/** What a KeyValue, its length at `start`, says of the span's kind: as the scanner reads it. */
function seeAttribute(hints: KindHints, bytes: Uint8Array, start: number, end: number): void {
  lengthAt(bytes, start, end);
  checkTree(bytes, cursor(), end, KEY_VALUE, DEPTH);
  const { offset, length, valueOffset, valueLength, isTrue } = keyRead;
  hints.see(bytes, offset, length, valueOffset, valueOffset < 0 ? -1 : valueLength, isTrue);
}
