/** What the stack of spans keeps alive: not the ancestors that have ended. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { SpanStack } from '../../../src/tracing/span-stack.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

class RunningSpan {
  isRunning = true;
  isRecording(): boolean {
    return this.isRunning;
  }
}

const spanOf = (span: RunningSpan) => span as unknown as Span;

/** A chain of spans, each started by the last one before that ends. The last is open. */
function chain(
  stack: SpanStack,
  length: number,
): { first: WeakRef<RunningSpan>; last: RunningSpan } {
  let last = new RunningSpan();
  const first = new WeakRef(last);
  stack.note(spanOf(last), ROOT_CONTEXT);
  for (let at = 1; at < length; at++) {
    const next = new RunningSpan();
    stack.note(spanOf(next), trace.setSpan(ROOT_CONTEXT, spanOf(last)));
    last.isRunning = false;
    last = next;
  }
  return { first, last };
}

test('a chain of spans that never ends does not keep its beginning', async () => {
  const stack = new SpanStack();
  const { first, last } = chain(stack, 100);
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(first.deref()).toBeUndefined();
  expect(last.isRunning).toBe(true);
});
