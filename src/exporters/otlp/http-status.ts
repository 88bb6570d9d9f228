/**
 * What an HTTP status of an OTLP endpoint means for the request. Source: the OTLP specification, OTLP/HTTP:
 * 429, 502, 503 and 504 are tried again, no other failure is.
 */
import type { SendResult } from './destination.ts';

const RETRYABLE = new Set([429, 502, 503, 504]);
/** Something in this very request is at fault. */
const ABOUT_REQUEST = new Set([400, 422]);

/** Of a status other than 2xx. `retryAfterMs` as the peer gave it. */
export function failureOfHttp(
  status: number,
  reason: string,
  retryAfterMs: number | undefined,
): SendResult {
  if (RETRYABLE.has(status))
    return {
      status: 'retry',
      reason,
      ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }),
    };
  if (status === 413) return { status: 'too_large', reason };
  return {
    status: 'refused',
    about: ABOUT_REQUEST.has(status) ? 'request' : 'endpoint',
    code: `HTTP ${status}`,
    reason,
  };
}

/** Milliseconds of a Retry-After: seconds or an HTTP date. */
export function parseRetryAfter(text: string | undefined, nowUnixMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  // Date.parse would make a date of almost anything.
  const date = /GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowUnixMs);
}
