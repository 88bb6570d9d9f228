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
import { DEPTH_MAX } from '../wire/protobuf-reader.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
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
  /** The key at hand, for paths. */
  key: string;
  /** Bits of the field numbers seen, all of which are below 32. */
  seen: number;
}

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
    this.#levels.push({ schema, elementOf: undefined, mark, count: 0, key: '', seen: 0 });
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
    level.key = cursor.text();
    const field = level.schema.byName.get(level.key);
    if (!field) {
      const consumed = this.#hooks?.foreignKey(cursor, level.key, level.schema, this.#depth);
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

  #repeated(level: Level, field: FieldSchema, type: JsonType): void {
    if (type === 'null') this.#cursor.literal('null');
    else if (type === 'array') {
      this.#cursor.open();
      const { schema } = level;
      this.#levels.push({ schema, elementOf: field, mark: 0, count: 0, key: '', seen: 0 });
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
        writer.view(field.number, this.#stringBytes());
        return;
      case 'id':
        this.#string(type);
        writer.view(field.number, decodeHex(this.#stringBytes()) ?? INVALID_ID);
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
      case 'int64':
        writer.int64(field.number, this.#integer(type, -(2n ** 63n), 2n ** 63n - 1n));
        return;
      case 'fixed64':
        writer.fixed64(field.number, this.#integer(type, 0n, 2n ** 64n - 1n));
        return;
      case 'uint32':
        writer.uint32(field.number, Number(this.#integer(type, 0n, 0xffffffffn)));
        return;
      case 'fixed32':
        writer.fixed32(field.number, Number(this.#integer(type, 0n, 0xffffffffn)));
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

  #integer(type: JsonType, least: bigint, most: bigint): bigint {
    const value = exactInteger(this.#numberText(type, 'an integer'));
    if (value === undefined) throw new InvalidJson('expected an integer', this.#cursor.start);
    if (value < least || value > most) {
      throw new InvalidJson(`an integer beyond ${least} to ${most}`, this.#cursor.start);
    }
    return value;
  }

  #double(type: JsonType): number {
    const text = this.#numberText(type, 'a number');
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
    if (type !== 'string') return Number(this.#integer(type, -0x80000000n, 0x7fffffffn));
    this.#cursor.string();
    const name = this.#cursor.text();
    const value = field.names?.get(name);
    if (value === undefined)
      throw new InvalidJson('an enum name that is unknown', this.#cursor.start);
    return value;
  }

  /** A number, or a string that may hold one. */
  #numberText(type: JsonType, wanted: string): string {
    if (type === 'number') this.#cursor.number();
    else if (type === 'string') this.#cursor.string();
    else throw this.#wrong(wanted);
    return this.#cursor.text();
  }

  #wrong(wanted: string): InvalidJson {
    return new InvalidJson(`expected ${wanted}`, this.#cursor.offset);
  }

  #path(): string {
    let path = '$';
    for (const level of this.#levels) {
      if (level.elementOf) path += `[${Math.max(0, level.count - 1)}]`;
      else if (level.count > 0 && level.key !== '') path += `.${level.key.slice(0, 64)}`;
    }
    return path;
  }
}

/** Any even number of digits, of either case; undefined where they are not hexadecimal. */
function decodeHex(digits: Uint8Array): Uint8Array | undefined {
  if (digits.length % 2 !== 0) return undefined;
  const output = new Uint8Array(digits.length / 2);
  for (let i = 0; i < output.length; i++) {
    const high = hexDigit(digits[i * 2]!);
    const low = hexDigit(digits[i * 2 + 1]!);
    if (high < 0 || low < 0) return undefined;
    output[i] = high * 16 + low;
  }
  return output;
}
