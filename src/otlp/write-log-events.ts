/**
 * Log records that tell of spans that have not ended, as read-log-events.ts reads them: LogRecord messages, and requests made of them.
 *
 *   LogRecord 1 time (fixed64) · 6 attributes · 8 flags (fixed32) · 9 trace_id · 10 span_id · 12 event_name
 */
import { LOG_EVENT, TOLD } from './log-event-names.ts';
import { ProtobufWriter } from './wire/protobuf-writer.ts';
import { type SdkAttributes, writeAttribute, writeAttributes } from './write-attributes.ts';
import type { HrTime } from './write-sdk-span.ts';
import { writeTraces } from './write-traces.ts';

/** Of a span, in hexadecimal. */
export interface ToldIds {
  readonly traceId: string;
  readonly spanId: string;
}

export interface ToldStart extends ToldIds {
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  /** OTLP's number. */
  readonly kind: number;
  readonly time: HrTime;
  readonly flags: number;
  readonly attributes: SdkAttributes;
  /** Above that of an earlier one, it replaces that. @default 0 */
  readonly revision?: number;
}

export interface ToldEnd extends ToldIds {
  readonly time: HrTime;
  /** OTLP's number. */
  readonly status: number;
  /** No span of it will be sent: it is forgotten. */
  readonly isWithdrawn?: boolean;
}

/** A record and what surrounds it (span-batch.ts). */
export interface FramedRecord {
  readonly record: Uint8Array;
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
}

/** An attribute may be a getter of the program's: then this throws what it throws. */
export function startRecord(start: ToldStart): Uint8Array {
  const writer = opened(start.time);
  if (start.name !== '') writeAttribute(writer, 6, TOLD.name, start.name);
  if (start.parentSpanId) writeAttribute(writer, 6, TOLD.parentId, start.parentSpanId);
  writeAttribute(writer, 6, TOLD.kind, start.kind);
  if (start.revision) writeAttribute(writer, 6, TOLD.revision, start.revision);
  writeAttributes(writer, 6, start.attributes);
  writer.fixed32(8, start.flags);
  return closed(writer, LOG_EVENT.start, start);
}

export function endRecord({ time, status, isWithdrawn, ...ids }: ToldEnd): Uint8Array {
  const writer = opened(time);
  writeAttribute(writer, 6, TOLD.status, status);
  if (isWithdrawn) writeAttribute(writer, 6, TOLD.withdrawn, true);
  return closed(writer, LOG_EVENT.end, ids);
}

/** Like `startRecord`. */
export function checkpointRecord(
  ids: ToldIds,
  time: HrTime,
  attributes: SdkAttributes,
): Uint8Array {
  const writer = opened(time);
  writeAttributes(writer, 6, attributes);
  return closed(writer, LOG_EVENT.checkpoint, ids);
}

/** Of the process that the resource names. */
export function processRecord(
  sign: 'alive' | 'exit',
  time: HrTime,
  attributes: SdkAttributes = {},
): Uint8Array {
  const writer = opened(time);
  writeAttributes(writer, 6, attributes);
  return closed(writer, LOG_EVENT[sign], undefined);
}

/** An ExportLogsServiceRequest: the envelopes of logs have the numbers that those of spans have. */
export function logsRequest(records: readonly FramedRecord[]): Uint8Array {
  return writeTraces(
    records.map(({ record, resource, scope }) => ({ span: record, resource, scope })),
  );
}

function opened([seconds, nanos]: HrTime): ProtobufWriter {
  const writer = new ProtobufWriter(512);
  writer.fixed64Nanos(1, Math.max(0, seconds), Math.max(0, Math.floor(nanos)));
  return writer;
}

function closed(writer: ProtobufWriter, name: string, ids: ToldIds | undefined): Uint8Array {
  if (ids !== undefined) {
    writer.view(9, Buffer.from(ids.traceId, 'hex'));
    writer.view(10, Buffer.from(ids.spanId, 'hex'));
  }
  writer.string(12, name);
  return writer.finish();
}
