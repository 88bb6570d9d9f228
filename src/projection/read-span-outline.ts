/**
 * The little of a span that a summary needs, read without its attributes, events and links: searching
 * summarises many traces, and most of a span's bytes are attributes.
 *
 *   Span 2 span_id · 4 parent_span_id · 5 name · 7 start (fixed64) · 8 end (fixed64) · 15 status (3 code)
 */
import { parseSpanId } from '../model/ids.ts';
import type { SpanStatus } from '../model/trace-span.ts';
import { ProtobufReader, WIRE } from '../otlp/wire/protobuf-reader.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import type { FrameReader } from './frame-reader.ts';
import { durationBetween, serviceName, spanStatus } from './project-span.ts';

export interface SpanOutline {
  readonly spanId: string;
  /** Undefined where none is named, or the span names itself. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly service: string;
  readonly startUnixNano: bigint;
  /** Zero while Running. */
  readonly durationNano: bigint;
  readonly status: SpanStatus;
  readonly inMemoryOnly: boolean;
}

/** @throws MalformedProtobuf, which bytes that the scanner accepted never cause */
export function readSpanOutline(record: SpanRecord, frames: FrameReader): SpanOutline {
  const reader = new ProtobufReader(record.span);
  let spanId = '';
  let parentSpanId = '';
  let name = '';
  let start = 0n;
  let end = 0n;
  let code = 0;
  while (reader.next()) {
    if (reader.is(2, WIRE.bytes)) spanId = Buffer.from(reader.view()).toString('hex');
    else if (reader.is(4, WIRE.bytes)) parentSpanId = Buffer.from(reader.view()).toString('hex');
    else if (reader.is(5, WIRE.bytes)) name = reader.string();
    else if (reader.is(7, WIRE.fixed64)) start = reader.fixed64();
    else if (reader.is(8, WIRE.fixed64)) end = reader.fixed64();
    else if (reader.is(15, WIRE.bytes)) {
      const status = reader.message();
      while (status.next()) {
        if (status.is(3, WIRE.varint)) code = status.int32();
        else status.skip();
      }
    } else reader.skip();
  }
  const status = spanStatus(record.origin === 'running' ? 0n : end, code);
  return {
    spanId,
    parentSpanId: parentSpanId === spanId ? undefined : parseSpanId(parentSpanId),
    name,
    service: serviceName(frames.resource(record.resource).attributes),
    startUnixNano: start,
    durationNano: status === 'Running' ? 0n : durationBetween(start, end),
    status,
    inMemoryOnly: record.origin !== 'stored',
  };
}
