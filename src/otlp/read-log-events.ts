/**
 * The log records by which programs tell of spans that have not ended, out of an ExportLogsServiceRequest; what
 * else it holds is passed over.
 *
 * A record that cannot be read, or breaks what is said of LogEvent, is passed over too: who calls counts what is
 * left. Bounds: those of a scanner (scan-limits.ts) for a span and for the frames around it, CHECKPOINT_BYTES_MAX a checkpoint.
 *
 *   ExportLogsServiceRequest 1 resource_logs · ResourceLogs 1 resource, 2 scope_logs, 3 schema_url ·
 *   ScopeLogs 1 scope, 2 log_records, 3 schema_url
 *   LogRecord 1 time (fixed64) · 6 attributes · 7 dropped · 8 flags (fixed32) · 9 trace_id · 10 span_id ·
 *     11 observed time (fixed64) · 12 event_name
 */
import { type Attribute, attributeOf } from '../model/attribute.ts';
import { CHECKPOINT_EVENT } from '../model/checkpoint.ts';
import { parseSpanId } from '../model/ids.ts';
import { LOG_EVENT, TOLD } from './log-event-names.ts';
import { readAttribute } from './read-attributes.ts';
import { readResourceFrame } from './read-frames.ts';
import { SpanScanner } from './scan-traces.ts';
import { STRIDE } from './span-columns.ts';
import { MalformedProtobuf } from './wire/malformed-protobuf.ts';
import { ProtobufReader, WIRE } from './wire/protobuf-reader.ts';
import { ProtobufWriter } from './wire/protobuf-writer.ts';
import { writeTraces } from './write-traces.ts';

/** All bytes are views of the request, or made anew: who keeps them copies them. */
export type LogEvent = SpanStarted | SpanEnded | SpanCheckpoint | ProcessSign;

export interface SpanStarted {
  readonly type: 'start';
  /** A Span message without an end: with its frames it is what the scanner of spans accepts. */
  readonly span: Uint8Array;
  /** The row that the scanner made of it (span-columns.ts), its own. */
  readonly words: Uint32Array;
  /** Above that of an earlier start of the span, it says more. */
  readonly revision: number;
  readonly frames: LogFrames;
}

/** It has ended; the span itself may follow or not. */
export interface SpanEnded {
  readonly type: 'end';
  /** 16 bytes, not all zero. */
  readonly traceId: Uint8Array;
  /** 8 bytes, not all zero. */
  readonly spanId: Uint8Array;
  /** Not zero. */
  readonly endUnixNano: bigint;
  /** OTLP's number of a status, 0 to 2. */
  readonly status: number;
  /** It will not follow. */
  readonly isWithdrawn: boolean;
  readonly frames: LogFrames;
}

export interface SpanCheckpoint {
  readonly type: 'checkpoint';
  /** 16 bytes, not all zero. */
  readonly traceId: Uint8Array;
  /** 8 bytes, not all zero. */
  readonly spanId: Uint8Array;
  /** An Event message that the scanner accepts. */
  readonly event: Uint8Array;
  readonly frames: LogFrames;
}

export interface ProcessSign {
  readonly type: 'alive' | 'exit';
  /** Zero where the record says none. */
  readonly atUnixNano: bigint;
  readonly frames: LogFrames;
}

/** What surrounds a record; as field numbers are the same, a frame of spans too (span-batch.ts). */
export interface LogFrames {
  /** All fields of its ResourceLogs other than scope_logs. */
  readonly resource: Uint8Array;
  /** All fields of its ScopeLogs other than log_records. */
  readonly scope: Uint8Array;
  /** Names the process among all; undefined where its resource says too little. */
  readonly process: string | undefined;
}

const CHECKPOINT_BYTES_MAX = 8 * 1024;
const PREFIX = Buffer.from('synton.');
const TYPES: ReadonlyMap<string, LogEvent['type']> = new Map(
  (Object.keys(LOG_EVENT) as LogEvent['type'][]).map((type) => [LOG_EVENT[type], type]),
);
/** Of these a span or an event has fields of its own. */
const TOLD_BY_FIELDS: ReadonlySet<string> = new Set([
  ...[TOLD.name, TOLD.parentId, TOLD.kind, TOLD.eventName, TOLD.revision],
]);
const KIND_INTERNAL = 1;
/** For one span at a time, and within one call. */
const scanner = new SpanScanner();

/** False where there is surely nothing for `readLogEvents`, which is true of nearly every request. */
export function mayHoldLogEvents(request: Uint8Array): boolean {
  return Buffer.from(request.buffer, request.byteOffset, request.length).includes(PREFIX);
}

/** @throws MalformedProtobuf where the request cannot be walked down to its records */
export function readLogEvents(request: Uint8Array): readonly LogEvent[] {
  const events: LogEvent[] = [];
  const reader = new ProtobufReader(request);
  while (reader.next()) {
    if (reader.is(1, WIRE.bytes)) readResourceLogs(reader.message(), events);
    else reader.skip();
  }
  return events;
}

function readResourceLogs(reader: ProtobufReader, events: LogEvent[]): void {
  const { nested, frame: resource } = splitFrame(reader);
  const process = unlessMalformed(() => ({ name: processOf(resource) }));
  if (process === undefined) return;
  for (const scopeLogs of nested) {
    const { nested: records, frame: scope } = splitFrame(scopeLogs);
    const frames = { resource, scope, process: process.name };
    for (const record of records) {
      const event = unlessMalformed(() => readRecord(record, frames));
      if (event !== undefined) events.push(event);
    }
  }
}

/**
 * By `service.instance.id`, else by `process.pid` and `host.name`; undefined without either.
 * @throws MalformedProtobuf
 */
export function processOf(resource: Uint8Array): string | undefined {
  const { attributes } = readResourceFrame(resource);
  const instance = textOf(attributes, 'service.instance.id');
  if (instance) return `${textOf(attributes, 'service.name') ?? ''}\0${instance}`;
  const pid = attributeOf(attributes, 'process.pid');
  const host = textOf(attributes, 'host.name');
  return pid?.type === 'int' && host ? `${host}\0${pid.value}` : undefined;
}

/** The messages of field 2, and all other fields in one piece. */
function splitFrame(reader: ProtobufReader): { nested: ProtobufReader[]; frame: Uint8Array } {
  const nested: ProtobufReader[] = [];
  const pieces: Uint8Array[] = [];
  while (reader.next()) {
    if (reader.is(2, WIRE.bytes)) nested.push(reader.message());
    else {
      const from = reader.fieldOffset;
      reader.skip();
      pieces.push(reader.bytes.subarray(from, reader.offset));
    }
  }
  return { nested, frame: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces) };
}

function unlessMalformed<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedProtobuf) return undefined;
    throw error;
  }
}

interface ReadRecord {
  atUnixNano: bigint;
  observedUnixNano: bigint;
  traceId: Uint8Array;
  spanId: Uint8Array;
  flags: number;
  eventName: string;
  droppedAttributes: number;
  readonly attributes: Attribute[];
  /** Of each attribute. */
  readonly written: Uint8Array[];
}

function readRecord(reader: ProtobufReader, frames: LogFrames): LogEvent | undefined {
  const record = fieldsOf(reader);
  const name = record.eventName || textOf(record.attributes, TOLD.eventName);
  const type = name === undefined ? undefined : TYPES.get(name);
  if (type === undefined) return undefined;
  const atUnixNano = record.atUnixNano || record.observedUnixNano;
  if (type === 'alive' || type === 'exit') return { type, atUnixNano, frames };
  if (type === 'start') return spanStarted(record, atUnixNano, frames);
  const { traceId, spanId } = record;
  if (type === 'end') return spanEnded(record, atUnixNano, frames);
  const event = checkpointOf(record, atUnixNano);
  if (event.length > CHECKPOINT_BYTES_MAX) return undefined;
  const writer = new ProtobufWriter(512);
  writeIds(writer, record);
  writer.view(11, event);
  return rowOf(writer.finish(), frames) && { type, traceId, spanId, event, frames };
}

/** Undefined where its ids are not a span's, or it has no time. */
function spanEnded(
  record: ReadRecord,
  endUnixNano: bigint,
  frames: LogFrames,
): SpanEnded | undefined {
  const { traceId, spanId, attributes } = record;
  const isNamed = traceId.length === 16 && spanId.length === 8;
  if (endUnixNano === 0n || !isNamed || isZero(traceId) || isZero(spanId)) return undefined;
  const status = attributeOf(attributes, TOLD.status);
  const withdrawn = attributeOf(attributes, TOLD.withdrawn);
  return {
    type: 'end',
    traceId,
    spanId,
    endUnixNano,
    status: status?.type === 'int' && status.value <= 2n ? Number(status.value) & 3 : 0,
    isWithdrawn: withdrawn?.type === 'bool' && withdrawn.value,
    frames,
  };
}

function isZero(id: Uint8Array): boolean {
  return id.every((byte) => byte === 0);
}

function fieldsOf(reader: ProtobufReader): ReadRecord {
  const record: ReadRecord = {
    atUnixNano: 0n,
    observedUnixNano: 0n,
    traceId: new Uint8Array(0),
    spanId: new Uint8Array(0),
    flags: 0,
    eventName: '',
    droppedAttributes: 0,
    attributes: [],
    written: [],
  };
  while (reader.next()) {
    if (reader.is(1, WIRE.fixed64)) record.atUnixNano = reader.fixed64();
    else if (reader.is(6, WIRE.bytes)) {
      const message = reader.message();
      record.written.push(reader.bytes.subarray(message.offset, message.end));
      record.attributes.push(readAttribute(message));
    } else if (reader.is(7, WIRE.varint)) record.droppedAttributes = reader.uint32();
    else if (reader.is(8, WIRE.fixed32)) record.flags = reader.fixed32();
    else if (reader.is(9, WIRE.bytes)) record.traceId = reader.view();
    else if (reader.is(10, WIRE.bytes)) record.spanId = reader.view();
    else if (reader.is(11, WIRE.fixed64)) record.observedUnixNano = reader.fixed64();
    else if (reader.is(12, WIRE.bytes)) record.eventName = reader.string();
    else reader.skip();
  }
  return record;
}

/** Undefined where its ids, its parent or its size are not a span's. */
function spanStarted(
  record: ReadRecord,
  startUnixNano: bigint,
  frames: LogFrames,
): SpanStarted | undefined {
  const { attributes } = record;
  const parent = attributeOf(attributes, TOLD.parentId);
  const parentId = parent?.type === 'string' ? parseSpanId(parent.value) : undefined;
  if (parent !== undefined && parentId === undefined) return undefined;
  const kind = attributeOf(attributes, TOLD.kind);
  const name = textOf(attributes, TOLD.name) ?? '';
  const writer = new ProtobufWriter(512);
  writeIds(writer, record);
  if (parentId !== undefined) writer.view(4, Buffer.from(parentId, 'hex'));
  if (name !== '') writer.string(5, name);
  writer.uint32(6, kind?.type === 'int' ? Number(BigInt.asUintN(8, kind.value)) : KIND_INTERNAL);
  writer.fixed64(7, startUnixNano);
  writeAttributes(writer, 9, record);
  if (record.droppedAttributes > 0) writer.uint32(10, record.droppedAttributes);
  if (record.flags !== 0) writer.fixed32(16, record.flags);
  const span = writer.finish();
  const words = rowOf(span, frames);
  const revision = attributeOf(attributes, TOLD.revision);
  return (
    words && {
      type: 'start',
      span,
      words,
      revision: revision?.type === 'int' ? Number(BigInt.asUintN(32, revision.value)) : 0,
      frames,
    }
  );
}

function writeIds(writer: ProtobufWriter, { traceId, spanId }: ReadRecord): void {
  writer.view(1, traceId);
  writer.view(2, spanId);
}

/** Undefined where it would not be received as a span. */
function rowOf(span: Uint8Array, { resource, scope }: LogFrames): Uint32Array | undefined {
  const outcome = scanner.scan(writeTraces([{ span, resource, scope }]));
  return outcome.status === 'ok' && scanner.count === 1 ? scanner.rows.slice(0, STRIDE) : undefined;
}

/** Event 1 time (fixed64) · 2 name · 3 attributes · 4 dropped */
function checkpointOf(record: ReadRecord, atUnixNano: bigint): Uint8Array {
  const writer = new ProtobufWriter(256);
  writer.fixed64(1, atUnixNano);
  writer.string(2, CHECKPOINT_EVENT);
  writeAttributes(writer, 3, record);
  if (record.droppedAttributes > 0) writer.uint32(4, record.droppedAttributes);
  return writer.finish();
}

function writeAttributes(writer: ProtobufWriter, field: number, record: ReadRecord): void {
  for (const [i, { key }] of record.attributes.entries()) {
    if (!TOLD_BY_FIELDS.has(key)) writer.view(field, record.written[i]!);
  }
}

function textOf(attributes: readonly Attribute[], key: string): string | undefined {
  const value = attributeOf(attributes, key);
  return value?.type === 'string' ? value.value : undefined;
}
