import { describe, expect, it } from 'vitest';
import { InvalidParameter } from '../../../../src/model/errors.ts';
import {
  aggregateDurations,
  aggregateSeries,
  aggregateSketch,
  POINTS_MAX,
  STEPS_MAX,
} from '../../../../src/store/statistics/aggregate.ts';
import { StatisticsTable } from '../../../../src/store/statistics/statistics-table.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const MINUTE = 60_000_000_000n;
const START = 29_455_384n * MINUTE;

function tableWith(operations: number): StatisticsTable {
  const table = new StatisticsTable();
  const spans = Array.from({ length: operations }, (_, i) => ({ name: `op-${i}`, atMs: 1 }));
  table.addBatch(scannedBatch(buildRequest({ service: 'shop', spans })));
  return table;
}

describe('aggregateSeries', () => {
  it('bounds its points: further keys go to (other), and the total holds', async () => {
    const steps = 100n;
    const range = { fromUnixNano: START, toUnixNano: START + steps * MINUTE };
    const seriesMax = POINTS_MAX / Number(steps);
    const { series } = await aggregateSeries(tableWith(500), range, 'operation', MINUTE, {
      service: 'shop',
    });
    expect(series).toHaveLength(Math.floor(seriesMax));
    expect(series[0]!.key).toBe('(other)');
    const counts = series.flatMap(({ points }) => points.map((point) => point.count));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
  });

  it('refuses more steps than it would hold', async () => {
    const range = { fromUnixNano: 0n, toUnixNano: BigInt(STEPS_MAX + 1) * MINUTE };
    await expect(aggregateSeries(tableWith(1), range, 'total', MINUTE)).rejects.toThrow(
      InvalidParameter,
    );
    const twice = await aggregateSeries(tableWith(1), range, 'total', 2n * MINUTE);
    expect(twice.series[0]!.points).toHaveLength(Math.ceil((STEPS_MAX + 1) / 2));
  });

  it('has a total even where there is nothing, and no steps in an empty range', async () => {
    const range = { fromUnixNano: START, toUnixNano: START };
    const { series } = await aggregateSeries(new StatisticsTable(), range, 'total', MINUTE);
    expect(series).toEqual([{ key: 'total', points: [] }]);
    expect(await aggregateDurations(tableWith(3), range)).toEqual([]);
  });
});

describe('aggregateDurations', () => {
  it('keeps services and operations apart whose names run together', async () => {
    const table = new StatisticsTable();
    const request = buildRequest({
      resources: [
        { service: 'ab', spans: [{ name: 'c' }] },
        { service: 'a', spans: [{ name: 'bc' }, { name: 'bc' }] },
      ],
    });
    table.addBatch(scannedBatch(request));
    const range = { fromUnixNano: START, toUnixNano: START + MINUTE };
    const records = await aggregateDurations(table, range);
    expect(records.map(({ service, operation, count }) => [service, operation, count])).toEqual([
      ['a', 'bc', 2],
      ['ab', 'c', 1],
    ]);
  });

  it('never puts a quantile outside of what was seen', async () => {
    const table = new StatisticsTable();
    table.addBatch(scannedBatch(buildRequest({ spans: [{ durationMs: 7 }] })));
    const range = { fromUnixNano: START, toUnixNano: START + MINUTE };
    const [record] = await aggregateDurations(table, range);
    expect(record).toMatchObject({ p50Nano: 7_000_000n, p99Nano: 7_000_000n, relativeError: 0.01 });
    // Or else a search for what took no less than the 95th percentile finds nothing.
    const { series } = await aggregateSeries(table, range, 'total', MINUTE);
    expect(series[0]!.points[0]).toMatchObject({ p50Nano: 7_000_000n, p95Nano: 7_000_000n });
    expect((await aggregateSketch(table, range)).quantile(0.95)).toBe(7_000_000);
  });
});
