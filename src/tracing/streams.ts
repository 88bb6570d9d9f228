/**
 * Binds a stream to a span: its source runs with the span active, and the span ends when the stream has
 * ended, failed, or been destroyed or cancelled. The stream stays the same object, is not read from, not
 * locked, and an `error` that nobody listens for stays an uncaught one. A web stream that is piped or
 * teed is read by the platform, which runs its source in a context of its own choosing.
 */
import { EventEmitter, errorMonitor } from 'node:events';
import { finished, Stream } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type AnyFunction, callIn, type OpenSpan } from './open-span.ts';

interface NodeStream extends EventEmitter {
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
  readonly writableFinished?: boolean;
  readonly errored?: Error | null;
}

/** What a Node stream's author writes: called when data is wanted or given. */
const SOURCE_METHODS = ['_read', '_transform', '_flush', '_write', '_writev', '_final'] as const;
/** Spans that one stream ends: functions that hand it on to each other, or one that gives it every time. */
const SPANS_MAX = 32;
/** The spans that end with a stream: it has one set of listeners, however many functions hand it on. */
const spansOf = new WeakMap<object, OpenSpan[]>();
/** Their source runs in the span that was first, the innermost. */
const bound = new WeakSet<object>();

export function isNodeStream(value: object): value is NodeStream {
  return (
    value instanceof EventEmitter &&
    (value instanceof Stream ||
      Object.hasOwn(value, '_readableState') ||
      Object.hasOwn(value, '_writableState'))
  );
}

/** Told by its tag: looking at the global would load all web streams into every program. */
export function isWebReadable(value: object): value is ReadableStream {
  const prototype = Reflect.getPrototypeOf(value);
  const tag = prototype && Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
  return tag === 'ReadableStream' && value instanceof globalThis.ReadableStream;
}

export function bindNodeStream(stream: NodeStream, open: OpenSpan): void {
  if (!isFirst(stream, open)) return;
  if (!bound.has(stream)) for (const name of SOURCE_METHODS) bindMethod(stream, name, open);
  bound.add(stream);
  const sides = openSides(stream);
  if (stream.destroyed === true || stream.errored || sides?.size === 0) {
    endAll(stream, stream.errored);
    return;
  }
  for (const side of sides ?? []) {
    stream.once(side, () => {
      sides?.delete(side);
      if (sides?.size === 0) endAll(stream);
    });
  }
  stream.once(errorMonitor, (error: unknown) => endAll(stream, error));
  stream.once('close', () => endAll(stream));
}

/** The events that are still to come; undefined of a stream that has no sides, such as an HTTP request. */
function openSides(stream: NodeStream): Set<'end' | 'finish'> | undefined {
  const isReadable = Object.hasOwn(stream, '_readableState');
  const isWritable = Object.hasOwn(stream, '_writableState');
  if (!isReadable && !isWritable) return undefined;
  const sides = new Set<'end' | 'finish'>();
  if (isReadable && stream.readableEnded !== true) sides.add('end');
  if (isWritable && stream.writableFinished !== true) sides.add('finish');
  return sides;
}

export function bindWebReadable(stream: ReadableStream, open: OpenSpan): void {
  if (!isFirst(stream, open)) return;
  if (!bound.has(stream)) {
    bindMethod(stream, 'cancel', open);
    bindMadeBy(stream, 'getReader', ['read', 'cancel'], open);
    bindMadeBy(stream, 'values', ['next', 'return'], open);
    bindMadeBy(stream, Symbol.asyncIterator, ['next', 'return'], open);
  }
  bound.add(stream);
  finished(stream as unknown as Parameters<typeof finished>[0], (error) => endAll(stream, error));
}

/** The source of a web stream is asked from within what reads it, a reader or an iterator. */
function bindMadeBy(
  stream: ReadableStream,
  maker: 'getReader' | 'values' | typeof Symbol.asyncIterator,
  names: readonly string[],
  open: OpenSpan,
): void {
  const native = stream[maker] as AnyFunction;
  define(stream, maker, function (this: unknown, ...args) {
    const reading = Reflect.apply(native, this, args) as object;
    for (const name of names) bindMethod(reading, name, open);
    return reading;
  });
}

function isFirst(stream: object, open: OpenSpan): boolean {
  const known = spansOf.get(stream);
  if (known === undefined) spansOf.set(stream, [open]);
  else if (known.length < SPANS_MAX) known.push(open);
  else open.end();
  return known === undefined;
}

/** `error`: undefined where there was none, null where the stream says so. */
function endAll(stream: object, error?: unknown): void {
  const spans = spansOf.get(stream);
  spansOf.delete(stream);
  for (const open of spans ?? []) {
    if (error === undefined || error === null) open.succeed(undefined);
    else open.fail(error);
  }
}

/** Passed over where the object has no such method. */
function bindMethod(target: object, name: PropertyKey, open: OpenSpan): void {
  const native: unknown = Reflect.get(target, name);
  if (typeof native !== 'function') return;
  define(target, name, function (this: unknown, ...args) {
    return callIn(open.context, native as AnyFunction, this, args);
  });
}

function define(target: object, name: PropertyKey, value: AnyFunction): void {
  Reflect.defineProperty(target, name, { configurable: true, writable: true, value });
}
