/**
 * How outcomes look on the wire of OTLP/HTTP: an ExportTraceServiceResponse with 200, a google.rpc.Status
 * with anything else, both in the encoding of the request. Compressed only for clients that ask for gzip
 * and only where it is worth it.
 *
 *   accepted, partial 200 · invalid 400 · too large 413 · busy 503 with Retry-After · failed 503 or 500
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import {
  encodeExportResponse,
  encodeExportResponseJson,
  encodeStatus,
  encodeStatusJson,
  type RpcStatus,
} from '../../otlp/service-messages.ts';
import type { ExportOutcome, OtlpFormat, OtlpSignal } from '../otlp/export-outcome.ts';

/** Where and how to answer. */
export interface HttpAsker {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly format: OtlpFormat;
  readonly signal: OtlpSignal;
}

const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;
const NOTHING_SAID = { protobuf: Buffer.alloc(0), json: Buffer.from('{}') } as const;
const GZIP_BYTES_MIN = 512;
/** After a fault of ours. */
const RETRY_AFTER_MS = 1000;

/** google.rpc.Code */
const CODE = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  INTERNAL: 13,
  UNAVAILABLE: 14,
};
const CODE_OF_HTTP: Readonly<Record<number, number>> = {
  403: CODE.PERMISSION_DENIED,
  404: CODE.NOT_FOUND,
};

export function answerOutcome(asker: HttpAsker, outcome: ExportOutcome): void {
  switch (outcome.status) {
    case 'accepted':
      write(asker, 200, NOTHING_SAID[asker.format]);
      break;
    case 'partial':
      write(asker, 200, partial(asker, outcome.rejectedSpans, outcome.reason));
      break;
    case 'invalid':
      writeStatus(asker, 400, { code: CODE.INVALID_ARGUMENT, message: outcome.reason });
      break;
    case 'too_large':
      writeStatus(asker, 413, { code: CODE.INVALID_ARGUMENT, message: outcome.reason });
      break;
    case 'busy':
      unavailable(asker, outcome.reason, outcome.retryAfterMs);
      break;
    case 'failed':
      if (outcome.transient) unavailable(asker, outcome.reason, RETRY_AFTER_MS);
      else writeStatus(asker, 500, { code: CODE.INTERNAL, message: outcome.reason });
      break;
  }
}

/** A refusal that has no outcome of its own. */
export function answerRefusal(asker: HttpAsker, httpStatus: number, message: string): void {
  writeStatus(asker, httpStatus, {
    code: CODE_OF_HTTP[httpStatus] ?? CODE.INVALID_ARGUMENT,
    message,
  });
}

function unavailable(asker: HttpAsker, message: string, retryAfterMs: number): void {
  if (!asker.response.headersSent)
    asker.response.setHeader('Retry-After', Math.max(1, Math.ceil(retryAfterMs / 1000)));
  writeStatus(asker, 503, { code: CODE.UNAVAILABLE, message, retryAfterMs });
}

function partial({ format, signal }: HttpAsker, rejected: number, message: string): Uint8Array {
  if (format === 'protobuf') return encodeExportResponse(rejected, message);
  return Buffer.from(encodeExportResponseJson(signal, rejected, message));
}

function writeStatus(asker: HttpAsker, httpStatus: number, status: RpcStatus): void {
  const body =
    asker.format === 'protobuf' ? encodeStatus(status) : Buffer.from(encodeStatusJson(status));
  write(asker, httpStatus, body);
}

/** Safe on a response that has been sent or whose client has gone. */
function write({ request, response, format }: HttpAsker, status: number, body: Uint8Array): void {
  if (response.headersSent || response.destroyed) return;
  const accepts = request.headers['accept-encoding'];
  const zip = body.length >= GZIP_BYTES_MIN && accepts !== undefined && acceptsGzip(accepts);
  const sent = zip ? gzipSync(body) : body;
  response.statusCode = status;
  response.setHeader('Content-Type', CONTENT_TYPES[format]);
  response.setHeader('Content-Length', sent.length);
  // A program that is told who answers tells more (sdk/reports).
  response.setHeader('Server', 'synton');
  if (zip) response.setHeader('Content-Encoding', 'gzip');
  response.end(sent);
}

function acceptsGzip(header: string): boolean {
  return header
    .toLowerCase()
    .split(',')
    .some((entry) => /^\s*(gzip|\*)\s*(;|$)/.test(entry) && !/;\s*q=0(\.0*)?\s*$/.test(entry));
}
