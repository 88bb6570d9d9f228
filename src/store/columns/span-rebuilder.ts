/** Writes spans again from their shapes and columns, from their last byte to their first. */
import { BackWriter } from './back-writer.ts';
import type { BlockLayout } from './block-layout.ts';
import type { BlockRows } from './block-rows.ts';
import { DamagedBlock } from './damaged-block.ts';
import { numberOf, OP, typeOf, VALUE } from './shape-ops.ts';
import { RAW_SHAPE } from './shape-trie.ts';

/** Of an attribute, by where it stands. */
const TAGS = [74, 26, 34] as const;

export class SpanRebuilder {
  readonly out: BackWriter = new BackWriter(1 << 14);
  readonly #layout: BlockLayout;
  readonly #rows: BlockRows;
  /** By op: the value after those of the row at hand. */
  readonly next: Int32Array;
  readonly #time = new Uint32Array(2);
  /** Of the message that is open, the length that was written before it. */
  #messageEnd = 0;

  constructor(layout: BlockLayout, rows: BlockRows) {
    this.#layout = layout;
    this.#rows = rows;
    this.next = new Int32Array(layout.ops.length);
  }

  /**
   * Writes a row before what `out` has. `next` has the places after the row's values, and is left at their
   * first.
   */
  write(row: number): void {
    const shape = this.#rows.shapes[row]!;
    const { ops } = this.#layout.shapes[shape]!;
    if (shape === RAW_SHAPE) {
      for (const op of ops) this.next[op] = this.next[op]! - 1;
      this.#string(ops[0]!, false);
      return;
    }
    for (let i = ops.length - 1; i >= 0; i--) this.#op(row, ops[i]!);
  }

  /** Writes the tag and length of a message that began, from its end, when `out` had `end` bytes. */
  close(tag: number, end: number): void {
    const { out } = this;
    out.reserve(0);
    out.varint(out.length - end);
    out.byte(tag);
  }

  frame(bytes: Uint8Array): void {
    this.out.reserve(bytes.length);
    this.out.raw(bytes, 0, bytes.length);
  }

  #op(row: number, op: number): void {
    const column = this.#layout.ops[op]!;
    const { code } = column;
    const { out } = this;
    out.reserve(0);
    if (column.count > 0) this.next[op] = this.next[op]! - 1;
    const at = this.next[op]!;
    const rows = this.#rows;
    switch (typeOf(code)) {
      case OP.attribute:
        this.#attribute(op, numberOf(code));
        break;
      case OP.traceId:
        for (let i = 3; i >= 0; i--) out.word(rows.traceIds[rows.traces[row]! * 4 + i]!);
        out.byte(16);
        out.byte(10);
        break;
      case OP.spanId:
        this.#id(rows.spanIds, row * 2, 18);
        break;
      case OP.parent:
        rows.seekParent(row);
        this.#id(rows.parentIds, rows.parentAt, 34);
        break;
      case OP.noParent:
        out.byte(0);
        out.byte(34);
        break;
      case OP.traceState:
        this.#tagged(op, 26);
        break;
      case OP.name:
        this.#tagged(op, 42);
        break;
      case OP.kind:
        out.byte(numberOf(code));
        out.byte(48);
        break;
      case OP.start:
        this.#fixed64(rows.times, row * 4, 57);
        break;
      case OP.end:
        this.#fixed64(rows.times, row * 4 + 2, 65);
        break;
      case OP.dropped:
        out.varint(column.numbers[at]!);
        out.byte(numberOf(code));
        break;
      case OP.flags:
        out.wordLittle(column.numbers[at]!);
        out.byte(1);
        out.byte(0x85);
        break;
      case OP.close:
        this.#messageEnd = out.length;
        break;
      case OP.openEvent:
        this.#open(90);
        break;
      case OP.openLink:
        this.#open(106);
        break;
      case OP.openStatus:
        this.#open(122);
        break;
      case OP.eventTime:
        column.times.put(at, rows.times[row * 4 + 2]!, rows.times[row * 4 + 3]!, this.#time, 0);
        this.#fixed64(this.#time, 0, 9);
        break;
      case OP.eventName:
        this.#tagged(op, 18);
        break;
      case OP.eventDropped:
        out.varint(column.numbers[at]!);
        out.byte(32);
        break;
      case OP.linkTraceId:
        this.#tagged(op, 10);
        break;
      case OP.linkSpanId:
        this.#tagged(op, 18);
        break;
      case OP.linkTraceState:
        this.#tagged(op, 26);
        break;
      case OP.linkDropped:
        out.varint(column.numbers[at]!);
        out.byte(40);
        break;
      case OP.linkFlags:
        out.wordLittle(column.numbers[at]!);
        out.byte(53);
        break;
      case OP.statusMessage:
        this.#tagged(op, 18);
        break;
      case OP.statusCode:
        out.byte(numberOf(code));
        out.byte(24);
        break;
      default:
        throw new DamagedBlock('a shape of a column block is none');
    }
  }

  #attribute(op: number, number: number): void {
    const { out } = this;
    const column = this.#layout.ops[op]!;
    const at = this.next[op]!;
    const end = out.length;
    const value = number & 7;
    switch (value) {
      case VALUE.string:
        this.#string(op, true);
        out.byte(10);
        break;
      case VALUE.wide:
        this.#string(op, false);
        out.byte(24);
        break;
      case VALUE.nested:
        this.#string(op, false);
        break;
      case VALUE.bool:
        out.byte(column.numbers[at]!);
        out.byte(16);
        break;
      case VALUE.int:
        out.varint(column.numbers[at]!);
        out.byte(24);
        break;
      case VALUE.double:
        out.raw(column.doubles, at * 8, 8);
        out.byte(33);
        break;
      default:
    }
    if (value !== VALUE.absent) {
      out.varint(out.length - end);
      out.byte(18);
    }
    const { key } = column;
    out.reserve(key.length);
    out.raw(key, 0, key.length);
    out.varint(key.length);
    out.byte(10);
    out.varint(out.length - end);
    out.byte(TAGS[(number >> 3) as 0 | 1 | 2]);
  }

  /** The string at hand, with its length before it where that is asked for. */
  #string(op: number, counted: boolean): void {
    const { strings } = this.#layout.ops[op]!;
    strings.seek(strings.indexes[this.next[op]!]!);
    const { out } = this;
    out.reserve(strings.length);
    out.raw(strings.bytes, strings.start, strings.length);
    if (counted) out.varint(strings.length);
  }

  #tagged(op: number, tag: number): void {
    this.#string(op, true);
    this.out.byte(tag);
  }

  #id(words: Uint32Array, at: number, tag: number): void {
    const { out } = this;
    out.word(words[at + 1]!);
    out.word(words[at]!);
    out.byte(8);
    out.byte(tag);
  }

  #fixed64(words: Uint32Array, at: number, tag: number): void {
    const { out } = this;
    out.wordLittle(words[at + 1]!);
    out.wordLittle(words[at]!);
    out.byte(tag);
  }

  #open(tag: number): void {
    this.out.varint(this.out.length - this.#messageEnd);
    this.out.byte(tag);
  }
}
