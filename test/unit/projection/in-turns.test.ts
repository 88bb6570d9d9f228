import { expect, it } from 'vitest';
import { atOnce, inTurns, type Steps } from '../../../src/projection/in-turns.ts';

function* waiting(given: Promise<number>): Steps<number> {
  yield;
  let found = 0;
  yield given.then((value) => {
    found = value;
  });
  return found;
}

it('work waits for what it stops with, and fails with it', async () => {
  expect(await inTurns(waiting(Promise.resolve(7)))).toBe(7);
  await expect(inTurns(waiting(Promise.reject(new Error('gone'))))).rejects.toThrow('gone');
});

it('work that waits is given up where nobody wants it any more', async () => {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<number>();
  const asked = inTurns(waiting(promise), stop.signal);
  stop.abort(new Error('left'));
  resolve(1);
  await expect(asked).rejects.toThrow('left');
});

it('work that waits is not done at once', () => {
  expect(() => atOnce(waiting(Promise.resolve(7)))).toThrow('waits');
});
