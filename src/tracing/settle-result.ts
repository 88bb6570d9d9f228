/**
 * What a traced function returned decides when its span ends:
 *
 *   a promise of the engine's      when it is settled
 *   a generator, sync or async     when it is done, throws, or its consumer leaves it
 *   a Node stream, ReadableStream  when it has ended, failed or been given up
 *   anything else                  at once
 *
 * A foreign thenable is anything else: asking it could start what it stands for, so its `then` is left
 * alone. So is a stream that a method returns to be chained on, its own `this`. The very object is returned,
 * but for the promise of an async function, which nobody else can have (follow-promise.ts). Nothing here throws.
 */
import { types } from 'node:util';
import { diag } from '@opentelemetry/api';
import { followPromise } from './follow-promise.ts';
import { bindGenerator, isGenerator } from './generators.ts';
import type { OpenSpan } from './open-span.ts';
import { isNativePromise, watchPromise } from './promise-watch.ts';
import { bindNodeStream, bindWebReadable, isNodeStream, isWebReadable } from './streams.ts';
import { ATTRIBUTE } from './trace-options.ts';

export interface CallOrigin {
  /** The function is async: what it returned is a promise that was made for this call. */
  readonly isFresh: boolean;
  /** What the function was called on. */
  readonly self?: unknown;
}

/** Gives what shall be returned instead of `result`. */
export function settleResult(result: unknown, open: OpenSpan, origin: CallOrigin): unknown {
  try {
    if (isNativePromise(result)) return settlePromise(result, open, origin.isFresh);
    if (!outlives(result, open, origin.self)) open.succeed(result);
  } catch (error) {
    diag.error('synton: a result could not be followed', error);
    open.end();
  }
  return result;
}

function settlePromise(
  promise: Promise<unknown>,
  open: OpenSpan,
  isFresh: boolean,
): Promise<unknown> {
  open.set(ATTRIBUTE.async, true);
  // A span that nobody will see ends is not worth an observer.
  if (!open.isRecording) {
    open.end();
    return promise;
  }
  const fulfilled = (value: unknown): void => open.succeed(value);
  const rejected = (reason: unknown): void => open.fail(reason);
  if (isFresh) return followPromise(promise, fulfilled, rejected);
  watchPromise(promise, fulfilled, rejected);
  return promise;
}

/** False where the span is over with the call. */
function outlives(result: unknown, open: OpenSpan, self: unknown): boolean {
  if (typeof result !== 'object' || result === null || types.isProxy(result)) return false;
  if (isGenerator(result)) bindGenerator(result, open);
  else if (result === self) return false;
  else if (isNodeStream(result)) bindNodeStream(result, open);
  else if (isWebReadable(result)) bindWebReadable(result, open);
  else return false;
  return true;
}
