import { expect, it } from 'vitest';
import { FewAtOnce } from '../../../src/runtime/few-at-once.ts';

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function pieces(few: FewAtOnce, count: number, signal = never) {
  const begun: number[] = [];
  const ends: PromiseWithResolvers<number>[] = [];
  const results = Array.from({ length: count }, (_, i) => {
    ends.push(Promise.withResolvers());
    return few.run(() => {
      begun.push(i);
      return ends[i]!.promise;
    }, signal);
  });
  return { begun, ends, results };
}

it('begins a few, and the next in order as one ends, however it ends', async () => {
  const { begun, ends, results } = pieces(new FewAtOnce(2), 4);
  expect(begun).toEqual([0, 1]);
  ends[1]!.reject(new Error('failed'));
  await expect(results[1]).rejects.toThrow('failed');
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1, 2]);
  for (const end of [0, 2, 3]) ends[end]!.resolve(end);
  expect(await Promise.all([results[0], results[2], results[3]])).toEqual([0, 2, 3]);
});

it('forgets who does not wait any more', async () => {
  const few = new FewAtOnce(1);
  const first = pieces(few, 1);
  const stop = new AbortController();
  const gone = pieces(few, 2, stop.signal);
  const last = pieces(few, 1);
  stop.abort(new Error('left'));
  for (const result of gone.results) await expect(result).rejects.toThrow('left');
  first.ends[0]!.resolve(7);
  last.ends[0]!.resolve(8);
  expect(await Promise.all([first.results[0], last.results[0]])).toEqual([7, 8]);
  expect(gone.begun).toEqual([]);
  await expect(few.run(async () => 1, stop.signal)).rejects.toThrow('left');
  expect(await few.run(async () => 9, never)).toBe(9);
});
