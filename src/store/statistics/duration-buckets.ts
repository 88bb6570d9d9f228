/**
 * A sketch as a histogram that can be drawn: its bins taken together, a few, five, ten … at a time, so that there are at most
 * BUCKETS_MAX. Buckets begin at the same durations whatever the sketch, so that histograms of one width lie over each other.
 */
import type { DurationBucket, DurationBuckets } from '../../model/statistics.ts';
import { binEnd, type DurationSketch } from './duration-sketch.ts';

export const BUCKETS_MAX = 64;
/** Bins a bucket: there are 115 to a factor of ten. */
const WIDTHS = [5, 10, 20, 50, 100] as const;

export function durationBuckets(sketch: DurationSketch): DurationBuckets {
  const nano = (q: number) => BigInt(Math.round(sketch.quantile(q)));
  return {
    buckets: bucketsOf(sketch),
    count: sketch.weight,
    p50Nano: nano(0.5),
    p95Nano: nano(0.95),
    p99Nano: nano(0.99),
  };
}

function bucketsOf(sketch: DurationSketch): DurationBucket[] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  sketch.eachBin((index) => {
    low = Math.min(low, index);
    high = Math.max(high, index);
  });
  const buckets: DurationBucket[] = [];
  if (sketch.zeroWeight > 0) buckets.push({ fromNano: 0n, toNano: 0n, count: sketch.zeroWeight });
  if (low > high) return buckets;
  const widthFor = (width: number) => Math.floor(high / width) - Math.floor(low / width) + 1;
  const width = WIDTHS.find((one) => widthFor(one) <= BUCKETS_MAX) ?? WIDTHS.at(-1)!;
  const first = Math.floor(low / width);
  const counts = new Float64Array(widthFor(width));
  sketch.eachBin((index, weight) => {
    const at = Math.floor(index / width) - first;
    counts[at] = counts[at]! + weight;
  });
  for (const [at, count] of counts.entries()) {
    const fromNano = edge((first + at) * width - 1);
    const toNano = edge((first + at + 1) * width - 1);
    const before = buckets.at(-1);
    // Of a few nanoseconds several round to one.
    if (fromNano === toNano && before !== undefined) {
      buckets[buckets.length - 1] = { ...before, count: before.count + count };
    } else buckets.push({ fromNano, toNano, count });
  }
  return buckets;
}

function edge(bin: number): bigint {
  return BigInt(Math.round(binEnd(bin)));
}
