/**
 * One POST: check what it is, collect its body, hand it over, answer once in the request's own encoding.
 *
 * Order of refusals: foreign Host or Origin 403, path 404, method 405, content type 415, content encoding
 * 400, announced length 413, no room to wait 503. Source of the rules: the OTLP specification, OTLP/HTTP.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestGuard } from '../../pipeline/request-guard.ts';
import type { ExportOutcome, OtlpFormat, OtlpSignal, RequestKind } from '../otlp/export-outcome.ts';
import { INFLATABLE } from '../otlp/inflate.ts';
import { type IntakeContext, RequestIntake } from '../otlp/request-intake.ts';
import { answerOutcome, answerRefusal, type HttpAsker } from './http-answer.ts';

export interface HttpContext extends IntakeContext {
  readonly guard: RequestGuard;
  readonly abort: AbortSignal;
  /** The listener is closed: a connection ends with its answer. */
  readonly isClosing: () => boolean;
}

const PATHS: Readonly<Record<string, OtlpSignal>> = {
  '/v1/traces': 'traces',
  '/v1/metrics': 'metrics',
  '/v1/logs': 'logs',
};

export class HttpExchange {
  readonly #context: HttpContext;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  /** Refusals speak JSON until the request has said what it speaks. */
  #format: OtlpFormat = 'json';
  #signal: OtlpSignal = 'traces';
  #intake: RequestIntake | undefined;
  #received = 0;
  #answered = false;

  constructor(context: HttpContext, request: IncomingMessage, response: ServerResponse) {
    this.#context = context;
    this.#request = request;
    this.#response = response;
  }

  begin(): void {
    this.#context.host.counters.add('requests');
    const kind = this.#kind();
    if (kind !== undefined) this.#collect(kind);
  }

  #collect(kind: RequestKind) {
    const request = this.#request;
    const { maxRequestBytes } = this.#context.settings;
    const { budget, handler, settings, abort } = this.#context;
    const announced = request.headers['content-length'];
    const length = announced === undefined ? undefined : Number(announced);
    if (length !== undefined && length > maxRequestBytes)
      return this.#tooLarge(`a request of ${length} bytes`);
    if (budget.overloaded)
      return this.#answer(handler.busy('too much is in flight', settings.retryAfterMs));
    const answer = (outcome: ExportOutcome): void => this.#answer(outcome);
    const intake = new RequestIntake(this.#context, length, abort, answer);
    this.#intake = intake;
    request.on('data', (piece: Buffer) => this.#piece(piece));
    request.on('end', () => {
      if (!this.#answered) intake.end(kind);
    });
    // Also fires where the sender goes away in the middle.
    request.on('close', () => {
      if (!request.complete) this.#leave();
    });
    request.on('error', () => this.#leave());
  }

  /** Undefined where the request has been refused. */
  #kind(): RequestKind | undefined {
    const { headers, method, url = '' } = this.#request;
    const format = formatOf(headers['content-type']);
    this.#format = format ?? 'json';
    const objection = this.#context.guard.objection(headers.host, headers.origin);
    if (objection !== undefined) return this.#refuse(403, objection);
    const path = url.replace(/[?#].*$/s, '');
    const signal = Object.hasOwn(PATHS, path) ? PATHS[path] : undefined;
    if (signal === undefined) return this.#refuse(404, 'no such path; traces go to /v1/traces');
    if (method !== 'POST') {
      this.#response.setHeader('Allow', 'POST');
      return this.#refuse(405, `method ${method} is not allowed`);
    }
    if (format === undefined)
      return this.#refuse(415, 'content-type must be application/x-protobuf or application/json');
    const encoding = encodingOf(headers['content-encoding']);
    if (encoding === undefined)
      return this.#refuse(
        400,
        `content-encoding ${headers['content-encoding']} is not supported; send ${INFLATABLE.join(', ')} or none`,
      );
    this.#signal = signal;
    return { signal, format, encoding };
  }

  #piece(piece: Buffer) {
    if (this.#answered) return;
    this.#received += piece.length;
    const { maxRequestBytes } = this.#context.settings;
    if (this.#received > maxRequestBytes) return this.#tooLarge('the request');
    this.#intake!.append(piece);
  }

  #tooLarge(what: string) {
    const { handler, settings } = this.#context;
    this.#answer(
      handler.tooLarge(`${what} exceeds the limit of ${settings.maxRequestBytes} bytes`),
    );
  }

  #answer(outcome: ExportOutcome) {
    this.#leave();
    answerOutcome(this.#asker(), outcome);
  }

  #refuse(httpStatus: number, message: string): undefined {
    this.#leave();
    this.#context.handler.invalid(message);
    answerRefusal(this.#asker(), httpStatus, message);
  }

  #asker(): HttpAsker {
    return {
      request: this.#request,
      response: this.#response,
      format: this.#format,
      signal: this.#signal,
    };
  }

  #leave() {
    if (this.#answered) return;
    this.#answered = true;
    if (this.#context.isClosing()) this.#response.shouldKeepAlive = false;
    this.#intake?.abandon();
    // What still comes is read and thrown away, so that the sender gets to read the answer.
    this.#request.resume();
  }
}

function formatOf(contentType: string | undefined): OtlpFormat | undefined {
  const type = (contentType ?? '').replace(/;.*$/s, '').trim().toLowerCase();
  if (type === 'application/x-protobuf') return 'protobuf';
  return type === 'application/json' ? 'json' : undefined;
}

function encodingOf(contentEncoding: string | undefined): RequestKind['encoding'] | undefined {
  const name = (contentEncoding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity' || name === 'none') return 'identity';
  return INFLATABLE.find((known) => known === name);
}
