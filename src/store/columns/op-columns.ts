/** The columns of a block's ops while it is written: values are pushed piece by piece as a span is walked. */
import { BITS } from '../../otlp/span-columns.ts';
import type { AttributeValues } from './attribute-values.ts';
import { ByteTable } from './byte-table.ts';
import { CHUNK } from './chunk-format.ts';
import { type ChunkWriter, ROW_STREAMS, VALUE_STREAMS } from './chunk-writer.ts';
import { encodeInts } from './encode-ints.ts';
import type { StringGroup, StringsEncoder } from './encode-strings.ts';
import { encodeDoubles, encodeTimes } from './encode-values.ts';
import { KEPT, keptOf, numberOf, OP, PLACE, typeOf, VALUE } from './shape-ops.ts';
import { OPS_MAX, type Op, RAW_SHAPE, type ShapeTrie } from './shape-trie.ts';
import type { SpanWalker } from './span-walker.ts';
import { DoubleValues, giveBack, NumberValues, StringValues, TimeValues } from './value-columns.ts';
import { keySeed } from './value-hash.ts';

type Column = StringValues | NumberValues | DoubleValues;

const text = (chunk: number) => ({ dense: CHUNK.dense, even: chunk, sparse: chunk });
const VALUES: StringGroup = { indexes: VALUE_STREAMS, text: text(CHUNK.text) };
const NAMES: StringGroup = {
  indexes: ROW_STREAMS,
  text: { ...text(CHUNK.names), dense: CHUNK.names },
};
const RAW: StringGroup = {
  indexes: VALUE_STREAMS,
  text: { dense: CHUNK.rawSpans, even: CHUNK.rawSpans, sparse: CHUNK.rawSpans },
};
/** Seeds of strings that are no attribute's: no two columns share one by chance alone. */
const SEED_STEP = 0x632be5ab;
const NO_NAME = -1;

export class OpColumns {
  readonly table: ByteTable = new ByteTable();
  readonly #trie: ShapeTrie;
  readonly #walker: SpanWalker;
  readonly #kept = new Uint8Array(OPS_MAX);
  readonly #columns: (Column | undefined)[] = [];
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** Entry of the name of the span that was pushed last; −1 where it has none. */
  nameEntry: number = NO_NAME;

  constructor(trie: ShapeTrie, walker: SpanWalker) {
    this.#trie = trie;
    this.#walker = walker;
  }

  clear(): void {
    this.table.clear();
    for (const column of this.#columns) {
      if (column instanceof StringValues) giveBack(column.indexes);
      else if (column instanceof NumberValues) giveBack(column.values);
    }
    this.#columns.length = 0;
  }

  /** The request that spans are in. */
  enter(view: DataView): void {
    this.#view = view;
  }

  /** The values of a column of numbers, in order. */
  numbers(op: number): NumberValues {
    return this.#columns[op] as NumberValues;
  }

  /** The span that the walker has just walked. @param endLow of its end, which events are told from */
  push(endLow: number, endHigh: number): void {
    const { ops, offsets, lengths, numbers, count } = this.#walker;
    if (this.#columns.length < this.#trie.ops.length) this.#addColumns();
    const view = this.#view;
    this.nameEntry = NO_NAME;
    for (let i = 0; i < count; i++) {
      const op = ops[i]!;
      switch (this.#kept[op]) {
        case KEPT.string: {
          const column = this.#columns[op] as StringValues;
          column.push(view, offsets[i]!, lengths[i]!);
          if (column.isName) this.nameEntry = column.lastEntry;
          break;
        }
        case KEPT.int:
          (this.#columns[op] as NumberValues).push(numbers[i]!);
          break;
        case KEPT.double:
          (this.#columns[op] as DoubleValues).push(view, offsets[i]!);
          break;
        case KEPT.time: {
          const at = offsets[i]!;
          const low = view.getUint32(at, true);
          const high = view.getUint32(at + 4, true);
          (this.#columns[op] as TimeValues).add(low, high, endLow, endHigh);
          break;
        }
        default:
      }
    }
  }

  /** A span of RAW_SHAPE. */
  pushRaw(
    offset: number,
    length: number,
    nameOffset: number,
    nameLength: number,
    bits: number,
  ): void {
    if (this.#columns.length < this.#trie.ops.length) this.#addColumns();
    const [span, name, kind, status, spanKind] = this.#trie.shapes[RAW_SHAPE]!.ops;
    (this.#columns[span!] as StringValues).push(this.#view, offset, length);
    const names = this.#columns[name!] as StringValues;
    names.push(this.#view, nameOffset, nameLength);
    this.nameEntry = names.lastEntry;
    this.numbers(kind!).push(bits & BITS.otelKindMask);
    this.numbers(status!).push((bits & BITS.statusMask) >>> BITS.statusShift);
    this.numbers(spanKind!).push((bits & BITS.kindMask) >>> BITS.kindShift);
  }

  /** Writes each op with its column: code (varint) · key, of an attribute · values (varint) · the column. */
  encode(chunks: ChunkWriter, strings: StringsEncoder): void {
    const { meta } = chunks;
    const entries = this.#entriesByColumn();
    meta.varint(this.#trie.ops.length);
    for (const [op, { code, key }] of this.#trie.ops.entries()) {
      meta.varint(code);
      if (typeOf(code) === OP.attribute) meta.counted(key);
      const column = this.#columns[op];
      if (column === undefined) continue;
      meta.varint(column.count);
      if (column.count === 0) continue;
      if (column instanceof StringValues)
        strings.encode(groupOf(code), this.table, entries[op]!, column.indexes, column.count);
      else if (column instanceof DoubleValues) encodeDoubles(chunks, VALUE_STREAMS, column);
      else if (column instanceof TimeValues) encodeTimes(chunks, VALUE_STREAMS, column);
      else {
        const group = typeOf(code) === OP.rawBits ? ROW_STREAMS : VALUE_STREAMS;
        encodeInts(chunks, group, column.values, column.count);
      }
    }
  }

  /** Every value of an attribute of a span that has a text. */
  addValues(values: AttributeValues): void {
    const keys: (string | undefined)[] = [];
    const raw = this.#trie.shapes[RAW_SHAPE]!.ops[0]!;
    for (const [op, { code, key }] of this.#trie.ops.entries()) {
      const attribute = attributeOf(code);
      if (attribute?.place !== PLACE.span) continue;
      const text = values.addKey(key, attribute.value);
      keys[op] = text;
      if (attribute.value === VALUE.int || attribute.value === VALUE.bool)
        values.addNumbers(text, this.numbers(op), attribute.value === VALUE.bool);
    }
    const { table } = this;
    for (let entry = 0; entry < table.count; entry++) {
      const op = table.columns[entry]!;
      if (op === raw) values.addRawSpan(table.bytes(entry));
      const key = keys[op];
      if (key === undefined) continue;
      const value = numberOf(this.#trie.ops[op]!.code) & 7;
      if (value === VALUE.string) values.addString(table, entry, key);
      else if (value === VALUE.wide) values.addWide(table, entry, key);
    }
  }

  #addColumns(): void {
    const { ops } = this.#trie;
    for (let op = this.#columns.length; op < ops.length; op++) {
      const kept = keptOf(ops[op]!.code);
      this.#kept[op] = kept;
      this.#columns.push(this.#column(kept, op, ops[op]!));
    }
  }

  #column(kept: number, op: number, { code, key }: Op): Column | undefined {
    switch (kept) {
      case KEPT.string: {
        const type = typeOf(code);
        const seed =
          type === OP.attribute ? keySeed(Buffer.from(key).toString()) : (op + 1) * SEED_STEP;
        return new StringValues(this.table, op, seed, type === OP.name);
      }
      case KEPT.int:
      case KEPT.parent:
        return new NumberValues();
      case KEPT.double:
        return new DoubleValues();
      case KEPT.time:
        return new TimeValues();
      default:
        return undefined;
    }
  }

  /** By op, its strings in order. */
  #entriesByColumn(): Int32Array[] {
    const { table } = this;
    const sizes = this.#columns.map((column) => (column instanceof StringValues ? column.size : 0));
    const entries = sizes.map((size) => new Int32Array(size));
    for (let entry = 0; entry < table.count; entry++)
      entries[table.columns[entry]!]![table.indexes[entry]!] = entry;
    return entries;
  }
}

function groupOf(code: number): StringGroup {
  switch (typeOf(code)) {
    case OP.name:
    case OP.rawName:
      return NAMES;
    case OP.rawSpan:
      return RAW;
    default:
      return VALUES;
  }
}

/** Whether the strings of an op are texts that a search for an attribute of spans may ask for. */
export function attributeOf(code: number): { place: number; value: number } | undefined {
  if (typeOf(code) !== OP.attribute) return undefined;
  return { place: numberOf(code) >> 3, value: numberOf(code) & 7 };
}
