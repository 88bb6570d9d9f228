import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foundBoxes } from '../../../../../src/web/views/trace/tabs/flame/flame-found.ts';
import type { FlameSource } from '../../../../../src/web/views/trace/tabs/flame/flame-source.ts';
import { partOf, partText } from '../../../../../src/web/views/trace/tabs/flame/part-text.ts';
import { pinched } from '../../../../../src/web/views/trace/tabs/flame/pinched.ts';

describe('a pinch', () => {
  const pixel = fc.integer({ min: 0, max: 1_000 });
  const atOf = ({ from, to }: { from: number; to: number }, x: number): number =>
    from + (x / 1_000) * (to - from);

  test('keeps under each finger what was under it', () => {
    fc.assert(
      fc.property(pixel, pixel, pixel, pixel, (a, b, x, y) => {
        fc.pre(Math.abs(a - b) >= 8 && Math.abs(x - y) >= 8 && a < b === x < y);
        const before = { from: 5_000, to: 9_000 };
        const after = pinched(before, 1_000, [
          { x: a, at: x },
          { x: b, at: y },
        ]);
        expect(atOf(after, x)).toBeCloseTo(atOf(before, a), 3);
        expect(atOf(after, y)).toBeCloseTo(atOf(before, b), 3);
      }),
    );
  });

  test('of fingers on one place moves and is finite', () => {
    const range = { from: 0, to: 1_000 };
    const fingers = [
      { x: 500, at: 600 },
      { x: 500, at: 600 },
    ] as const;
    expect(pinched(range, 1_000, fingers)).toEqual({ from: -100, to: 900 });
  });
});

describe('a part in a link', () => {
  const whole = { from: 0, to: 4_000 };

  test('comes back as it was', () => {
    const part = { from: 1_000, to: 1_500 };
    expect(partText(part, whole)).toBe('0.25-0.375');
    expect(partOf('0.25-0.375', whole)).toEqual(part);
    // What runs has grown meanwhile.
    expect(partOf('0.25-0.375', { from: 0, to: 8_000 })).toEqual({ from: 2_000, to: 3_000 });
  });

  test('comes back near the beginning and as narrow as one call of a billion, without an exponent', () => {
    const all = { from: 0, to: 1e9 };
    const near = { from: 500, to: 1e8 };
    expect(partText(near, all)).toBe('0.0000005-0.1');
    expect(partOf(partText(near, all), all)).toEqual(near);
    const day = { from: 0, to: 86_400e9 };
    const narrow = { from: 40_000e9, to: 40_000e9 + 100 };
    const back = partOf(partText(narrow, day), day)!;
    expect(back.from).toBeCloseTo(narrow.from, -2);
    expect(back.to - back.from).toBeGreaterThan(0);
  });

  test('is not there where all is seen, and what is no part is none', () => {
    expect(partText(whole, whole)).toBeUndefined();
    for (const text of [undefined, '', '0.5', '0.5-0.2', '0.5-1.5', '-1-1', '0-1e9', 'a-b'])
      expect(partOf(text, whole)).toBeUndefined();
  });
});

describe('what is found', () => {
  /** 0: 0–100; below it 1: 10–30, 2: 60–90; below 2, 3: 65–85, and 4, which runs from 80 on. */
  const source = {
    boxes: {
      from: Float64Array.of(0, 10, 60, 65, 80),
      to: Float64Array.of(100, 30, 90, 85, Number.POSITIVE_INFINITY),
      row: Uint32Array.of(0, 1, 1, 2, 3),
    },
    boxOf: (span: number) => (span < 5 ? span : -1),
  } as unknown as FlameSource;
  const found = (...rows: number[]) => foundBoxes(source, rows, { from: 0, to: 100 });

  test('takes its share of the whole, what lies in something found once', () => {
    expect(found(1)).toMatchObject({ count: 1, nanos: 20, share: 0.2 });
    expect(found(2, 3)).toMatchObject({ count: 2, nanos: 30 });
    expect(found(1, 3, 4)).toMatchObject({ count: 3, nanos: 20 + 15 + 20 });
    expect(found(0, 1, 2, 3, 4)).toMatchObject({ share: 1 });
    expect(found()).toMatchObject({ count: 0, share: 0 });
    expect(foundBoxes(source, [1], { from: 20, to: 40 })).toMatchObject({ nanos: 10, share: 0.5 });
  });

  test('is gone through from left to right, around the end', () => {
    const some = found(3, 1, 9);
    expect(some.count).toBe(2);
    expect([some.has(1), some.has(2)]).toEqual([true, false]);
    expect([some.next(-1, 1), some.next(1, 1), some.next(3, 1)]).toEqual([1, 3, 1]);
    expect([some.next(-1, -1), some.next(1, -1)]).toEqual([3, 3]);
    expect(found().next(2, 1)).toBe(-1);
  });
});
