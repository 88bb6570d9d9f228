/**
 * One unary call: take one message out of its frame, hand it over, answer once.
 *
 *   request   HEADERS (:method POST, :path /package.Service/Method, content-type application/grpc…)
 *             DATA    flag (1 byte, 1 = compressed) · length (4 bytes, big-endian) · message
 *   answer    HEADERS · DATA (as above) · HEADERS (grpc-status, grpc-message)
 *   refusal   HEADERS with END_STREAM (grpc-status, grpc-message): "Trailers-Only"
 *
 * Refused before anything is read: what is no gRPC, unknown methods and encodings, and everything while
 * there is no room to wait. A message's length is checked before its bytes are kept.
 */
import http2 from 'node:http2';
import type { RequestGuard } from '../../pipeline/request-guard.ts';
import type { ExportOutcome, OtlpSignal } from '../otlp/export-outcome.ts';
import { type IntakeContext, type IntakeSettings, RequestIntake } from '../otlp/request-intake.ts';
import { answerHttp, answerOutcome, answerStatus } from './grpc-answer.ts';
import { GRPC_STATUS, type GrpcStatus, parseGrpcTimeout } from './grpc-status.ts';

export interface SessionState {
  /** Aborts when the connection is gone. */
  readonly abort: AbortController;
  readonly openedAtMs: number;
  /** Requests that arrived whole. */
  requests: number;
}

export interface ExchangeContext extends IntakeContext {
  readonly settings: IntakeSettings & { readonly requestTimeoutMs: number };
  readonly guard: RequestGuard;
  /** The stream is closed. */
  readonly done: (exchange: GrpcExchange) => void;
}

const METHODS: Readonly<Record<string, OtlpSignal>> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
};
const SERVICES = new Set(Object.keys(METHODS).map((path) => path.slice(0, path.lastIndexOf('/'))));

const PREFIX_BYTES = 5;
/** A sender that needs more frames than this, with fewer bytes in each, is not sending a request. */
const TINY_FRAMES_MAX = 2048;
const TINY_FRAME_BYTES = 64;
/** How long a sender may take to notice its answer. */
const HANG_UP_MS = 300;

export class GrpcExchange {
  readonly #context: ExchangeContext;
  readonly #stream: http2.ServerHttp2Stream;
  readonly #session: SessionState;
  readonly #startedAtMs: number;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #hangUpAtMs = Number.POSITIVE_INFINITY;
  #signal: OtlpSignal = 'traces';
  #encoding: 'identity' | 'gzip' | 'deflate' = 'identity';
  #phase: 'receiving' | 'received' | 'answered' = 'receiving';
  /** Only while the prefix comes in pieces. */
  #prefix: Buffer = NO_BYTES;
  #intake: RequestIntake | undefined;
  #length = 0;
  #received = 0;
  #frames = 0;

  constructor(context: ExchangeContext, stream: http2.ServerHttp2Stream, session: SessionState) {
    this.#context = context;
    this.#stream = stream;
    this.#session = session;
    this.#startedAtMs = context.host.clock.monotonicMs();
  }

  begin(headers: http2.IncomingHttpHeaders): void {
    const stream = this.#stream;
    this.#context.host.counters.add('requests');
    stream.on('error', ignore);
    stream.on('close', () => {
      this.#leave();
      this.#context.done(this);
    });
    if (!this.#acceptable(headers)) return;
    stream.on('data', (frame: Buffer) => this.#frame(frame));
    stream.on('end', () => this.#end());
  }

  /** Called now and then with the clock's monotonic time. */
  sweep(nowMs: number): void {
    if (this.#phase === 'answered') {
      if (nowMs >= this.#hangUpAtMs) this.#stream.close(http2.constants.NGHTTP2_NO_ERROR);
      return;
    }
    if (nowMs >= this.#deadlineMs) {
      this.#refuse(GRPC_STATUS.DEADLINE_EXCEEDED, 'the deadline of the request passed');
      return;
    }
    // An error status would leave the sender's memory in place; only its connection gives it back.
    const { requestTimeoutMs } = this.#context.settings;
    if (this.#phase === 'receiving' && nowMs - this.#startedAtMs > requestTimeoutMs)
      this.#stream.session?.destroy();
  }

  #acceptable(headers: http2.IncomingHttpHeaders): boolean {
    const method = headers[':method'];
    if (method !== 'POST') return this.#notGrpc(405, `method ${method} is not allowed`);
    if (!isGrpc(headers['content-type']))
      return this.#notGrpc(415, 'content-type must be application/grpc');
    const host = headers[':authority'] ?? headers.host;
    const objection = this.#context.guard.objection(host, headers.origin);
    if (objection !== undefined) {
      this.#refuse(GRPC_STATUS.PERMISSION_DENIED, objection);
      return false;
    }
    const path = headers[':path'] ?? '';
    const signal = Object.hasOwn(METHODS, path) ? METHODS[path] : undefined;
    if (signal === undefined) {
      const known = SERVICES.has(path.slice(0, path.lastIndexOf('/')));
      this.#refuse(GRPC_STATUS.UNIMPLEMENTED, `unknown ${known ? 'method' : 'service'} ${path}`);
      return false;
    }
    const encoding = headers['grpc-encoding'] ?? 'identity';
    if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'deflate') {
      this.#refuse(GRPC_STATUS.UNIMPLEMENTED, `message encoding ${encoding} is not supported`, {
        'grpc-accept-encoding': 'identity,gzip,deflate',
      });
      return false;
    }
    if (this.#context.budget.overloaded) {
      const { handler, settings } = this.#context;
      this.#answer(handler.busy('too much is in flight', settings.retryAfterMs));
      return false;
    }
    this.#signal = signal;
    this.#encoding = encoding;
    const timeoutMs = parseGrpcTimeout(headers['grpc-timeout'] as string | undefined);
    if (timeoutMs !== undefined) this.#deadlineMs = this.#startedAtMs + timeoutMs;
    return true;
  }

  #frame(frame: Buffer) {
    if (this.#phase !== 'receiving') return;
    this.#received += frame.length;
    if (++this.#frames > TINY_FRAMES_MAX && this.#received < this.#frames * TINY_FRAME_BYTES)
      return this.#stream.session?.destroy(undefined, http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    let message = frame;
    if (this.#intake === undefined) {
      const start = this.#prefix.length === 0 ? frame : Buffer.concat([this.#prefix, frame]);
      if (start.length < PREFIX_BYTES) {
        this.#prefix = Buffer.from(start);
        return;
      }
      this.#prefix = NO_BYTES;
      this.#intake = this.#readPrefix(start);
      message = start.subarray(PREFIX_BYTES);
    }
    if (this.#received > PREFIX_BYTES + this.#length)
      return this.#refuse(GRPC_STATUS.UNIMPLEMENTED, 'more than one message in a unary call');
    this.#intake?.append(message);
  }

  /** Undefined where the call has been refused. */
  #readPrefix(prefix: Buffer): RequestIntake | undefined {
    const { settings, handler } = this.#context;
    const flag = prefix[0]!;
    this.#length = prefix.readUInt32BE(1);
    if (flag > 1) this.#refuse(GRPC_STATUS.INTERNAL, `compressed flag ${flag} is not 0 or 1`);
    else if (flag === 1 && this.#encoding === 'identity')
      this.#refuse(GRPC_STATUS.INTERNAL, 'a compressed message without a grpc-encoding');
    else if (this.#length > settings.maxRequestBytes)
      this.#answer(
        handler.tooLarge(
          `a message of ${this.#length} bytes exceeds the limit of ${settings.maxRequestBytes}`,
        ),
      );
    if (this.#phase === 'answered') return undefined;
    if (flag === 0) this.#encoding = 'identity';
    return new RequestIntake(this.#context, this.#length, this.#session.abort.signal, (outcome) =>
      this.#answer(outcome),
    );
  }

  #end() {
    if (this.#phase !== 'receiving') return;
    if (this.#received === 0)
      return this.#refuse(GRPC_STATUS.UNIMPLEMENTED, 'no message in a unary call');
    if (this.#intake === undefined || this.#received < PREFIX_BYTES + this.#length)
      return this.#refuse(GRPC_STATUS.INVALID_ARGUMENT, 'the message is cut short');
    this.#phase = 'received';
    this.#session.requests++;
    this.#intake.end({ signal: this.#signal, format: 'protobuf', encoding: this.#encoding });
  }

  #answer(outcome: ExportOutcome) {
    const early = this.#phase === 'receiving';
    this.#leave();
    answerOutcome(this.#stream, outcome);
    if (early) this.#discard();
  }

  #refuse(status: GrpcStatus, message: string, extra?: http2.OutgoingHttpHeaders) {
    const { counters } = this.#context.host;
    if (status !== GRPC_STATUS.DEADLINE_EXCEEDED) counters.add('requests_invalid');
    this.#leave();
    answerStatus(this.#stream, status, message, extra);
    this.#discard();
  }

  #notGrpc(httpStatus: number, message: string): false {
    this.#context.host.counters.add('requests_invalid');
    this.#leave();
    answerHttp(this.#stream, httpStatus, message);
    this.#discard();
    return false;
  }

  /**
   * Answered before the request was read to its end: what still comes is thrown away, and after a while no
   * longer wanted (RFC 9113, 8.1). Not at once: a reset overtakes an answer that waits to be written.
   */
  #discard() {
    this.#stream.resume();
    this.#hangUpAtMs = this.#context.host.clock.monotonicMs() + HANG_UP_MS;
  }

  #leave() {
    if (this.#phase === 'answered') return;
    this.#phase = 'answered';
    this.#intake?.abandon();
  }
}

const NO_BYTES: Buffer = Buffer.alloc(0);

function ignore(): void {}

/** `application/grpc`, with `+proto` or parameters, in any case. */
function isGrpc(contentType: string | undefined): boolean {
  return (
    contentType === 'application/grpc' ||
    (contentType !== undefined && /^application\/grpc(\+proto)?\s*(;|$)/i.test(contentType))
  );
}
