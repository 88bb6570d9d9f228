/** Calls between threads, over a real pair of ports. */
import { MessageChannel } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { InvalidParameter, InvalidTraceId, TraceNotFound } from '../../../src/model/errors.ts';
import { type Handlers, ThreadCalls } from '../../../src/runtime/thread-calls.ts';

function connected(there: Handlers, here: Handlers = {}) {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  return { here: new ThreadCalls(port1, here), there: new ThreadCalls(port2, there) };
}

it('passes arguments and results as they are, both ways', async () => {
  const { here, there } = connected(
    { add: (_, a: bigint, b: bigint) => a + b },
    { name: async () => ({ bytes: Uint8Array.of(1, 2) }) },
  );
  expect(await here.call('add', [1n, 2n])).toBe(3n);
  expect(await there.call('name')).toEqual({ bytes: Uint8Array.of(1, 2) });
});

it('throws here what was thrown there, as what it was', async () => {
  const thrown = [
    new InvalidTraceId('x'),
    new TraceNotFound('a'.repeat(32)),
    new InvalidParameter('limit', 'expected a whole number'),
  ];
  const { here } = connected({
    fail: (_, i: number) => {
      throw thrown[i];
    },
  });
  for (const [i, error] of thrown.entries()) {
    const caught = await here.call('fail', [i]).catch((reason: unknown) => reason);
    expect(caught).toBeInstanceOf(error.constructor);
    expect(caught).toMatchObject({ code: error.code, message: error.message });
  }
  await expect(here.call('nothing')).rejects.toThrow('no handler is named nothing');
});

it('cancels on the other side what is cancelled here', async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const { here } = connected({
    wait: (signal) => {
      begun.resolve(signal);
      return new Promise(() => {});
    },
  });
  const controller = new AbortController();
  const call = here.call('wait', [], controller.signal);
  const signal = await begun.promise;
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
  controller.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
  await aborted;
});

it('fails what waits when the other side is gone, and everything after', async () => {
  const { here } = connected({ wait: () => new Promise(() => {}) });
  const call = here.call('wait');
  here.end(new Error('it ended'));
  await expect(call).rejects.toThrow('it ended');
  await expect(here.call('wait')).rejects.toThrow('it ended');
});

it('lets at most 1,024 calls wait', async () => {
  const { here } = connected({ wait: () => new Promise(() => {}) });
  const calls = Array.from({ length: 1_024 }, () => here.call('wait').catch(() => {}));
  await expect(here.call('wait')).rejects.toThrow('too many calls');
  here.end(new Error('done'));
  await Promise.all(calls);
});
