/**
 * OTLP/JSON into protobuf bytes, in one pass over the text, field by field in the text's order.
 *
 * What the text says explicitly is written explicitly, zeros and empty strings too; of a key that comes
 * twice the last one wins, as protobuf reads it. Unknown keys are dropped with all below them. Lenient
 * where senders are: proto names as keys, enum names, 64-bit integers as strings or numbers of any
 * notation, `null` for any field, `"doubleValue": null` for the NaN that JSON.stringify cannot write.
 * An id that is not hexadecimal becomes one zero byte: the scanner rejects that span, not the request.
 *
 * Messages nest at most DEPTH_MAX deep, containers under unknown keys included. Nothing recurses.
 */
import { DEPTH_MAX, WIRE } from '../wire/protobuf-reader.ts';
import { ProtobufWriter, varintSize } from '../wire/protobuf-writer.ts';
import { decodeBase64 } from './base64.ts';
import { exactInteger } from './exact-integer.ts';
import { CHAR, hexDigit, InvalidJson, JsonCursor, type JsonType } from './json-cursor.ts';
import type { FieldSchema, MessageSchema } from './otlp-schema.ts';

export type JsonOutcome =
  | { readonly status: 'ok'; readonly bytes: Uint8Array }
  | {
      readonly status: 'invalid';
      readonly reason: string;
      /** Offset into the text's bytes. */
      readonly position: number;
      /** `$.resourceSpans[0].scopeSpans[2]…`, as far as it was read. */
      readonly path: string;
    };

/** An open object (a message) or an open array (of one field's messages or strings). */
interface Level {
  schema: MessageSchema;
  /** Set where this is an array. */
  elementOf: FieldSchema | undefined;
  mark: number;
  /** Members or elements begun. */
  count: number;
  /** The key at hand lies at [keyStart, keyEnd) of the text. */
  keyStart: number;
  keyEnd: number;
  /** Bits of the field numbers seen, all of which are below 32. */
  seen: number;
}

/** Bytes of a key that a path repeats. */
const PATH_KEY_MAX = 64;
const INVALID_ID = new Uint8Array(1);
/** RFC 8259's number, for doubles in quotes. */
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/** Told about the keys that no schema knows; true where it consumed the value. */
export type ForeignKey = (
  cursor: JsonCursor,
  key: string,
  schema: MessageSchema,
  depth: number,
) => boolean;

/** Told when a message of that schema is complete: its body is everything from `mark` on. */
export type MessageEnd = (
  writer: ProtobufWriter,
  schema: MessageSchema,
  mark: number,
  depth: number,
) => void;

export interface TranscodeHooks {
  readonly foreignKey: ForeignKey;
  readonly messageEnd: MessageEnd;
}

/** Reads a JSON object as a message of `schema`. `text` is UTF-8; a byte order mark is passed over. */
export function jsonToProtobuf(
  text: Uint8Array,
  schema: MessageSchema,
  hooks?: TranscodeHooks,
): JsonOutcome {
  return new JsonTranscoder(text, hooks).run(schema);
}

class JsonTranscoder {
  readonly #cursor: JsonCursor;
  readonly #writer: ProtobufWriter;
  readonly #levels: Level[] = [];
  readonly #hooks: TranscodeHooks | undefined;
  /** Open objects that are messages. */
  #depth = 0;

  constructor(text: Uint8Array, hooks: TranscodeHooks | undefined) {
    const hasMark = text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf;
    this.#cursor = new JsonCursor(text, hasMark ? 3 : 0);
    this.#writer = new ProtobufWriter(Math.max(64, text.length >> 1));
    this.#hooks = hooks;
  }

  run(schema: MessageSchema): JsonOutcome {
    const cursor = this.#cursor;
    try {
      this.#openMessage(schema, undefined);
      while (this.#levels.length > 0) {
        const level = this.#levels.at(-1)!;
        if (level.elementOf) this.#element(level, level.elementOf);
        else this.#member(level);
      }
      cursor.finish();
    } catch (error) {
      if (!(error instanceof InvalidJson)) throw error;
      return {
        status: 'invalid',
        reason: error.message,
        position: error.position,
        path: this.#path(),
      };
    }
    return { status: 'ok', bytes: this.#writer.take() };
  }

  #openMessage(schema: MessageSchema, field: FieldSchema | undefined): void {
    const cursor = this.#cursor;
    if (cursor.type() !== 'object')
      throw new InvalidJson(`expected an object (${schema.name})`, cursor.offset);
    if (this.#depth > DEPTH_MAX) throw new InvalidJson('nested too deep', cursor.offset);
    cursor.open();
    const mark = field ? this.#writer.begin(field.number) : 0;
    this.#depth++;
    this.#push(schema, undefined, mark);
  }

  #closeMessage(level: Level): void {
    const isRoot = this.#levels.length === 1;
    this.#hooks?.messageEnd(this.#writer, level.schema, level.mark, this.#depth);
    if (!isRoot) this.#writer.end(level.mark);
    this.#depth--;
    this.#levels.pop();
  }

  #member(level: Level): void {
    const cursor = this.#cursor;
    if (!cursor.more(CHAR.closeObject, level.count++ === 0)) {
      this.#closeMessage(level);
      return;
    }
    cursor.key();
    level.keyStart = cursor.start;
    level.keyEnd = cursor.end;
    const field = this.#field(level.schema);
    if (!field) {
      const consumed = this.#hooks?.foreignKey(cursor, cursor.text(), level.schema, this.#depth);
      if (!consumed) cursor.skipValue(DEPTH_MAX - this.#depth + 1);
      return;
    }
    const type = cursor.type();
    if (field.repeated) this.#repeated(level, field, type);
    else if (field.kind === 'message' && type !== 'null')
      this.#openMessage(field.message!(), field);
    else if (type === 'null') this.#null(level, field);
    else this.#scalar(field, type);
    level.seen |= 1 << field.number;
  }

  /** The field that the key just read names. */
  #field(schema: MessageSchema): FieldSchema | undefined {
    const cursor = this.#cursor;
    if (!cursor.escaped) return schema.find(cursor.bytes, cursor.start, cursor.end);
    const key = cursor.unescaped();
    return schema.find(key, 0, key.length);
  }

  #push(schema: MessageSchema, elementOf: FieldSchema | undefined, mark: number): void {
    this.#levels.push({ schema, elementOf, mark, count: 0, keyStart: 0, keyEnd: 0, seen: 0 });
  }

  #repeated(level: Level, field: FieldSchema, type: JsonType): void {
    if (type === 'null') this.#cursor.literal('null');
    else if (type === 'array') {
      this.#cursor.open();
      this.#push(level.schema, field, 0);
    } else throw this.#wrong('an array');
  }

  #element(level: Level, field: FieldSchema): void {
    const cursor = this.#cursor;
    if (!cursor.more(CHAR.closeArray, level.count++ === 0)) {
      this.#levels.pop();
      return;
    }
    const type = cursor.type();
    if (type === 'null') {
      // An element must keep its place: the empty message, the empty string.
      cursor.literal('null');
      this.#writer.view(field.number, new Uint8Array(0));
    } else if (field.kind === 'message') this.#openMessage(field.message!(), field);
    else this.#scalar(field, type);
  }

  /** null is "unset": it takes back what the same key said before. A double of AnyValue is NaN. */
  #null(level: Level, field: FieldSchema): void {
    this.#cursor.literal('null');
    const writer = this.#writer;
    if (field.kind === 'double') writer.double(field.number, Number.NaN);
    else if (level.schema.oneof || !(level.seen & (1 << field.number))) return;
    else if (field.kind === 'fixed64') writer.fixed64(field.number, 0n);
    else if (field.kind === 'fixed32') writer.fixed32(field.number, 0);
    else if (['string', 'id', 'bytes'].includes(field.kind)) writer.string(field.number, '');
    else if (field.kind !== 'message') writer.uint32(field.number, 0);
  }

  #scalar(field: FieldSchema, type: JsonType): void {
    const cursor = this.#cursor;
    const writer = this.#writer;
    switch (field.kind) {
      case 'string':
        this.#string(type);
        if (cursor.escaped) writer.view(field.number, cursor.unescaped());
        else writer.copy(field.number, cursor.bytes, cursor.start, cursor.end);
        return;
      case 'id':
        this.#string(type);
        this.#id(field.number);
        return;
      case 'bytes': {
        this.#string(type);
        const bytes = decodeBase64(this.#stringBytes());
        if (!bytes) throw new InvalidJson('a string that is not base64', cursor.start);
        writer.view(field.number, bytes);
        return;
      }
      case 'bool':
        if (type !== 'true' && type !== 'false') throw this.#wrong('true or false');
        cursor.literal(type);
        writer.bool(field.number, type === 'true');
        return;
      case 'double':
        writer.double(field.number, this.#double(type));
        return;
      case 'enum':
        writer.int64Number(field.number, this.#enum(field, type));
        return;
      case 'int64': {
        const short = this.#shortInteger(type);
        if (short !== undefined) writer.int64Number(field.number, short);
        else writer.int64(field.number, this.#wideInteger(-(2n ** 63n), 2n ** 63n - 1n));
        return;
      }
      case 'fixed64': {
        const short = this.#shortInteger(type);
        if (short !== undefined && short >= 0) writer.fixed64Nanos(field.number, 0, short);
        else if (!this.#nanos(field.number)) {
          writer.fixed64(field.number, this.#wideInteger(0n, 2n ** 64n - 1n));
        }
        return;
      }
      case 'uint32':
        writer.uint32(field.number, this.#smallInteger(type, 0, 0xffffffff));
        return;
      case 'fixed32':
        writer.fixed32(field.number, this.#smallInteger(type, 0, 0xffffffff));
        return;
      default:
        throw this.#wrong('an object');
    }
  }

  #string(type: JsonType): void {
    if (type !== 'string') throw this.#wrong('a string');
    this.#cursor.string();
  }

  #stringBytes(): Uint8Array {
    const cursor = this.#cursor;
    return cursor.escaped ? cursor.unescaped() : cursor.bytes.subarray(cursor.start, cursor.end);
  }

  /** Writes the string read last as the bytes that its hexadecimal digits, of either case, stand for. */
  #id(field: number): void {
    const { bytes, start, end } = this.#cursor;
    const writer = this.#writer;
    const length = (end - start) / 2;
    const before = writer.offset;
    if (Number.isInteger(length)) {
      writer.tag(field, WIRE.bytes);
      writer.varint(length);
      writer.reserve(length);
      for (let i = start; i < end; i += 2) {
        const byte = hexDigit(bytes[i]!) * 16 + hexDigit(bytes[i + 1]!);
        if (hexDigit(bytes[i]!) < 0 || hexDigit(bytes[i + 1]!) < 0) break;
        writer.bytes[writer.offset++] = byte;
      }
      if (writer.offset - before === 1 + varintSize(length) + length) return;
    }
    writer.offset = before;
    writer.view(field, INVALID_ID);
  }

  /** Reads an integer; its value where it is a plain one of at most 15 digits. */
  #shortInteger(type: JsonType): number | undefined {
    this.#number(type, 'an integer');
    const { bytes, start, end } = this.#cursor;
    const first = bytes[start] === CHAR.minus ? start + 1 : start;
    if (end - first > 15 || end === first) return undefined;
    const value = digitsValue(bytes, first, end);
    if (value === 0 && first > start) return undefined;
    return first > start && value !== undefined ? -value : value;
  }

  /** Writes the token read last where it has the digits of a time today: ten to nineteen. */
  #nanos(field: number): boolean {
    const { bytes, start, end } = this.#cursor;
    if (end - start < 10 || end - start > 19) return false;
    const seconds = digitsValue(bytes, start, end - 9);
    const nanos = digitsValue(bytes, end - 9, end);
    if (seconds === undefined || nanos === undefined) return false;
    this.#writer.fixed64Nanos(field, seconds, nanos);
    return true;
  }

  /** The token read last as an integer, every digit kept. */
  #wideInteger(least: bigint, most: bigint): bigint {
    const value = exactInteger(this.#cursor.text());
    if (value === undefined) throw new InvalidJson('expected an integer', this.#cursor.start);
    if (value < least || value > most) {
      throw new InvalidJson(`an integer beyond ${least} to ${most}`, this.#cursor.start);
    }
    return value;
  }

  #smallInteger(type: JsonType, least: number, most: number): number {
    const short = this.#shortInteger(type);
    if (short !== undefined && short >= least && short <= most) return short;
    return Number(this.#wideInteger(BigInt(least), BigInt(most)));
  }

  #double(type: JsonType): number {
    this.#number(type, 'a number');
    const text = this.#cursor.text();
    if (text === 'NaN') return Number.NaN;
    if (text === 'Infinity') return Number.POSITIVE_INFINITY;
    if (text === '-Infinity') return Number.NEGATIVE_INFINITY;
    if (!NUMBER.test(text)) throw new InvalidJson('expected a number', this.#cursor.start);
    const value = Number(text);
    if (!Number.isFinite(value))
      throw new InvalidJson('a number beyond a double', this.#cursor.start);
    return value;
  }

  #enum(field: FieldSchema, type: JsonType): number {
    if (type !== 'string') return this.#smallInteger(type, -0x80000000, 0x7fffffff);
    this.#cursor.string();
    const name = this.#cursor.text();
    const value = field.names?.get(name);
    if (value === undefined)
      throw new InvalidJson('an enum name that is unknown', this.#cursor.start);
    return value;
  }

  /** Reads a number, or a string that may hold one. */
  #number(type: JsonType, wanted: string): void {
    if (type === 'number') this.#cursor.number();
    else if (type === 'string') this.#cursor.string();
    else throw this.#wrong(wanted);
  }

  #wrong(wanted: string): InvalidJson {
    return new InvalidJson(`expected ${wanted}`, this.#cursor.offset);
  }

  #keyText({ keyStart, keyEnd }: Level): string {
    const view = this.#cursor.bytes.subarray(keyStart, Math.min(keyEnd, keyStart + PATH_KEY_MAX));
    return new TextDecoder().decode(view);
  }

  #path(): string {
    let path = '$';
    for (const level of this.#levels) {
      if (level.elementOf) path += `[${Math.max(0, level.count - 1)}]`;
      else if (level.keyEnd > 0) path += `.${this.#keyText(level)}`;
    }
    return path;
  }
}

/** The value of at most 15 digits; undefined where something else is among them. */
function digitsValue(bytes: Uint8Array, start: number, end: number): number | undefined {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - CHAR.zero;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
