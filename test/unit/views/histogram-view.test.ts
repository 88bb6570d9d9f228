import { describe, expect, it } from 'vitest';
import type { DurationBuckets } from '../../../src/model/statistics.ts';
import { BUCKETS_MAX, durationBuckets } from '../../../src/store/statistics/duration-buckets.ts';
import { DurationSketch } from '../../../src/store/statistics/duration-sketch.ts';
import type { TraceHistogram } from '../../../src/views/histogram/histogram-view.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { buildRequest } from '../../support/otlp-request.ts';

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
/** 2026-01-02T03:04:05Z; requests begin then. */
const START = 1_767_323_045_000_000_000n;
/** Ten minutes and a half later. */
const NOW = START + 630n * SECOND;

/** A trace a minute for ten minutes: a root, and below it a query that fails in every other. */
async function tenMinutes(): Promise<LocalRenderer> {
  const renderer = new LocalRenderer({ clock: new ManualClock(NOW) });
  for (let i = 0; i < 10; i++) {
    const spans = [
      { name: 'GET /', kind: 'server' as const, atMs: 0, durationMs: 100 + i * 100 },
      {
        name: 'query',
        kind: 'client' as const,
        parent: 0,
        atMs: 1,
        durationMs: 10,
        attributes: { 'db.system.name': 'pg', shard: i % 3 },
        ...(i % 2 === 0 ? { status: 'error' as const } : {}),
      },
    ];
    const startUnixNano = START + BigInt(i) * MINUTE;
    await renderer.receive(buildRequest({ service: 'shop', spans, startUnixNano, seed: i + 1 }));
  }
  return renderer;
}

const sums = ({ points }: TraceHistogram) =>
  points.reduce((sum, { count, errors }) => [sum[0]! + count, sum[1]! + errors], [0, 0]);

describe('a histogram over a search', () => {
  it('is counted as spans came where statistics know what is asked for', async () => {
    const renderer = await tenMinutes();
    const ask = (params: object) => renderer.render<TraceHistogram>('histogram', params);
    const all = await ask({ last: '10m' });
    expect(all).toMatchObject({ source: 'statistics', what: 'spans', examined: undefined });
    expect([all.from, all.to]).toEqual([NOW - 10n * MINUTE, NOW]);
    expect(all.stepNano).toBe(MINUTE);
    expect(all.points.every(({ at }) => at % MINUTE === 0n)).toBe(true);
    expect(sums(all)).toEqual([20, 5]);
    expect(sums(await ask({ service: 'shop', operation: 'query' }))).toEqual([10, 5]);
    expect(sums(await ask({ kind: 'DatabaseQuery', status: 'Completed' }))).toEqual([5, 0]);
    expect(sums(await ask({ status: 'Failed' }))).toEqual([5, 5]);
    expect(sums(await ask({ service: 'nobody' }))).toEqual([0, 0]);
    expect((await ask({ last: '10m', buckets: 5 })).stepNano).toBe(2n * MINUTE);
  });

  it('is of traces that are searched for where they do not', async () => {
    const renderer = await tenMinutes();
    const slow = await renderer.render<TraceHistogram>('histogram', {
      last: '10m',
      min_duration: '550ms',
    });
    expect(slow).toMatchObject({ source: 'search', what: 'traces', stepNano: 10n * SECOND });
    const filled = slow.points.filter(({ count }) => count > 0);
    expect(filled.map(({ at, errors }) => [(at - START + 5n * SECOND) / MINUTE, errors])).toEqual([
      [5n, 0],
      [6n, 1],
      [7n, 0],
      [8n, 1],
      [9n, 0],
    ]);
    expect(slow.examined).toMatchObject({ spans: 20, of: 20, complete: true });
    const shard = await renderer.render<TraceHistogram>('histogram', { attribute: 'shard=1' });
    expect(sums(shard)).toEqual([3, 1]);
  });

  it('takes a trace that began before the range for one of its first step', async () => {
    const renderer = await tenMinutes();
    const from = START + 500_000n;
    const found = await renderer.render<TraceHistogram>('histogram', {
      from,
      to: START + SECOND,
      attribute: 'shard=0',
    });
    expect(found.points.map(({ count }) => count)).toEqual([1]);
  });

  it('goes as far as a bounded effort, and says so', async () => {
    const renderer = new LocalRenderer({ clock: new ManualClock(NOW) });
    const spans = Array.from({ length: 1_300 }, (_, i) => ({
      name: 'many',
      traceId: (i + 1).toString(16).padStart(32, '0'),
      atMs: i * 10,
      durationMs: 5,
    }));
    await renderer.receive(buildRequest({ spans }));
    const found = await renderer.render<TraceHistogram>('histogram', { min_duration: '1ms' });
    expect(found.examined!.complete).toBe(false);
    const [count] = sums(found);
    expect(count).toBeGreaterThanOrEqual(100);
    expect(count).toBeLessThanOrEqual(1_000);
    expect(found.examined!.spans).toBeLessThan(found.examined!.of);
  });

  it.each([
    [{ buckets: '0' }, 'buckets: expected a whole number from 1 to 400'],
    [{ from: '2026-01-02', to: '2026-01-01' }, 'from: expected a time before to'],
    [{ limit: '5' }, 'unknown parameter'],
  ])('refuses %o', (raw, message) => {
    const { histogram } = new LocalRenderer().views;
    expect(() => histogram.parseParams(raw)).toThrow(message);
  });
});

describe('durations', () => {
  it('are told of a range, a service, an operation', async () => {
    const renderer = await tenMinutes();
    const ask = (params: object) => renderer.render<DurationBuckets>('durations', params);
    const roots = await ask({ service: 'shop', operation: 'GET /' });
    expect(roots.count).toBe(10);
    expect(Number(roots.p50Nano) / 1e6).toBeCloseTo(500, -1);
    expect(roots.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(10);
    expect((await ask({})).count).toBe(20);
    expect(await ask({ service: 'nobody' })).toEqual({
      buckets: [],
      count: 0,
      p50Nano: 0n,
      p95Nano: 0n,
      p99Nano: 0n,
    });
  });

  it.each([
    ['close together', [1_000_000, 1_000_001, 1_050_000]],
    ['far apart', [0, 1, 3, 50, 1e3, 1e6, 1e9, 3.6e12, 1e15]],
    ['of a few nanoseconds', [1, 1, 2, 3, 4, 5, 6]],
  ])('%s lie in few buckets without a gap, each in its own', (_, durations) => {
    const sketch = new DurationSketch();
    for (const duration of durations) sketch.add(duration, 1);
    const { buckets, count } = durationBuckets(sketch);
    expect(count).toBe(durations.length);
    expect(buckets.length).toBeLessThanOrEqual(BUCKETS_MAX + 1);
    for (const [i, { fromNano, toNano }] of buckets.entries()) {
      expect(toNano).toBeGreaterThanOrEqual(fromNano);
      const isAfterZero = i > 0 && buckets[i - 1]!.toNano > 0n;
      if (isAfterZero) expect(fromNano).toBe(buckets[i - 1]!.toNano);
    }
    expect(buckets.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(durations.length);
    for (const duration of durations) {
      const within = buckets.filter(
        ({ fromNano, toNano }) =>
          Number(fromNano) - 1 <= duration && duration <= Number(toNano) + 1,
      );
      expect(within.some((bucket) => bucket.count > 0)).toBe(true);
    }
  });

  it('begin at the same places whatever was counted', () => {
    const edges = (durations: number[]) => {
      const sketch = new DurationSketch();
      for (const duration of durations) sketch.add(duration, 1);
      return new Set(durationBuckets(sketch).buckets.map(({ fromNano }) => fromNano));
    };
    const [some, more] = [edges([1e6, 5e6]), edges([0.9e6, 2e6, 6e6])];
    for (const edge of some) expect(more.has(edge)).toBe(true);
  });
});
