/** The sketch's buckets, many and narrow, as columns of equal width on a logarithmic scale. */
export interface DurationBucket {
  /** Nanoseconds, as decimal text. */
  readonly fromNano: string;
  readonly toNano: string;
  readonly count: number;
}

export interface HistogramColumn {
  /** Nanoseconds. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Decades a histogram has at least, so that one single duration is no wall. */
const DECADES_MIN = 1;

/** `columnsMax` of them, empty ones among them. A bucket over an edge counts on both sides of it, by its share. */
export function histogramColumns(
  buckets: readonly DurationBucket[],
  columnsMax: number,
): readonly HistogramColumn[] {
  const filled = buckets.filter(({ count }) => count > 0);
  if (filled.length === 0 || columnsMax < 1) return [];
  const ends = filled.map(({ fromNano, toNano, count }) => ({
    low: Math.max(1, Number(fromNano)),
    high: Math.max(2, Number(fromNano) + 1, Number(toNano)),
    count,
  }));
  let first = Math.log10(Math.min(...ends.map(({ low }) => low)));
  let last = Math.log10(Math.max(...ends.map(({ high }) => high)));
  const missing = DECADES_MIN - (last - first);
  if (missing > 0) {
    first = Math.max(0, first - missing / 2);
    last = first + DECADES_MIN;
  }
  const width = (last - first) / columnsMax;
  const counts = new Float64Array(columnsMax);
  for (const { low, high, count } of ends) {
    const begin = (Math.log10(low) - first) / width;
    const length = (Math.log10(high) - first) / width - begin;
    const end = Math.min(columnsMax - 1, Math.floor(begin + length));
    for (let at = Math.min(end, Math.max(0, Math.floor(begin))); at <= end; at++) {
      const from = Math.max(begin, at);
      const to = at === end ? begin + length : at + 1;
      counts[at]! += count * Math.max(0, (to - from) / length);
    }
  }
  return Array.from(counts, (count, at) => ({
    from: 10 ** (first + at * width),
    to: 10 ** (first + (at + 1) * width),
    count,
  }));
}

/** 1, 10, 100 … that lie within, for the axis; nanoseconds. */
export function decadesWithin(from: number, to: number): readonly number[] {
  const decades: number[] = [];
  for (let power = Math.ceil(Math.log10(from) - 1e-9); 10 ** power <= to * (1 + 1e-9); power++) {
    decades.push(10 ** power);
  }
  return decades;
}
