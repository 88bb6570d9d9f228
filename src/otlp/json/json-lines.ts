/**
 * The form in which a store with format "json" keeps traces: a line of OTLP/JSON for each ResourceSpans,
 * readable by anything that reads OTLP files, from which every byte can be had back.
 *
 * A span whose JSON would not give its very bytes (unknown fields, another writer's lengths, invalid
 * UTF-8, …) carries them in base64 as `syntonRaw`; a frame does so as `syntonRawResource` beside
 * `resource`, or `syntonRawScope` beside `scope`. That is decided by reading the JSON back, so it cannot
 * be wrong. Kept are spans, frames, their grouping and their order; the request's own unknown fields
 * belong to no span and go.
 */
import { SyntonError } from '../../model/errors.ts';
import { ProtobufReader, WIRE } from '../wire/protobuf-reader.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import { decodeBase64 } from './base64.ts';
import { InvalidJson, type JsonCursor } from './json-cursor.ts';
import { JsonText } from './json-text.ts';
import { jsonToProtobuf, type TranscodeHooks } from './json-to-protobuf.ts';
import {
  type MessageSchema,
  RESOURCE_SPANS,
  SCOPE_SPANS,
  SPAN,
  TRACES_DATA,
} from './otlp-schema.ts';
import { writeMembers } from './protobuf-to-json.ts';

/** A line that was not written by `encodeJsonLines`, or was damaged since. */
export class MalformedJsonLine extends SyntonError {
  readonly code = 'MalformedJsonLine';

  constructor(line: number, reason: string, path: string, position: number) {
    super(`line ${line}: ${reason} at ${path} (byte ${position})`);
  }
}

const LINE_FEED = 10;
const RESOURCE_SPANS_DEPTH = 1;
const SCOPE_SPANS_DEPTH = 2;
const SPAN_DEPTH = 3;

/** The key under which each message keeps bytes that JSON cannot express. */
const RAW_KEYS: ReadonlyMap<MessageSchema, string> = new Map([
  [SPAN, 'syntonRaw'],
  [SCOPE_SPANS, 'syntonRawScope'],
  [RESOURCE_SPANS, 'syntonRawResource'],
]);

/** Every line ends with a line feed. @throws MalformedProtobuf, which scanned bytes never cause */
export function encodeJsonLines(tracesData: Uint8Array): Uint8Array {
  const text = new JsonText(tracesData.length * 3 + 64);
  const reader = new ProtobufReader(tracesData);
  while (reader.next()) {
    if (!reader.is(1, WIRE.bytes)) {
      reader.skip();
      continue;
    }
    text.ascii('{"resourceSpans":[');
    writeEnvelope(text, RESOURCE_SPANS, reader.view(), RESOURCE_SPANS_DEPTH);
    text.ascii(']}\n');
  }
  return text.view();
}

/** Appends a ResourceSpans or a ScopeSpans: its frame, then the elements of its field 2. */
function writeEnvelope(
  text: JsonText,
  schema: MessageSchema,
  bytes: Uint8Array,
  depth: number,
): void {
  const { frame, elements } = split(bytes, depth);
  writeFaithfully(text, schema, frame, depth);
  if (elements.length > 0) {
    // Back over the closing brace.
    text.truncate(text.length - 1);
    const field = schema.byNumber[2]!;
    text.ascii(text.view().at(-1) === 0x7b ? `"${field.name}":[` : `,"${field.name}":[`);
    for (let i = 0; i < elements.length; i++) {
      if (i > 0) text.ascii(',');
      if (schema === RESOURCE_SPANS) {
        writeEnvelope(text, SCOPE_SPANS, elements[i]!, SCOPE_SPANS_DEPTH);
      } else writeFaithfully(text, SPAN, elements[i]!, SPAN_DEPTH);
    }
    text.ascii(']}');
  }
}

/** Appends the message as an object, with its bytes beside it where the object alone would lose some. */
function writeFaithfully(
  text: JsonText,
  schema: MessageSchema,
  bytes: Uint8Array,
  depth: number,
): void {
  const start = text.length;
  text.ascii('{');
  const hasMembers = writeMembers(text, schema, bytes, depth);
  text.ascii('}');
  const back = jsonToProtobuf(text.view(start), schema);
  if (back.status === 'ok' && Buffer.compare(back.bytes, bytes) === 0) return;
  text.truncate(text.length - 1);
  text.ascii(`${hasMembers ? ',' : ''}"${RAW_KEYS.get(schema)}":`);
  text.base64(bytes);
  text.ascii('}');
}

/** The TracesData message that the lines were made of; blank lines are passed over. @throws MalformedJsonLine */
export function decodeJsonLines(lines: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let number = 0;
  for (let start = 0; start < lines.length; ) {
    const feed = lines.indexOf(LINE_FEED, start);
    const end = feed < 0 ? lines.length : feed;
    number++;
    if (end > start) {
      const outcome = jsonToProtobuf(lines.subarray(start, end), TRACES_DATA, new RawBytes());
      if (outcome.status === 'invalid') {
        throw new MalformedJsonLine(number, outcome.reason, outcome.path, outcome.position);
      }
      parts.push(outcome.bytes);
    }
    start = end + 1;
  }
  return parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts));
}

/** Puts the raw bytes in the place of what their JSON said. */
class RawBytes implements TranscodeHooks {
  /** By the depth of the message that they belong to. */
  readonly #pending = new Map<number, Uint8Array>();

  foreignKey(cursor: JsonCursor, key: string, schema: MessageSchema, depth: number): boolean {
    if (RAW_KEYS.get(schema) !== key) return false;
    cursor.string();
    const bytes = decodeBase64(cursor.bytes.subarray(cursor.start, cursor.end));
    if (!bytes) throw new InvalidJson('a string that is not base64', cursor.start);
    this.#pending.set(depth, bytes);
    return true;
  }

  messageEnd(writer: ProtobufWriter, schema: MessageSchema, mark: number, depth: number): void {
    const raw = this.#pending.get(depth);
    if (!raw) return;
    this.#pending.delete(depth);
    const written = writer.bytes.subarray(mark, writer.offset);
    const elements = schema === SPAN ? [] : split(Uint8Array.from(written), 0).elements;
    writer.offset = mark;
    writer.raw(raw);
    for (const element of elements) writer.view(2, element);
  }
}

/** The elements of field 2, and everything else in one piece. */
function split(bytes: Uint8Array, depth: number): { frame: Uint8Array; elements: Uint8Array[] } {
  const reader = new ProtobufReader(bytes, 0, bytes.length, depth);
  const frame = new ProtobufWriter(256);
  const elements: Uint8Array[] = [];
  while (reader.next()) {
    const from = reader.fieldOffset;
    if (reader.is(2, WIRE.bytes)) elements.push(reader.view());
    else {
      reader.skip();
      frame.raw(bytes.subarray(from, reader.offset));
    }
  }
  return { frame: frame.finish(), elements };
}
