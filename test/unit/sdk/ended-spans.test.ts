import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SdkSpan } from '../../../src/otlp/write-sdk-span.ts';
import { EndedSpans } from '../../../src/sdk/ended-spans.ts';

const span = (name: string) => ({ name }) as SdkSpan;

test('it is a queue that refuses what does not fit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.boolean(), { maxLength: 200 }),
      (capacity, pushes) => {
        const ended = new EndedSpans(capacity);
        const expected: SdkSpan[] = [];
        let taken = 0;
        for (const [i, isPush] of pushes.entries()) {
          if (isPush) {
            const one = span(`${i}`);
            const fits = expected.length < capacity;
            expect(ended.push(one)).toBe(fits);
            if (fits) expected.push(one);
          } else {
            expect(ended.peek()).toBe(expected[0]);
            if (expected.shift() !== undefined) taken++;
            ended.drop();
          }
          expect(ended.count).toBe(expected.length);
          expect(ended.taken).toBe(taken);
        }
      },
    ),
  );
});
