/**
 * Sends spans to the Synton that owns the data directory, over its socket: OTLP/HTTP with protobuf. One
 * request, one answer, at most SOCKETS_MAX at once. Idle connections keep no process alive.
 */
import http from 'node:http';
import type { ConsumeResult } from '../pipeline/consume-result.ts';

/** Nobody listens any more: the directory may be ours now. */
export type OwnerAnswer = ConsumeResult | { readonly status: 'gone' };

const SOCKETS_MAX = 4;
const TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = 1000;
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const GONE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE']);

export class OwnerClient {
  readonly socketPath: string;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  /** Never rejects. */
  send(request: Uint8Array, signal: AbortSignal): Promise<OwnerAnswer> {
    const options: http.RequestOptions = {
      socketPath: this.socketPath,
      agent: this.#agent,
      method: 'POST',
      path: '/v1/traces',
      timeout: TIMEOUT_MS,
      signal,
      headers: { 'content-type': 'application/x-protobuf', 'content-length': request.length },
    };
    return new Promise((resolve) => {
      const outgoing = http.request(options, (answer) => {
        // What it says of single spans it has counted itself.
        answer.resume();
        answer.on('error', () => resolve(busy('the connection broke')));
        answer.on('end', () => resolve(judge(answer)));
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        resolve(GONE.has(error.code ?? '') ? { status: 'gone' } : busy(error.message));
      });
      outgoing.end(request);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function judge({ statusCode = 0, headers }: http.IncomingMessage): ConsumeResult {
  if (statusCode >= 200 && statusCode < 300) return { status: 'accepted' };
  const reason = `the owner of the data directory answers HTTP ${statusCode}`;
  if (!RETRYABLE.has(statusCode)) return { status: 'invalid', reason };
  const afterMs = Number(headers['retry-after']) * 1000;
  return { status: 'busy', retryAfterMs: afterMs > 0 ? afterMs : RETRY_AFTER_MS, reason };
}

function busy(reason: string): ConsumeResult {
  return { status: 'busy', retryAfterMs: RETRY_AFTER_MS, reason };
}
