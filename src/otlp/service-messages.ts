/**
 * What an OTLP server answers, in both encodings: the export response with its partial success, and the
 * google.rpc.Status of a refusal, with how long to wait. Answers are small; readers of a peer's answer
 * bound its size.
 *
 *   Export…ServiceResponse 1 partial_success (1 rejected, int64 · 2 error_message): the same numbers for
 *     spans, log records and data points
 *   Status 1 code · 2 message · 3 details (Any 1 type_url · 2 value)
 *   RetryInfo 1 retry_delay (Duration 1 seconds, int64 · 2 nanos)
 */
import { ProtobufReader, WIRE } from './wire/protobuf-reader.ts';
import { ProtobufWriter } from './wire/protobuf-writer.ts';

export interface RpcStatus {
  /** A gRPC status code. */
  readonly code: number;
  readonly message: string;
  /** The RetryInfo among the details: the request may be sent again after so long. */
  readonly retryAfterMs?: number | undefined;
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** How JSON calls what was rejected. */
const REJECTED_NAMES = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
} as const;

export type ResponseSignal = keyof typeof REJECTED_NAMES;

/**
 * `rejected` counts spans, log records or data points; with none, the message is a warning. Full success
 * takes no bytes.
 */
export function encodeExportResponse(rejected = 0, message = ''): Uint8Array {
  const writer = new ProtobufWriter(64);
  if (rejected > 0 || message !== '') {
    const mark = writer.begin(1);
    if (rejected > 0) writer.int64Number(1, rejected);
    if (message !== '') writer.string(2, message);
    writer.end(mark);
  }
  return writer.finish();
}

export function encodeExportResponseJson(
  signal: ResponseSignal,
  rejected = 0,
  message = '',
): string {
  if (rejected === 0 && message === '') return '{}';
  return JSON.stringify({
    partialSuccess: {
      ...(rejected > 0 && { [REJECTED_NAMES[signal]]: String(rejected) }),
      ...(message !== '' && { errorMessage: message }),
    },
  });
}

/** A negative count is read as none. @throws MalformedProtobuf */
export function decodeExportResponse(bytes: Uint8Array): {
  readonly rejectedSpans: number;
  readonly message?: string;
} {
  const reader = new ProtobufReader(bytes);
  let rejected = 0n;
  let message = '';
  while (reader.next()) {
    if (!reader.is(1, WIRE.bytes)) {
      reader.skip();
      continue;
    }
    const partial = reader.message();
    while (partial.next()) {
      if (partial.is(1, WIRE.varint)) rejected = partial.int64();
      else if (partial.is(2, WIRE.bytes)) message = partial.string();
      else partial.skip();
    }
  }
  return {
    rejectedSpans: rejected > 0n ? Number(rejected) : 0,
    ...(message !== '' && { message }),
  };
}

export function encodeStatus(status: RpcStatus): Uint8Array {
  const writer = new ProtobufWriter(128);
  if (status.code !== 0) writer.int64Number(1, status.code);
  if (status.message !== '') writer.string(2, status.message);
  if (status.retryAfterMs !== undefined) {
    const any = writer.begin(3);
    writer.string(1, RETRY_INFO);
    const retryInfo = writer.begin(2);
    const duration = writer.begin(1);
    const seconds = Math.floor(status.retryAfterMs / 1000);
    const nanos = Math.round((status.retryAfterMs - seconds * 1000) * 1e6);
    if (seconds > 0) writer.int64Number(1, seconds);
    if (nanos > 0) writer.int64Number(2, nanos);
    writer.end(duration);
    writer.end(retryInfo);
    writer.end(any);
  }
  return writer.finish();
}

/** A Duration is a decimal number of seconds with an `s` in protobuf's JSON. */
export function encodeStatusJson(status: RpcStatus): string {
  const { code, message, retryAfterMs } = status;
  return JSON.stringify({
    code,
    message,
    ...(retryAfterMs !== undefined && {
      details: [{ '@type': RETRY_INFO, retryDelay: `${retryAfterMs / 1000}s` }],
    }),
  });
}

/** @throws MalformedProtobuf */
export function decodeStatus(bytes: Uint8Array): RpcStatus {
  const reader = new ProtobufReader(bytes);
  let code = 0;
  let message = '';
  let retryAfterMs: number | undefined;
  while (reader.next()) {
    if (reader.is(1, WIRE.varint)) code = reader.int32();
    else if (reader.is(2, WIRE.bytes)) message = reader.string();
    else if (reader.is(3, WIRE.bytes)) retryAfterMs = readDetail(reader.message()) ?? retryAfterMs;
    else reader.skip();
  }
  return { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** The delay of an Any that is a RetryInfo, under whatever host its type is named. */
function readDetail(any: ProtobufReader): number | undefined {
  let type = '';
  let value: Uint8Array | undefined;
  while (any.next()) {
    if (any.is(1, WIRE.bytes)) type = any.string();
    else if (any.is(2, WIRE.bytes)) value = any.view();
    else any.skip();
  }
  if (value === undefined || !/(^|\/)google\.rpc\.RetryInfo$/.test(type)) return undefined;
  const retryInfo = new ProtobufReader(value);
  let delayMs: number | undefined;
  while (retryInfo.next()) {
    if (retryInfo.is(1, WIRE.bytes)) delayMs = readDuration(retryInfo.message());
    else retryInfo.skip();
  }
  return delayMs;
}

/** Milliseconds; a negative duration is none. */
function readDuration(duration: ProtobufReader): number {
  let seconds = 0n;
  let nanos = 0;
  while (duration.next()) {
    if (duration.is(1, WIRE.varint)) seconds = duration.int64();
    else if (duration.is(2, WIRE.varint)) nanos = duration.int32();
    else duration.skip();
  }
  return Math.max(0, Number(seconds) * 1000 + nanos / 1e6);
}
