/**
 * How outcomes look on the wire of gRPC. Header objects are made once: the happy path allocates none.
 * Every function answers at most once and is safe on a stream that has gone.
 */
import type {
  OutgoingHttpHeaders,
  ServerHttp2Stream,
  ServerStreamResponseOptions,
} from 'node:http2';
import { encodeExportResponse, encodeStatus } from '../../otlp/service-messages.ts';
import type { ExportOutcome } from '../otlp/export-outcome.ts';
import { encodeGrpcMessage, GRPC_STATUS, type GrpcStatus } from './grpc-status.ts';

/** A program that is told who answers tells more (sdk/reports). */
const HEADERS: OutgoingHttpHeaders = {
  ':status': 200,
  'content-type': 'application/grpc',
  server: 'synton',
};
const OK_TRAILERS: OutgoingHttpHeaders = { 'grpc-status': '0' };
const WITH_TRAILERS: ServerStreamResponseOptions = withoutDate({ waitForTrailers: true });
const ALONE: ServerStreamResponseOptions = withoutDate({ endStream: true });

const PREFIX_BYTES = 5;
/** An uncompressed message of no bytes: an ExportTraceServiceResponse that says nothing. */
const NOTHING_SAID: Buffer = Buffer.alloc(PREFIX_BYTES);

export function answerOutcome(stream: ServerHttp2Stream, outcome: ExportOutcome): void {
  switch (outcome.status) {
    case 'accepted':
      answerMessage(stream, NOTHING_SAID);
      break;
    case 'partial':
      answerMessage(stream, framed(encodeExportResponse(outcome.rejectedSpans, outcome.reason)));
      break;
    case 'invalid':
      answerStatus(stream, GRPC_STATUS.INVALID_ARGUMENT, outcome.reason);
      break;
    case 'too_large':
      answerStatus(stream, GRPC_STATUS.RESOURCE_EXHAUSTED, outcome.reason);
      break;
    case 'busy':
      answerBusy(stream, outcome.reason, outcome.retryAfterMs);
      break;
    case 'failed': {
      const { UNAVAILABLE, INTERNAL } = GRPC_STATUS;
      answerStatus(stream, outcome.transient ? UNAVAILABLE : INTERNAL, outcome.reason);
      break;
    }
  }
}

/** Refuses: a status without a message. */
export function answerStatus(
  stream: ServerHttp2Stream,
  status: GrpcStatus,
  message: string,
  extra?: OutgoingHttpHeaders,
): void {
  if (isGone(stream)) return;
  stream.respond(
    {
      ...HEADERS,
      'grpc-status': String(status),
      'grpc-message': encodeGrpcMessage(message),
      ...extra,
    },
    ALONE,
  );
}

/** For those who do not speak gRPC. */
export function answerHttp(stream: ServerHttp2Stream, httpStatus: number, message: string): void {
  if (isGone(stream)) return;
  const headers: OutgoingHttpHeaders = { ':status': httpStatus, 'content-type': 'text/plain' };
  if (httpStatus === 405) headers['allow'] = 'POST';
  stream.respond(headers, withoutDate({}));
  stream.end(message);
}

/** UNAVAILABLE with RetryInfo, which is what OTLP clients wait by. */
function answerBusy(stream: ServerHttp2Stream, message: string, retryAfterMs: number): void {
  const code = GRPC_STATUS.UNAVAILABLE;
  const details = encodeStatus({ code, message, retryAfterMs });
  answerStatus(stream, code, message, {
    'grpc-status-details-bin': Buffer.from(details).toString('base64'),
  });
}

function answerMessage(stream: ServerHttp2Stream, message: Buffer): void {
  if (isGone(stream)) return;
  stream.on('wantTrailers', sendOk);
  stream.respond(HEADERS, WITH_TRAILERS);
  stream.end(message);
}

function sendOk(this: ServerHttp2Stream): void {
  this.sendTrailers(OK_TRAILERS);
}

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(PREFIX_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

function isGone(stream: ServerHttp2Stream): boolean {
  return stream.destroyed || stream.closed || stream.headersSent;
}

/** A date costs a header and tells nothing. node reads this option, though its types do not say so. */
function withoutDate(options: ServerStreamResponseOptions): ServerStreamResponseOptions {
  return Object.assign(options, { sendDate: false });
}
