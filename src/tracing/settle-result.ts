/**
 * What a traced function returned decides when its span ends:
 *
 *   a promise of the engine's      when it is settled
 *   a generator, sync or async     when it is done, throws, or its consumer leaves it
 *   a Node stream, ReadableStream  when it has ended, failed or been given up
 *   anything else                  at once
 *
 * A foreign thenable is anything else: asking it could start what it stands for, so its `then` is left
 * alone. So is a stream that a method returns to be chained on, its own `this`. What is returned is always
 * the very object, and nothing here throws.
 */
import { types } from 'node:util';
import { diag } from '@opentelemetry/api';
import { bindGenerator, isGenerator } from './generators.ts';
import type { OpenSpan } from './open-span.ts';
import { isNativePromise, watchPromise } from './promise-watch.ts';
import { bindNodeStream, bindWebReadable, isNodeStream, isWebReadable } from './streams.ts';
import { ATTRIBUTE } from './trace-options.ts';

export function settleResult(result: unknown, open: OpenSpan, self?: unknown): void {
  try {
    if (!outlives(result, open, self)) open.succeed(result);
  } catch (error) {
    diag.error('synton: a result could not be followed', error);
    open.end();
  }
}

/** False where the span is over with the call. */
function outlives(result: unknown, open: OpenSpan, self: unknown): boolean {
  if (typeof result !== 'object' || result === null || types.isProxy(result)) return false;
  if (isNativePromise(result)) {
    open.set(ATTRIBUTE.async, true);
    // A span that nobody will see ends is not worth a watch.
    if (!open.isRecording) open.end();
    else {
      watchPromise(
        result,
        (value) => open.succeed(value),
        (reason) => open.fail(reason),
      );
    }
    return true;
  }
  if (isGenerator(result)) bindGenerator(result, open);
  else if (result === self) return false;
  else if (isNodeStream(result)) bindNodeStream(result, open);
  else if (isWebReadable(result)) bindWebReadable(result, open);
  else return false;
  return true;
}
