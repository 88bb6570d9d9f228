import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { OneByOne } from '../../../../src/store/reading/one-by-one.ts';

it('one has its turn at a time, in the order of asking; who leaves without asking holds up nobody', async () => {
  const large = new OneByOne();
  const took: string[] = [];
  const [first, second, third, idle] = Array.from({ length: 4 }, () => large.place());
  const ask = (name: string, place = first!) => void place.take().then(() => took.push(name));
  idle!.leave();
  ask('first');
  ask('second', second);
  ask('third', third);
  await turn();
  expect(took).toEqual(['first']);
  // Gone before its turn came: the next waits for the first all the same.
  second!.leave();
  await turn();
  expect(took).toEqual(['first']);
  ask('first again');
  await turn();
  expect(took).toEqual(['first', 'first again']);
  first!.leave();
  await turn();
  expect(took).toEqual(['first', 'first again', 'second', 'third']);
});
