/**
 * The yes to a probe of readiness, said without the app that answers all else: a service that is probed and asked nothing
 * never loads that. Whatever is not plainly a probe is left to the app, which says the same of what is one.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestGuard } from '../pipeline/request-guard.ts';
import { HEADERS_OF_ALL } from './headers-of-all.ts';
import { API_PREFIX, JSON_TYPE } from './routes/route.ts';

export const READY_PATH: string = `${API_PREFIX}/ready`;
export const READY_ALIAS = '/ready';
export const READY_BODY = '{"ready":true}';

const PLAIN_HOST = /^[\w.:[\]-]+$/;

export function isPlainProbe(
  { method, url, headers }: IncomingMessage,
  guard: RequestGuard,
): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    (url === READY_ALIAS || url === READY_PATH) &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    PLAIN_HOST.test(headers.host ?? '') &&
    guard.objection(headers.host, headers.origin) === undefined
  );
}

export function answerReady(response: ServerResponse): void {
  response.writeHead(200, {
    ...HEADERS_OF_ALL,
    'content-type': JSON_TYPE,
    'content-length': String(READY_BODY.length),
  });
  response.end(READY_BODY);
}
