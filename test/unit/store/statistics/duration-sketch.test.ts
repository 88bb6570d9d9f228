import { DDSketch } from '@datadog/sketches-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BINS_MAX,
  DurationSketch,
  RELATIVE_ERROR,
} from '../../../../src/store/statistics/duration-sketch.ts';

const QUANTILES = [0, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 1];
/** From 1 ns to a hundred days, every magnitude alike. */
const duration = fc.double({ min: 0, max: 36, noNaN: true }).map((x) => Math.floor(Math.exp(x)));

function sketchOf(values: readonly number[], weight = 1): DurationSketch {
  const sketch = new DurationSketch();
  for (const value of values) sketch.add(value, weight);
  return sketch;
}

describe('DurationSketch', () => {
  it('agrees with another implementation of the same sketch', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), (values) => {
        const oracle = new DDSketch({ relativeAccuracy: RELATIVE_ERROR });
        for (const value of values) oracle.accept(value);
        const sketch = sketchOf(values);
        const last = Math.max(1, values.length - 1);
        for (const q of QUANTILES) {
          // It takes the value below q · (n − 1): a little above our rank it is ours.
          const rank = Math.max(0, Math.ceil(q * values.length) - 1);
          const expected = oracle.getValueAtQuantile(Math.min(1, (rank + 0.5) / last));
          expect(Math.abs(sketch.quantile(q) - expected)).toBeLessThanOrEqual(expected * 1e-9);
        }
      }),
    );
  });

  it('is within its relative error of the true value', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 200 }), (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const sketch = sketchOf(values);
        for (const q of QUANTILES) {
          const truth = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
          expect(Math.abs(sketch.quantile(q) - truth)).toBeLessThanOrEqual(
            truth * RELATIVE_ERROR * 1.000001,
          );
        }
      }),
    );
  });

  it('merges as if all had been added to one', () => {
    const bins = (sketch: DurationSketch): unknown => {
      const list: [number, number][] = [[-1, sketch.zeroWeight]];
      sketch.eachBin((index, weight) => list.push([index, weight]));
      return list;
    };
    fc.assert(
      fc.property(fc.array(fc.array(duration, { maxLength: 50 }), { maxLength: 5 }), (parts) => {
        const merged = new DurationSketch();
        for (const part of parts) merged.merge(sketchOf(part));
        expect(bins(merged)).toEqual(bins(sketchOf(parts.flat())));
        expect(merged.weight).toBe(parts.flat().length);
      }),
    );
  });

  it('counts weights', () => {
    const sketch = sketchOf([1_000]);
    sketch.add(9_000, 99);
    expect(sketch.weight).toBe(100);
    expect(sketch.quantile(0)).toBeGreaterThan(990);
    expect(sketch.quantile(0)).toBeLessThan(1_010);
    expect(sketch.quantile(0.5)).toBeGreaterThan(8_900);
  });

  it('counts the greatest of a few: the 95th percentile of two is the greater', () => {
    expect(sketchOf([0, 9_000]).quantile(0.95)).toBeGreaterThan(8_900);
    expect(sketchOf([0, 9_000]).quantile(0.5)).toBe(0);
    const twelve = sketchOf(Array.from({ length: 12 }, (_, i) => 2_000 + i * 100));
    expect(twelve.quantile(0.95)).toBeGreaterThan(3_060);
  });

  it('stays between what is known of its values', () => {
    const sketch = sketchOf([1_000_000_000]);
    expect(sketch.quantile(0.5)).not.toBe(1_000_000_000);
    sketch.bound(1_000_000_000, 1_000_000_000);
    expect(sketch.quantile(0.5)).toBe(1_000_000_000);
    sketch.add(2_000_000_000, 1);
    sketch.bound(2_000_000_000, 2_000_000_000);
    expect(Math.round(sketch.quantile(0.5))).toBe(1_007_402_466);
  });

  it('is 0 while empty, and for durations of 0', () => {
    expect(new DurationSketch().quantile(0.5)).toBe(0);
    expect(sketchOf([0, 0, 0]).quantile(0.99)).toBe(0);
  });

  it('stays bounded, and true at the top, when the range is absurd', () => {
    const sketch = sketchOf([2 ** 64, ...Array.from({ length: 200 }, (_, i) => 1.5 ** (i / 2))]);
    sketch.add(1, 1);
    const indexes: number[] = [];
    sketch.eachBin((index) => indexes.push(index));
    expect(Math.max(...indexes) - Math.min(...indexes)).toBeLessThan(BINS_MAX);
    expect(sketch.weight).toBe(202);
    const error = Math.abs(sketch.quantile(1) - 2 ** 64) / 2 ** 64;
    expect(error).toBeLessThanOrEqual(RELATIVE_ERROR);
  });
});
