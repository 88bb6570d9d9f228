/** The parts that an outline is made with: sorting, finding by id, laying out, working in turns. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce, inTurns, type Steps } from '../../../src/projection/in-turns.ts';
import { sortByTime } from '../../../src/projection/sort-by-time.ts';
import { SpanIdTable } from '../../../src/projection/span-id-table.ts';

describe('sorting by time', () => {
  it('keeps the order of equal times, and tells apart what a double cannot', () => {
    const time = fc.oneof(
      fc.bigInt({ min: -3n, max: 3n }),
      fc.bigInt({ min: 2n ** 60n, max: 2n ** 60n + 3n }),
    );
    fc.assert(
      fc.property(fc.array(time, { maxLength: 200 }), (times) => {
        const expected = [...times.keys()].sort((a, b) =>
          times[a]! < times[b]! ? -1 : times[a]! > times[b]! ? 1 : a - b,
        );
        expect([...atOnce(sortByTime(BigInt64Array.from(times)))]).toEqual(expected);
      }),
    );
  });
});

describe('finding spans by id', () => {
  it('leads to the last that was put, and tells the one before', () => {
    const word = fc.integer({ min: 0, max: 3 });
    const keys = fc.array(fc.tuple(word, word, word), { maxLength: 100 });
    fc.assert(
      fc.property(keys, (given) => {
        const table = new SpanIdTable(given.length);
        const known = new Map<string, number>();
        for (const [index, [high, low, beside]] of given.entries()) {
          const before = known.get(`${high} ${low} ${beside}`) ?? -1;
          expect(table.put(index, high, low, beside)).toBe(before);
          known.set(`${high} ${low} ${beside}`, index);
        }
        for (const [high, low, beside] of given) {
          expect(table.find(high, low, beside)).toBe(known.get(`${high} ${low} ${beside}`));
        }
        expect(table.find(9, 9)).toBe(-1);
      }),
    );
  });
});

describe('work in turns', () => {
  function* busy(ms: number): Steps<string> {
    const until = performance.now() + ms;
    while (performance.now() < until) yield;
    return 'done';
  }

  it('lets others have theirs', async () => {
    let turns = 0;
    const others = setInterval(() => turns++, 0);
    const until = performance.now() + 10_000;
    function* longWork(): Steps<string> {
      while (turns < 2 && performance.now() < until) yield;
      return 'done';
    }
    expect(await inTurns(longWork())).toBe('done');
    clearInterval(others);
    expect(turns).toBe(2);
  });

  it('stops between two when nobody waits any more', async () => {
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error('left')));
    await expect(inTurns(busy(10_000), stop.signal)).rejects.toThrow('left');
  });
});
