/**
 * What a program that owns its data directory does for the other programs that use it: takes their spans, and what they say of those
 * that have not ended, over the socket of the lock, OTLP/HTTP with protobuf and nothing else.
 *
 * Bounds: REQUEST_BYTES_MAX a request, BYTES_MAX of requests at once. It lies behind the directory's
 * permissions, and is no receiver for the network.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConsumeResult } from '../pipeline/consume-result.ts';

const REQUEST_BYTES_MAX = 16 * 1024 * 1024;
const BYTES_MAX = 64 * 1024 * 1024;

export type TakeRequest = (
  signal: 'traces' | 'logs',
  request: Uint8Array,
) => Promise<ConsumeResult>;

const SIGNALS: Readonly<Record<string, 'traces' | 'logs'>> = {
  '/v1/traces': 'traces',
  '/v1/logs': 'logs',
};

/** `take` may throw: the sender is asked to try again. */
export function ownerListener(
  take: TakeRequest,
): (request: IncomingMessage, response: ServerResponse) => void {
  let heldBytes = 0;
  return (request, response) => {
    const refusal = refusalOf(request);
    const signal = SIGNALS[request.url ?? '']!;
    const length = Number(request.headers['content-length']);
    if (refusal !== undefined) return answer(response, refusal);
    if (heldBytes + length > BYTES_MAX) return answer(response, 503);
    heldBytes += length;
    void bodyOf(request, length)
      .then((body) => (body === undefined ? 400 : take(signal, body).then(statusOf)))
      .catch(() => 503)
      .then((status) => {
        heldBytes -= length;
        answer(response, status);
      });
  };
}

function refusalOf({ method, url, headers }: IncomingMessage): number | undefined {
  if (!Object.hasOwn(SIGNALS, url ?? '')) return 404;
  if (method !== 'POST') return 405;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-protobuf' || headers['content-encoding'] !== undefined) return 415;
  if (headers['content-length'] === undefined) return 411;
  return Number(headers['content-length']) > REQUEST_BYTES_MAX ? 413 : undefined;
}

/** Undefined where it ends early. */
async function bodyOf(request: IncomingMessage, length: number): Promise<Uint8Array | undefined> {
  const body = Buffer.allocUnsafe(length);
  let at = 0;
  for await (const piece of request as AsyncIterable<Buffer>) at += piece.copy(body, at);
  return at === length ? body : undefined;
}

function statusOf(result: ConsumeResult): number {
  if (result.status === 'busy') return 503;
  return result.status === 'invalid' ? 400 : 200;
}

/** An empty ExportTraceServiceResponse is full success; a refusal says all with its status. */
function answer(response: ServerResponse, status: number): void {
  const retryAfter = status === 503 ? { 'retry-after': '1' } : {};
  response.writeHead(status, { 'content-type': 'application/x-protobuf', ...retryAfter }).end();
}
