/**
 * Protobuf bytes into OTLP/JSON: hexadecimal ids, 64-bit integers as strings, enums as numbers, base64
 * bytes, `"NaN"` and `"Infinity"` as strings, unset fields left out. Unknown fields have no place in JSON
 * and are left out too; invalid UTF-8 becomes U+FFFD.
 *
 * Members come in the order in which their fields first came on the wire, so that what is read back keeps
 * the sender's order. A message that comes twice is merged. Recursion is as deep as messages nest, which
 * the reader bounds.
 */
import { ProtobufReader, WIRE } from '../wire/protobuf-reader.ts';
import { CHAR } from './json-cursor.ts';
import { JsonText } from './json-text.ts';
import {
  type FieldKind,
  type FieldSchema,
  type MessageSchema,
  RESOURCE_SPANS,
  TRACES_DATA,
} from './otlp-schema.ts';

const WIRE_TYPE: Readonly<Record<FieldKind, number>> = {
  string: WIRE.bytes,
  bool: WIRE.varint,
  int64: WIRE.varint,
  uint32: WIRE.varint,
  fixed32: WIRE.fixed32,
  fixed64: WIRE.fixed64,
  double: WIRE.fixed64,
  enum: WIRE.varint,
  id: WIRE.bytes,
  bytes: WIRE.bytes,
  message: WIRE.bytes,
};

/** A TracesData message as one JSON object. @throws MalformedProtobuf */
export function tracesToJson(tracesData: Uint8Array): Uint8Array {
  const text = new JsonText(tracesData.length * 2 + 64);
  writeMessageJson(text, TRACES_DATA, tracesData, 0);
  return text.view();
}

/**
 * Each ResourceSpans of a TracesData message as a JSON object of its own,
 * `{"resourceSpans":[…]}` on one line without a line feed: the form that OTLP files have.
 * @throws MalformedProtobuf
 */
export function* resourceSpansLines(tracesData: Uint8Array): Generator<Uint8Array> {
  const reader = new ProtobufReader(tracesData);
  while (reader.next()) {
    if (!reader.is(1, WIRE.bytes)) {
      reader.skip();
      continue;
    }
    const view = reader.view();
    const text = new JsonText(view.length * 2 + 64);
    text.ascii('{"resourceSpans":[');
    writeMessageJson(text, RESOURCE_SPANS, view, 1);
    text.ascii(']}');
    yield text.view();
  }
}

/** Appends the message as a JSON object. `depth` is its own in the request. */
export function writeMessageJson(
  text: JsonText,
  schema: MessageSchema,
  bytes: Uint8Array,
  depth: number,
): void {
  text.byte(CHAR.openObject);
  writeMembers(text, schema, bytes, depth);
  text.byte(CHAR.closeObject);
}

/** The same without braces; false where there was no member. */
export function writeMembers(
  text: JsonText,
  schema: MessageSchema,
  bytes: Uint8Array,
  depth: number,
): boolean {
  const start = text.length;
  writeFields(text, schema, new ProtobufReader(bytes, 0, bytes.length, depth));
  return text.length > start;
}

function writeFields(text: JsonText, schema: MessageSchema, reader: ProtobufReader): void {
  const from = reader.offset;
  const orderly = isOrderly(reader, schema);
  reader.offset = from;
  if (!orderly) {
    writeGathered(text, reader, gather(reader, schema));
    return;
  }
  let before: FieldSchema | undefined;
  while (reader.next()) {
    const field = schema.byNumber[reader.field];
    if (!field || reader.wireType !== WIRE_TYPE[field.kind]) {
      reader.skip();
      continue;
    }
    if (before?.repeated && field !== before) text.byte(CHAR.closeArray);
    if (before) text.byte(CHAR.comma);
    if (field !== before) {
      text.ascii(field.member);
      if (field.repeated) text.byte(CHAR.openArray);
    }
    writeValue(text, reader, field);
    before = field;
  }
  if (before?.repeated) text.byte(CHAR.closeArray);
}

/**
 * True where no field comes back after another and none but a repeated one comes twice: then fields can
 * be written as they are met. Looked up beforehand, as starting over would double the work at each level.
 */
function isOrderly(reader: ProtobufReader, schema: MessageSchema): boolean {
  let before: FieldSchema | undefined;
  let seen = 0;
  while (reader.next()) {
    const field = schema.byNumber[reader.field];
    if (field && reader.wireType === WIRE_TYPE[field.kind]) {
      const bit = 1 << field.number;
      if (schema.oneof ? seen !== 0 : seen & bit && !(field.repeated && field === before)) {
        return false;
      }
      seen |= bit;
      before = field;
    }
    reader.skip();
  }
  return true;
}

function writeValue(text: JsonText, reader: ProtobufReader, field: FieldSchema): void {
  if (field.kind !== 'message') writeScalar(text, reader, field.kind);
  else {
    text.byte(CHAR.openObject);
    writeFields(text, field.message!(), reader.message());
    text.byte(CHAR.closeObject);
  }
}

/** One field of a message, and where each of its values begins. */
interface Member {
  readonly field: FieldSchema;
  readonly offsets: number[];
}

function gather(reader: ProtobufReader, schema: MessageSchema): Member[] {
  const members: Member[] = [];
  while (reader.next()) {
    const field = schema.byNumber[reader.field];
    if (field && reader.wireType === WIRE_TYPE[field.kind]) {
      let member = members.find((candidate) => candidate.field === field);
      if (!member) {
        // Of a oneof only the last member counts.
        if (schema.oneof) members.length = 0;
        member = { field, offsets: [] };
        members.push(member);
      }
      member.offsets.push(reader.offset);
    }
    reader.skip();
  }
  return members;
}

/** Writes each field once, whatever order its values came in. */
function writeGathered(text: JsonText, reader: ProtobufReader, members: readonly Member[]): void {
  for (const [place, { field, offsets }] of members.entries()) {
    if (place > 0) text.byte(CHAR.comma);
    text.ascii(field.member);
    if (field.repeated) {
      for (const [index, offset] of offsets.entries()) {
        text.byte(index === 0 ? CHAR.openArray : CHAR.comma);
        reader.offset = offset;
        writeValue(text, reader, field);
      }
      text.byte(CHAR.closeArray);
    } else if (field.kind === 'message') {
      // Joining the bytes of two messages is protobuf's own way to merge them.
      const views = offsets.map((offset) => {
        reader.offset = offset;
        return reader.view();
      });
      writeMessageJson(text, field.message!(), Buffer.concat(views), reader.depth + 1);
    } else {
      reader.offset = offsets.at(-1)!;
      writeScalar(text, reader, field.kind);
    }
  }
}

function writeScalar(text: JsonText, reader: ProtobufReader, kind: FieldKind): void {
  switch (kind) {
    case 'string': {
      const length = reader.pass();
      text.string(reader.bytes, reader.offset - length, reader.offset);
      return;
    }
    case 'id':
      text.hex(reader.view());
      return;
    case 'bytes':
      text.base64(reader.view());
      return;
    case 'bool':
      text.ascii(reader.bool() ? 'true' : 'false');
      return;
    case 'int64':
      text.quoted(String(reader.int64()));
      return;
    case 'fixed64':
      text.quoted(String(reader.fixed64()));
      return;
    case 'uint32':
      text.ascii(String(reader.uint32()));
      return;
    case 'fixed32':
      text.ascii(String(reader.fixed32()));
      return;
    case 'enum':
      text.ascii(String(reader.int32()));
      return;
    case 'double':
      writeDouble(text, reader.double());
      return;
    default:
      throw new TypeError(`${kind} is no scalar`);
  }
}

/** `-0` is a number in JSON and stays one; what is none goes in quotes. */
function writeDouble(text: JsonText, value: number): void {
  if (!Number.isFinite(value)) text.quoted(String(value));
  else text.ascii(Object.is(value, -0) ? '-0' : String(value));
}
