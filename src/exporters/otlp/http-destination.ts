/**
 * OTLP over HTTP/1.1, protobuf or JSON, on node:http(s). One request, one answer: no redirects, replies
 * read up to REPLY_BYTES_MAX, a deadline for the whole. What a status means is http-status.ts.
 */
import http from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { tracesToJson } from '../../otlp/json/protobuf-to-json.ts';
import { decodeExportResponse, decodeStatus } from '../../otlp/service-messages.ts';
import type { Destination, SendResult } from './destination.ts';
import { failureOfHttp, parseRetryAfter } from './http-status.ts';
import { httpTracesUrl } from './otlp-endpoint.ts';
import { REPLY_BYTES_MAX, reasonOf, userAgent } from './reply.ts';

export interface HttpDestinationSettings {
  /** See otlp-endpoint.ts. */
  readonly endpoint: string;
  /** Synton's own, for User-Agent. */
  readonly version: string;
  /** @default 'protobuf' */
  readonly format?: 'protobuf' | 'json';
  /** @default 'gzip' */
  readonly compression?: 'gzip' | 'none';
  readonly headers?: Readonly<Record<string, string>>;
  /** @default 30 s */
  readonly timeoutMs?: number;
}

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Undefined where it was too large to be read. */
  readonly body: Buffer | undefined;
}

const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;
const SOCKETS_MAX = 8;
/** Most of the gain for a third of the CPU. */
const GZIP: zlib.ZlibOptions = { level: 1 };
const gzip = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip);

export class HttpDestination implements Destination {
  readonly #settings: Required<HttpDestinationSettings>;
  readonly #url: URL;
  readonly #agent: http.Agent;

  /** @throws InvalidEndpoint */
  constructor(settings: HttpDestinationSettings) {
    this.#settings = {
      format: 'protobuf',
      compression: 'gzip',
      headers: {},
      timeoutMs: 30_000,
      ...settings,
    };
    this.#url = httpTracesUrl(settings.endpoint);
    const options = { keepAlive: true, maxSockets: SOCKETS_MAX };
    this.#agent =
      this.#url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  }

  async send(request: Uint8Array, _spanCount: number, signal: AbortSignal): Promise<SendResult> {
    const { format, compression, timeoutMs } = this.#settings;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const plain = format === 'json' ? tracesToJson(request) : request;
      const body = compression === 'gzip' ? await gzip(plain, GZIP) : plain;
      return this.#judge(await this.#post(body, AbortSignal.any([signal, timeout])));
    } catch (error) {
      if (timeout.aborted) return { status: 'retry', reason: `no answer within ${timeoutMs} ms` };
      return { status: 'retry', reason: reasonOf(error) };
    }
  }

  close(): Promise<void> {
    this.#agent.destroy();
    return Promise.resolve();
  }

  #post(body: Uint8Array, signal: AbortSignal): Promise<Reply> {
    const { format, compression, headers, version } = this.#settings;
    const options: https.RequestOptions = {
      method: 'POST',
      agent: this.#agent,
      signal,
      headers: {
        ...headers,
        'content-type': CONTENT_TYPES[format],
        'content-length': body.length,
        'user-agent': userAgent(version),
        ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
      },
    };
    return new Promise((resolve, reject) => {
      const { request } = this.#url.protocol === 'https:' ? https : http;
      const outgoing = request(this.#url, options, (reply) => {
        readReply(reply).then((read) => {
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: read });
        }, reject);
      });
      outgoing.on('error', reject);
      // Whoever waits for it keeps the process alive.
      outgoing.on('socket', (socket) => socket.unref());
      outgoing.end(body);
    });
  }

  #judge({ status, headers, body }: Reply): SendResult {
    const json = /\bjson\b/i.test(headers['content-type'] ?? '');
    if (status >= 200 && status < 300) {
      if (body === undefined)
        return { status: 'sent', rejectedSpans: 0, message: 'the reply was too large to be read' };
      return { status: 'sent', ...acceptance(body, json) };
    }
    if (status >= 300 && status < 400)
      return {
        status: 'refused',
        about: 'endpoint',
        code: `HTTP ${status}`,
        reason: 'redirects are not followed',
      };
    const retryAfterMs = parseRetryAfter(headers['retry-after'], Date.now());
    return failureOfHttp(status, `HTTP ${status}${saidIn(body, json)}`, retryAfterMs);
  }
}

/** Reads to the end; beyond the bound the connection is cut and nothing returned. */
async function readReply(reply: http.IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of reply as AsyncIterable<Buffer>) {
    length += piece.length;
    // Leaving the loop destroys the reply and its socket.
    if (length > REPLY_BYTES_MAX) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

/** A body that cannot be read takes nothing back: the status said that the spans are accepted. */
function acceptance(body: Buffer, json: boolean): { rejectedSpans: number; message?: string } {
  try {
    if (!json) return decodeExportResponse(body);
    const reply = JSON.parse(body.toString('utf8')) as {
      partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown };
    } | null;
    const { rejectedSpans, errorMessage } = reply?.partialSuccess ?? {};
    const rejected = Number(rejectedSpans ?? 0);
    return {
      rejectedSpans: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
      ...(typeof errorMessage === 'string' && { message: errorMessage }),
    };
  } catch {
    return { rejectedSpans: 0 };
  }
}

/** The message of a google.rpc.Status, or the start of a text; empty where there is neither. */
function saidIn(body: Buffer | undefined, json: boolean): string {
  if (body === undefined || body.length === 0) return '';
  try {
    const message = json
      ? (JSON.parse(body.toString('utf8')) as { message?: unknown } | null)?.message
      : decodeStatus(body).message;
    if (typeof message === 'string' && message !== '') return `: ${message.slice(0, 500)}`;
  } catch {
    // Not every peer answers with a Status.
  }
  const text = body.toString('utf8', 0, 200);
  return /^[\t\r\n\x20-\x7e]+$/.test(text) ? `: ${text.trim()}` : '';
}
