/**
 * A value of the program as a line of JSON, for `synton.args`, `synton.return` and `synton.error`.
 *
 * Nothing of the program runs: no getter, no trap of a proxy, no toJSON, no iterator. Bounds: DEPTH_MAX
 * levels below the value, ITEMS_MAX entries of each, TEXT_MAX characters of a text, BYTES_MAX in all; what
 * is cut says so with an ellipsis, and nothing is read beyond what is kept. Secrets are redacted (redact.ts).
 * Listing the keys of an object with very many takes its time.
 */
import { types } from 'node:util';
import { isSecret, REDACTED, redacted } from './redact.ts';

export const BYTES_MAX = 1_024;
const DEPTH_MAX = 2;
const ITEMS_MAX = 16;
export const TEXT_MAX = 256;
/** Looked through for secrets: one that begins before the cut may be known by what comes after. */
const READ_MAX = 2 * TEXT_MAX;
const MORE = '…';
/** Larger ones take long to be written out. */
const BIGINT_MAX = 2n ** 256n;
/** What a span tells of an error in other words. */
const TOLD_OF_ERRORS: ReadonlySet<string> = new Set(['name', 'message', 'stack']);

// As they are before a program puts its own in their place.
const { keys, getOwnPropertyNames, getOwnPropertyDescriptor } = Object;
const { stringify } = JSON;
const typedArrayLength = getterOf(
  Reflect.getPrototypeOf(Uint8Array.prototype) as object,
  'byteLength',
);
const bufferLength = getterOf(ArrayBuffer.prototype, 'byteLength');
const sharedLength = getterOf(SharedArrayBuffer.prototype, 'byteLength');

let isCapturing = false;

/** As an array; the bound of depth is that of each of them. */
export function capturedArguments(args: readonly unknown[]): string | undefined {
  return guarded((text) => text.add(args, DEPTH_MAX + 1));
}

/** As an object, without what is undefined or missing. Names go by the rules for secrets, as those of fields do. */
export function capturedByName(
  names: readonly string[],
  values: readonly unknown[],
): string | undefined {
  return guarded((text) => text.addNamed(names, values));
}

/** Undefined for undefined itself, where it is asked from within itself, and where a value resists. */
export function captured(value: unknown): string | undefined {
  return value === undefined ? undefined : guarded((text) => text.add(value, DEPTH_MAX));
}

/** What an error has of its own beside its name, message and stack. Undefined where that is nothing. */
export function capturedError(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || types.isProxy(error)) return undefined;
  const text = guarded((writer) => writer.addError(error));
  return text === '{}' ? undefined : text;
}

function guarded(write: (text: ValueText) => void): string | undefined {
  // A program may have put a function of its own, a traced one, in the place of one that is used here.
  if (isCapturing) return undefined;
  isCapturing = true;
  try {
    const text = new ValueText();
    write(text);
    return bounded(text.text);
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

/** JSON that is written as the value is read. JSON.stringify would ask arrays for a toJSON of the program's. */
class ValueText {
  text = '';
  /** Of the list or object that is being written: whether it has an entry. */
  #hasEntry = false;

  get #isFull(): boolean {
    return this.text.length > BYTES_MAX;
  }

  add(value: unknown, depth: number): void {
    if (typeof value === 'object' && value !== null) this.#object(value, depth);
    else this.text += primitive(value);
  }

  addNamed(names: readonly string[], values: readonly unknown[]): void {
    this.#within('{', '}', () => {
      const shown = Math.min(names.length, ITEMS_MAX);
      for (let index = 0; index < shown && !this.#isFull; index++) {
        const value = values[index];
        if (value !== undefined) this.#entry(names[index]!, value, DEPTH_MAX);
      }
      if (names.length > ITEMS_MAX) this.#entry(MORE, `${names.length - ITEMS_MAX} more`, 0);
    });
  }

  addError(error: object): void {
    // The cause of an error is not enumerable.
    const own = types.isNativeError(error) ? getOwnPropertyNames(error) : keys(error);
    this.#fields(
      error,
      own.filter((key) => !TOLD_OF_ERRORS.has(key)),
      DEPTH_MAX + 1,
    );
  }

  #object(value: object, depth: number): void {
    const summary = summaryOf(value);
    if (summary !== undefined) this.text += stringify(summary);
    else if (Array.isArray(value)) {
      if (depth === 0) this.text += `"[Array ${value.length}]"`;
      else this.#array(value, depth);
    } else if (types.isMap(value)) {
      if (depth === 0) this.text += '"[Map]"';
      else this.#map(value, depth);
    } else if (types.isSet(value)) {
      if (depth === 0) this.text += '"[Set]"';
      else this.#set(value, depth);
    } else if (depth === 0) this.text += '"[Object]"';
    else this.#fields(value, keys(value), depth);
  }

  #array(value: readonly unknown[], depth: number): void {
    this.#within('[', ']', () => {
      const shown = Math.min(value.length, ITEMS_MAX);
      for (let index = 0; index < shown && !this.#isFull; index++) {
        this.#comma();
        this.#property(getOwnPropertyDescriptor(value, index), depth);
      }
      if (value.length > ITEMS_MAX) this.#item(`${MORE} ${value.length - ITEMS_MAX} more`, 0);
    });
  }

  #fields(value: object, own: readonly string[], depth: number): void {
    this.#within('{', '}', () => {
      const shown = Math.min(own.length, ITEMS_MAX);
      for (let index = 0; index < shown && !this.#isFull; index++) {
        const key = own[index]!;
        const descriptor = getOwnPropertyDescriptor(value, key);
        this.#key(key);
        if (isSecret(key, descriptor?.value)) this.text += stringify(REDACTED);
        else this.#property(descriptor, depth);
      }
      if (own.length > ITEMS_MAX) this.#entry(MORE, `${own.length - ITEMS_MAX} more`, 0);
    });
  }

  #map(value: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.#within('{', '}', () => {
      let count = 0;
      Map.prototype.forEach.call(value, (item, key) => {
        if (count++ >= ITEMS_MAX || this.#isFull) return;
        this.#entry(nameOf(key), item, depth - 1);
      });
      if (count > ITEMS_MAX) this.#entry(MORE, `${count - ITEMS_MAX} more`, 0);
    });
  }

  #set(value: ReadonlySet<unknown>, depth: number): void {
    this.#within('[', ']', () => {
      let count = 0;
      Set.prototype.forEach.call(value, (item) => {
        if (count++ < ITEMS_MAX && !this.#isFull) this.#item(item, depth - 1);
      });
      if (count > ITEMS_MAX) this.#item(`${MORE} ${count - ITEMS_MAX} more`, 0);
    });
  }

  #within(open: string, close: string, write: () => void): void {
    const outer = this.#hasEntry;
    this.#hasEntry = false;
    this.text += open;
    write();
    this.text += close;
    this.#hasEntry = outer;
  }

  #comma(): void {
    if (this.#hasEntry) this.text += ',';
    this.#hasEntry = true;
  }

  #key(name: string): void {
    this.#comma();
    this.text += `${stringify(shortened(name))}:`;
  }

  #item(value: unknown, depth: number): void {
    this.#comma();
    this.add(value, depth);
  }

  #entry(name: string, value: unknown, depth: number): void {
    this.#key(name);
    if (isSecret(name, value)) this.text += stringify(REDACTED);
    else this.add(value, depth);
  }

  #property(descriptor: PropertyDescriptor | undefined, depth: number): void {
    if (descriptor === undefined) this.text += 'null';
    else if (descriptor.get !== undefined || descriptor.set !== undefined)
      this.text += '"[getter]"';
    else this.add(descriptor.value, depth - 1);
  }
}

function primitive(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return stringify(shortened(value));
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case 'bigint':
      return value < BIGINT_MAX && value > -BIGINT_MAX ? `"${value}n"` : '"[bigint]"';
    case 'symbol':
      return stringify(shortened(String(value)));
    case 'undefined':
      return '"[undefined]"';
    case 'function':
      return types.isProxy(value)
        ? '"[Proxy]"'
        : stringify(`[Function ${shortened(ownText(value, 'name') ?? '')}]`);
    default:
      return String(value);
  }
}

/** Of what is told in one word. Undefined for what has parts. */
function summaryOf(value: object): string | undefined {
  if (types.isProxy(value)) return '[Proxy]';
  if (types.isDate(value)) return dateText(value);
  if (types.isTypedArray(value)) return `[${Reflect.apply(typedArrayLength, value, [])} bytes]`;
  if (types.isArrayBuffer(value)) return `[${Reflect.apply(bufferLength, value, [])} bytes]`;
  if (types.isSharedArrayBuffer(value)) return `[${Reflect.apply(sharedLength, value, [])} bytes]`;
  if (types.isNativeError(value)) return `[Error: ${shortened(ownText(value, 'message') ?? '')}]`;
  if (types.isPromise(value)) return '[Promise]';
  if (types.isRegExp(value)) return '[RegExp]';
  if (types.isGeneratorObject(value)) return '[Generator]';
  // One of a text has as many keys as characters.
  if (types.isBoxedPrimitive(value)) return '[boxed]';
  return undefined;
}

function nameOf(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key !== 'object' || key === null) return primitive(key).replaceAll('"', '');
  return summaryOf(key) ?? (Array.isArray(key) ? `[Array ${key.length}]` : '[Object]');
}

function shortened(text: string): string {
  if (text.length <= TEXT_MAX) return redacted(text);
  return redacted(text.slice(0, READ_MAX)).slice(0, TEXT_MAX) + MORE;
}

function ownText(value: object, key: string): string | undefined {
  const text: unknown = getOwnPropertyDescriptor(value, key)?.value;
  return typeof text === 'string' ? text : undefined;
}

function dateText(date: Date): string {
  const time = Date.prototype.getTime.call(date);
  return Number.isNaN(time) ? '[invalid date]' : new Date(time).toISOString();
}

function getterOf(prototype: object, key: string): () => number {
  return Object.getOwnPropertyDescriptor(prototype, key)?.get as () => number;
}
