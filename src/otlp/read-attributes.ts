/**
 * Attributes from the wire. Nothing is lost: duplicate keys, order, the empty value. Nesting is bounded
 * by the reader's depth.
 *
 *   KeyValue 1 key · 2 value
 *   AnyValue 1 string · 2 bool · 3 int64 · 4 double · 5 array · 6 kvlist · 7 bytes
 *   ArrayValue 1 values · KeyValueList 1 values
 */
import type { Attribute, AttributeValue } from '../model/attribute.ts';
import { type ProtobufReader, WIRE } from './wire/protobuf-reader.ts';

const UNSET: AttributeValue = { type: 'unset' };

/** Reads one KeyValue message to its end. */
export function readAttribute(reader: ProtobufReader): Attribute {
  let key = '';
  let value = UNSET;
  while (reader.next()) {
    if (reader.is(1, WIRE.bytes)) key = reader.string();
    else if (reader.is(2, WIRE.bytes)) value = readAttributeValue(reader.message(), value);
    else reader.skip();
  }
  return { key, value };
}

/**
 * Reads one AnyValue message to its end. Of several members the last one counts; `before` is what the
 * same field held already, as protobuf merges a message that comes twice; its list is added to.
 */
export function readAttributeValue(
  reader: ProtobufReader,
  before: AttributeValue = UNSET,
): AttributeValue {
  let value = before;
  while (reader.next()) {
    if (reader.is(1, WIRE.bytes)) value = { type: 'string', value: reader.string() };
    else if (reader.is(2, WIRE.varint)) value = { type: 'bool', value: reader.bool() };
    else if (reader.is(3, WIRE.varint)) value = { type: 'int', value: reader.int64() };
    else if (reader.is(4, WIRE.fixed64)) value = { type: 'double', value: reader.double() };
    else if (reader.is(5, WIRE.bytes)) {
      const values = value.type === 'array' ? (value.value as AttributeValue[]) : [];
      const list = reader.message();
      while (list.next()) {
        if (list.is(1, WIRE.bytes)) values.push(readAttributeValue(list.message()));
        else list.skip();
      }
      value = { type: 'array', value: values };
    } else if (reader.is(6, WIRE.bytes)) {
      const entries = value.type === 'map' ? (value.value as Attribute[]) : [];
      const list = reader.message();
      while (list.next()) {
        if (list.is(1, WIRE.bytes)) entries.push(readAttribute(list.message()));
        else list.skip();
      }
      value = { type: 'map', value: entries };
    } else if (reader.is(7, WIRE.bytes)) value = { type: 'bytes', value: reader.view() };
    else reader.skip();
  }
  return value;
}
