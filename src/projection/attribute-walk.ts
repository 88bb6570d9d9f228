/**
 * Where the attributes of a span or of its frame lie, without reading them.
 *
 *   Span 9 attributes · KeyValue 1 key · 2 value
 */
import type { Attribute } from '../model/attribute.ts';
import { readAttribute } from '../otlp/read-attributes.ts';
import { FieldCursor } from '../otlp/wire/field-cursor.ts';
import { ProtobufReader, WIRE } from '../otlp/wire/protobuf-reader.ts';

const ATTRIBUTES = 9;

/** Set anew for each span, and for each list of attributes in it. */
export class AttributeWalk {
  keyFrom = 0;
  keyTo = 0;
  /** Of the AnyValue message; empty where there is none. */
  valueFrom = 0;
  valueTo = 0;
  /** Of the KeyValue message. */
  from = 0;
  to = 0;
  bytes: Uint8Array = new Uint8Array(0);
  readonly #fields = new FieldCursor();
  readonly #parts = new FieldCursor();
  #field = ATTRIBUTES;

  /** @param field of the message in [from, to) that holds attributes */
  over(bytes: Uint8Array, from = 0, to: number = bytes.length, field: number = ATTRIBUTES): this {
    this.bytes = bytes;
    this.#fields.over(bytes, from, to);
    this.#field = field;
    return this;
  }

  /** Steps to the next attribute; false behind the last. */
  next(): boolean {
    const fields = this.#fields;
    while (fields.next()) {
      if (!fields.is(this.#field, WIRE.bytes)) continue;
      this.from = fields.from;
      this.to = fields.to;
      this.keyFrom = this.keyTo = this.valueFrom = this.valueTo = fields.to;
      const parts = this.#parts.over(this.bytes, fields.from, fields.to);
      while (parts.next()) {
        if (parts.is(1, WIRE.bytes)) {
          this.keyFrom = parts.from;
          this.keyTo = parts.to;
        } else if (parts.is(2, WIRE.bytes)) {
          this.valueFrom = parts.from;
          this.valueTo = parts.to;
        }
      }
      return true;
    }
    return false;
  }

  /** Whether the key is this one, to the byte. */
  hasKey(key: Uint8Array): boolean {
    const { bytes, keyFrom } = this;
    if (this.keyTo - keyFrom !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (bytes[keyFrom + i] !== key[i]) return false;
    return true;
  }

  /** The attribute at hand. */
  read(): Attribute {
    return readAttribute(new ProtobufReader(this.bytes, this.from, this.to));
  }
}
