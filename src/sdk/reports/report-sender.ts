/**
 * One request and one answer of OTLP, over HTTP or gRPC, on what Node brings: the thread that uses it is started for short programs too,
 * and no client is loaded for it. Bound: ANSWER_MS a request; of an answer nothing but its status is read.
 */
import type { ClientHttp2Session } from 'node:http2';
import type { ReportTarget } from './report-target.ts';

/** `never`: whatever is sent there will be refused. `refused`: this request is. */
export type ReportAnswer = 'taken' | 'taken by Synton' | 'refused' | 'never' | 'later';
export type ReportSignal = 'traces' | 'logs';

export interface ReportSender {
  /** Never rejects. */
  send(signal: ReportSignal, request: Uint8Array): Promise<ReportAnswer>;
  close(): void;
}

const ANSWER_MS = 5_000;
const PREFIX_BYTES = 5;
const PROTOBUF = 'application/x-protobuf';
/** By how a Synton answers. */
const IS_SYNTON = /^synton\b/i;
const LATER: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const SERVICES: Readonly<Record<ReportSignal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};
/** gRPC's codes of refusals that no repetition changes: about the request, about all requests. */
const REFUSED: ReadonlySet<number> = new Set([3, 9, 11]);
const NEVER: ReadonlySet<number> = new Set([5, 7, 12, 16]);

export function reportSender(target: Exclude<ReportTarget, { kind: 'folder' }>): ReportSender {
  return target.kind === 'grpc' ? new GrpcSender(target) : new HttpSender(target);
}

class HttpSender implements ReportSender {
  readonly #target: Extract<ReportTarget, { kind: 'http' | 'socket' }>;

  constructor(target: Extract<ReportTarget, { kind: 'http' | 'socket' }>) {
    this.#target = target;
  }

  async send(signal: ReportSignal, body: Uint8Array): Promise<ReportAnswer> {
    const target = this.#target;
    const own = { 'content-type': PROTOBUF, 'content-length': body.length };
    const isSocket = target.kind === 'socket';
    const url = isSocket ? `http://owner/v1/${signal}` : target[signal];
    if (url === undefined) return 'never';
    const { request } = url.startsWith('https:')
      ? await import('node:https')
      : await import('node:http');
    const options = {
      method: 'POST',
      timeout: ANSWER_MS,
      headers: { ...(isSocket ? {} : target.headers), ...own },
      ...(isSocket && { socketPath: target.path }),
    };
    return new Promise((resolve) => {
      const outgoing = request(url, options, (answer) => {
        const { statusCode = 0, headers } = answer;
        const isSynton = isSocket || IS_SYNTON.test(String(headers['server'] ?? ''));
        answer
          .on('error', () => resolve('later'))
          .on('end', () => {
            if (statusCode >= 200 && statusCode < 300)
              resolve(isSynton ? 'taken by Synton' : 'taken');
            else if (LATER.has(statusCode)) resolve('later');
            else resolve(statusCode === 400 || statusCode === 413 ? 'refused' : 'never');
          });
        answer.resume();
      });
      outgoing.on('timeout', () => outgoing.destroy());
      outgoing.on('error', () => resolve('later'));
      outgoing.end(body);
    });
  }

  close(): void {}
}

class GrpcSender implements ReportSender {
  readonly #target: Extract<ReportTarget, { kind: 'grpc' }>;
  #session: ClientHttp2Session | undefined;

  constructor(target: Extract<ReportTarget, { kind: 'grpc' }>) {
    this.#target = target;
  }

  async send(signal: ReportSignal, request: Uint8Array): Promise<ReportAnswer> {
    const session = await this.#connected();
    const stream = session.request({
      ...this.#target.headers,
      ':method': 'POST',
      ':path': SERVICES[signal],
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    return new Promise((resolve) => {
      let status: number | undefined;
      let httpStatus = 0;
      let isSynton = false;
      const note = (headers: Readonly<Record<string, unknown>>): void => {
        httpStatus = Number(headers[':status'] ?? httpStatus);
        isSynton ||= IS_SYNTON.test(String(headers['server'] ?? ''));
        if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status']);
      };
      stream.setTimeout(ANSWER_MS, () => stream.close());
      stream.on('response', note).on('trailers', note);
      stream.on('error', () => resolve('later'));
      stream.on('close', () => {
        if (status === 0) resolve(isSynton ? 'taken by Synton' : 'taken');
        else if (status === undefined) resolve(httpStatus === 404 ? 'never' : 'later');
        else if (REFUSED.has(status)) resolve('refused');
        else resolve(NEVER.has(status) ? 'never' : 'later');
      });
      stream.resume();
      const frame = Buffer.alloc(PREFIX_BYTES + request.length);
      frame.writeUInt32BE(request.length, 1);
      frame.set(request, PREFIX_BYTES);
      stream.end(frame);
    });
  }

  close(): void {
    this.#session?.destroy();
  }

  async #connected(): Promise<ClientHttp2Session> {
    const { connect } = await import('node:http2');
    const known = this.#session;
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = connect(this.#target.origin);
    // Its streams say what became of them.
    session.on('error', () => {});
    this.#session = session;
    return session;
  }
}
