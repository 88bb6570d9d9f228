/**
 * A value of the program as a line of JSON, for `synton.args` and `synton.return`.
 *
 * Nothing of the program runs: no getter, no trap of a proxy, no toJSON, no iterator. Bounds: DEPTH_MAX
 * levels below the value, ITEMS_MAX entries of each, TEXT_MAX characters of a text, BYTES_MAX in all; what
 * is cut says so with an ellipsis. Secrets are redacted (redact.ts). Listing the keys of an object with
 * very many takes its time.
 */
import { types } from 'node:util';
import { isSecret, REDACTED, redacted } from './redact.ts';

export const BYTES_MAX = 1_024;
const DEPTH_MAX = 2;
const ITEMS_MAX = 16;
const TEXT_MAX = 256;
const MORE = '…';

const typedArrayLength = Object.getOwnPropertyDescriptor(
  Reflect.getPrototypeOf(Uint8Array.prototype) as object,
  'byteLength',
)?.get as () => number;

let isCapturing = false;

/** As an array; the bound of depth is that of each of them. */
export function capturedArguments(args: readonly unknown[]): string | undefined {
  return captured(args, DEPTH_MAX + 1);
}

/** Undefined for undefined itself, where it is asked from within itself, and where a value resists. */
export function captured(value: unknown, depth: number = DEPTH_MAX): string | undefined {
  // JSON.stringify looks for a toJSON on Object.prototype, where a program may have put a traced one.
  if (isCapturing || value === undefined) return undefined;
  isCapturing = true;
  try {
    return bounded(JSON.stringify(plain(value, depth)));
  } catch {
    return undefined;
  } finally {
    isCapturing = false;
  }
}

function bounded(text: string): string {
  if (text.length * 3 <= BYTES_MAX || Buffer.byteLength(text) <= BYTES_MAX) return text;
  const bytes = Buffer.from(text.slice(0, BYTES_MAX));
  let end = BYTES_MAX - Buffer.byteLength(MORE);
  // Not in the middle of a character.
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end) + MORE;
}

/** What JSON can hold, made of own data properties. */
function plain(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return shortened(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return String(value);
    case 'undefined':
      return '[undefined]';
    case 'function':
      return `[Function ${ownText(value, 'name') ?? ''}]`;
    case 'object':
      return value === null ? null : ofObject(value, depth);
    default:
      return value;
  }
}

function ofObject(value: object, depth: number): unknown {
  if (types.isProxy(value)) return '[Proxy]';
  if (types.isDate(value)) return dateText(value);
  if (types.isTypedArray(value)) return `[${Reflect.apply(typedArrayLength, value, [])} bytes]`;
  if (types.isNativeError(value)) return `[Error: ${shortened(ownText(value, 'message') ?? '')}]`;
  if (types.isPromise(value)) return '[Promise]';
  if (types.isRegExp(value)) return '[RegExp]';
  if (Array.isArray(value)) return depth === 0 ? `[Array ${value.length}]` : ofArray(value, depth);
  if (types.isMap(value)) return depth === 0 ? '[Map]' : ofMap(value, depth);
  if (types.isSet(value)) return depth === 0 ? '[Set]' : ofSet(value, depth);
  return depth === 0 ? '[Object]' : ofFields(value, depth);
}

function ofArray(value: readonly unknown[], depth: number): unknown[] {
  const items: unknown[] = [];
  for (let index = 0; index < Math.min(value.length, ITEMS_MAX); index++) {
    items.push(ofProperty(Object.getOwnPropertyDescriptor(value, index), depth));
  }
  if (value.length > ITEMS_MAX) items.push(`${MORE} ${value.length - ITEMS_MAX} more`);
  return items;
}

function ofFields(value: object, depth: number): object {
  const fields = Object.create(null) as Record<string, unknown>;
  const keys = Object.keys(value);
  for (const key of keys.slice(0, ITEMS_MAX)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    const isHidden = isSecret(key, descriptor?.value);
    fields[shortened(key)] = isHidden ? REDACTED : ofProperty(descriptor, depth);
  }
  if (keys.length > ITEMS_MAX) fields[MORE] = `${keys.length - ITEMS_MAX} more`;
  return fields;
}

function ofMap(value: ReadonlyMap<unknown, unknown>, depth: number): object {
  const fields = Object.create(null) as Record<string, unknown>;
  let count = 0;
  Map.prototype.forEach.call(value, (item, key) => {
    if (count++ >= ITEMS_MAX) return;
    const name = typeof key === 'string' ? shortened(key) : String(plain(key, 0));
    fields[name] = isSecret(name, item) ? REDACTED : plain(item, depth - 1);
  });
  if (count > ITEMS_MAX) fields[MORE] = `${count - ITEMS_MAX} more`;
  return fields;
}

function ofSet(value: ReadonlySet<unknown>, depth: number): unknown[] {
  const items: unknown[] = [];
  let count = 0;
  Set.prototype.forEach.call(value, (item) => {
    if (count++ < ITEMS_MAX) items.push(plain(item, depth - 1));
  });
  if (count > ITEMS_MAX) items.push(`${MORE} ${count - ITEMS_MAX} more`);
  return items;
}

function ofProperty(descriptor: PropertyDescriptor | undefined, depth: number): unknown {
  if (descriptor === undefined) return null;
  if (descriptor.get !== undefined || descriptor.set !== undefined) return '[getter]';
  return plain(descriptor.value, depth - 1);
}

function shortened(text: string): string {
  if (text.length <= TEXT_MAX) return redacted(text);
  return redacted(text.slice(0, TEXT_MAX)) + MORE;
}

function ownText(value: object, key: string): string | undefined {
  const text: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof text === 'string' ? text : undefined;
}

function dateText(date: Date): string {
  const time = Date.prototype.getTime.call(date);
  return Number.isNaN(time) ? '[invalid date]' : new Date(time).toISOString();
}
