/**
 * What a gRPC status of an OTLP endpoint means for the request. Source: the OTLP specification, OTLP/gRPC:
 * RESOURCE_EXHAUSTED is tried again only with RetryInfo; without it gRPC itself says it of a message that
 * is too large.
 */
import type { SendResult } from './destination.ts';

/** Names by number (grpc/grpc, doc/statuscodes.md). */
const NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

const RETRYABLE = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

/** Of a code other than OK. `retryAfterMs`: of RetryInfo, where there was one. */
export function failureOfGrpc(
  code: number,
  reason: string,
  retryAfterMs: number | undefined,
): SendResult {
  const name: string = NAMES[code] ?? `CODE_${code}`;
  const said = reason === '' ? name : `${name}: ${reason}`;
  const exhausted = name === 'RESOURCE_EXHAUSTED';
  if (RETRYABLE.has(name) || (exhausted && retryAfterMs !== undefined))
    return {
      status: 'retry',
      reason: said,
      ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }),
    };
  if (exhausted) return { status: 'too_large', reason: said };
  const about = name === 'INVALID_ARGUMENT' ? 'request' : 'endpoint';
  return { status: 'refused', about, code: name, reason };
}
