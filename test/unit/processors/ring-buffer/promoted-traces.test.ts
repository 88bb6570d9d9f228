import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PromotedTraces } from '../../../../src/processors/ring-buffer/promoted-traces.ts';

/** Ids that share hash buckets, so that chains get long. */
function idOf(number: number): Uint32Array {
  return Uint32Array.of(7, number, number % 3, 5);
}

describe('PromotedTraces', () => {
  it('is a set that forgets the oldest first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 120 }),
        (capacity, numbers) => {
          const traces = new PromotedTraces(capacity);
          const expected: number[] = [];
          for (const number of numbers) {
            const isNew = !expected.includes(number);
            expect(traces.add(idOf(number), 0)).toBe(isNew);
            if (isNew) expected.push(number);
            if (expected.length > capacity) expected.shift();
            expect(traces.size).toBe(expected.length);
            for (let i = 0; i <= 30; i++) {
              expect(traces.has(idOf(i), 0)).toBe(expected.includes(i));
            }
          }
        },
      ),
    );
  });

  it('is refilled from its snapshot in the same order', () => {
    const traces = new PromotedTraces(4);
    for (let i = 0; i < 7; i++) traces.add(idOf(i), 0);
    const snapshot = traces.snapshot();
    expect([...snapshot.filter((_, i) => i % 4 === 1)]).toEqual([3, 4, 5, 6]);
    const smaller = new PromotedTraces(2);
    smaller.refill(snapshot);
    expect([3, 4, 5, 6].map((i) => smaller.has(idOf(i), 0))).toEqual([false, false, true, true]);
  });

  it('reads the id from within a row', () => {
    const traces = new PromotedTraces();
    const row = Uint32Array.of(0, 0, 1, 2, 3, 4, 0);
    traces.add(row, 2);
    expect(traces.has(Uint32Array.of(1, 2, 3, 4), 0)).toBe(true);
    expect(traces.has(row, 1)).toBe(false);
  });
});
