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

/** One field of a message, with all that came of it. */
interface Member {
  readonly field: FieldSchema;
  /** Positions of readers: where each value begins, tags passed. */
  readonly offsets: number[];
}

/** Appends the message as a JSON object. `depth` is its own in the request. */
export function writeMessageJson(
  text: JsonText,
  schema: MessageSchema,
  bytes: Uint8Array,
  depth: number,
): void {
  text.ascii('{');
  writeMembers(text, schema, bytes, depth);
  text.ascii('}');
}

/** The same without braces; false where there was no member. */
export function writeMembers(
  text: JsonText,
  schema: MessageSchema,
  bytes: Uint8Array,
  depth: number,
): boolean {
  const reader = new ProtobufReader(bytes, 0, bytes.length, depth);
  const members = membersOf(reader, schema);
  let first = true;
  for (const member of members) {
    text.ascii(first ? `"${member.field.name}":` : `,"${member.field.name}":`);
    writeMember(text, reader, member);
    first = false;
  }
  return !first;
}

function membersOf(reader: ProtobufReader, schema: MessageSchema): Member[] {
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

function writeMember(text: JsonText, reader: ProtobufReader, { field, offsets }: Member): void {
  if (field.repeated) {
    text.ascii('[');
    for (let i = 0; i < offsets.length; i++) {
      if (i > 0) text.ascii(',');
      reader.offset = offsets[i]!;
      if (field.kind === 'message') {
        writeMessageJson(text, field.message!(), reader.view(), reader.depth + 1);
      } else writeScalar(text, reader, field.kind);
    }
    text.ascii(']');
    return;
  }
  if (field.kind !== 'message') {
    reader.offset = offsets.at(-1)!;
    writeScalar(text, reader, field.kind);
    return;
  }
  // Joining the bytes of two messages is protobuf's own way to merge them.
  const views = offsets.map((offset) => {
    reader.offset = offset;
    return reader.view();
  });
  const bytes = views.length === 1 ? views[0]! : Buffer.concat(views);
  writeMessageJson(text, field.message!(), bytes, reader.depth + 1);
}

function writeScalar(text: JsonText, reader: ProtobufReader, kind: FieldKind): void {
  switch (kind) {
    case 'string':
      text.string(reader.view());
      return;
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
      text.ascii(`"${reader.int64()}"`);
      return;
    case 'fixed64':
      text.ascii(`"${reader.fixed64()}"`);
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
      text.ascii(doubleText(reader.double()));
      return;
    default:
      throw new TypeError(`${kind} is no scalar`);
  }
}

/** `-0` is a number in JSON and stays one. */
function doubleText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return `"${value}"`;
}
