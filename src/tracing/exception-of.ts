/**
 * What was thrown, as a span records it. Anything can be thrown: frozen, a primitive, an object without a
 * prototype. An Error is passed on as it is; of anything else only its own plain fields are read.
 */
import { types } from 'node:util';

/** What OpenTelemetry's `recordException` makes its event of. */
export interface RecordedException {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string;
}

const TEXT_MAX = 1_024;

export function exceptionOf(error: unknown): RecordedException {
  if (types.isProxy(error)) return { name: 'Proxy', message: 'a proxy was thrown' };
  if (isError(error)) return error;
  if (typeof error === 'string') return { name: 'string', message: error.slice(0, TEXT_MAX) };
  if (error === null || (typeof error !== 'object' && typeof error !== 'function')) {
    return { name: error === null ? 'null' : typeof error, message: String(error) };
  }
  const name = ownText(error, 'name') ?? (typeof error === 'function' ? 'function' : 'object');
  return { name, message: ownText(error, 'message') ?? '[object Object]' };
}

/**
 * A DOMException has a number for a code, as an aborted request has 20, and OpenTelemetry's `recordException` would take that for its
 * type. A name that says more goes before it.
 */
export function goesByName({
  name,
  code,
}: {
  readonly name?: unknown;
  readonly code?: unknown;
}): boolean {
  return typeof code === 'number' && typeof name === 'string' && name !== '' && name !== 'Error';
}

export function withoutCode({ name, message, stack }: RecordedException): RecordedException {
  return { message, ...(name !== undefined && { name }), ...(stack !== undefined && { stack }) };
}

/** `instanceof` would ask a proxy among the prototypes. */
function isError(value: unknown): value is Error {
  if (types.isNativeError(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  for (let at: object | null = value; at !== null; at = Reflect.getPrototypeOf(at)) {
    if (types.isProxy(at)) return false;
    if (at === Error.prototype) return true;
  }
  return false;
}

function ownText(value: object, key: string): string | undefined {
  const text: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof text === 'string' ? text.slice(0, TEXT_MAX) : undefined;
}
