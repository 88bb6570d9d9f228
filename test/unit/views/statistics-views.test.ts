import { describe, expect, it } from 'vitest';
import { InvalidParameter } from '../../../src/model/errors.ts';
import { allViews } from '../../../src/views/all-views.ts';
import { stepFor } from '../../../src/views/statistics/statistics-step.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import type { RequestSpec } from '../../support/otlp-request.ts';
import { ORDER } from '../../support/trace-examples.ts';
import { traceReaderOver } from '../../support/trace-reader-over.ts';

const never = new AbortController().signal;
const START = 1_767_323_045_000_000_000n;
const MINUTE = 60_000_000_000n;
const HOUR = 60n * MINUTE;
const views = allViews({
  clock: new ManualClock(START + 2n * MINUTE),
  dropped: () => ({ sampled_out: 3, duplicate: 0 }),
});

const WORKER: RequestSpec = {
  service: 'worker',
  seed: 9,
  spans: [
    { name: 'tick', durationMs: 5 },
    { name: 'hang', parent: 0, endUnixNano: 0n },
  ],
};

describe('the parameters of statistics', () => {
  it('are the total of the last hour by the minute, unless said otherwise', () => {
    expect(views.statistics.parseParams({})).toEqual({
      by: 'total',
      range: { fromUnixNano: START + 2n * MINUTE - HOUR, toUnixNano: START + 2n * MINUTE },
      stepNano: MINUTE,
    });
    expect(
      views.statistics.parseParams({ by: 'operation', last: '7d', step: '1h', service: 'shop' }),
    ).toMatchObject({ by: 'operation', stepNano: HOUR, service: 'shop' });
  });

  it.each([
    [{ by: 'colour' }, 'by: expected one of total, service, operation, kind, status'],
    [{ step: '90s' }, 'step: expected whole minutes, such as 1m or 1h'],
    [{ step: '0m' }, 'step: expected whole minutes'],
    [{ step: '1m', last: '30d' }, 'step: expected fewer than 10080 steps in the range'],
  ])('are refused when wrong: %o', (raw, message) => {
    expect(() => views.statistics.parseParams(raw)).toThrow(InvalidParameter);
    expect(() => views.statistics.parseParams(raw)).toThrow(message);
  });

  it('choose a step that a person reads easily', () => {
    expect(stepFor(0n, HOUR)).toBe(MINUTE);
    expect(stepFor(0n, 24n * HOUR)).toBe(15n * MINUTE);
    expect(stepFor(0n, 7n * 24n * HOUR)).toBe(3n * HOUR);
    const years = 365n * 24n * HOUR * 100n;
    expect(years / stepFor(0n, years)).toBeLessThanOrEqual(120n);
  });
});

describe('statistics', () => {
  it('count spans by what was asked', async () => {
    const reader = await traceReaderOver(ORDER, WORKER);
    const params = views.statistics.parseParams({ by: 'service' });
    const { series } = await views.statistics.render(reader, params, never);
    const counts = series.map(({ key, points }) => [
      key,
      points.reduce((sum, { count }) => sum + count, 0),
    ]);
    expect(Object.fromEntries(counts)).toMatchObject({ shop: 30, warehouse: 1, worker: 2 });
  });
});

describe('the dashboard', () => {
  it('says how things go', async () => {
    const reader = await traceReaderOver(ORDER, WORKER);
    const params = views.dashboard.parseParams({ last: '2h' });
    const stats = await views.dashboard.render(reader, params, never);
    expect(stats).toMatchObject({
      spans: 35,
      traces: 2,
      completed: 29,
      failed: 5,
      running: 1,
      errorRate: 5 / 34,
      storage: { spans: 35 },
      dropped: { sampled_out: 3, duplicate: 0 },
    });
    expect(stats.byKind[0]).toEqual({ key: 'DatabaseQuery', count: 24 });
    expect(stats.byService[0]).toEqual({ key: 'shop', count: 30 });
    expect(stats.slowest).toHaveLength(10);
    expect(stats.slowest[0]).toMatchObject({ operation: 'POST /orders', service: 'shop' });
    expect(stats.mostFailing.map(({ errorCount }) => errorCount)).toEqual([1, 1, 1, 1, 1]);
    expect(stats.throughput.stepNano).toBe(MINUTE);
  });

  it('can be of one service', async () => {
    const reader = await traceReaderOver(ORDER, WORKER);
    const params = views.dashboard.parseParams({ last: '2h', service: 'worker' });
    const stats = await views.dashboard.render(reader, params, never);
    expect(stats).toMatchObject({ spans: 2, traces: 1, running: 1, failed: 0, errorRate: 0 });
    expect(stats.byService).toEqual([{ key: 'worker', count: 2 }]);
  });

  it('is all zeros before anything came', async () => {
    const reader = await traceReaderOver();
    const stats = await views.dashboard.render(reader, views.dashboard.parseParams({}), never);
    expect(stats).toMatchObject({ spans: 0, traces: 0, errorRate: 0, slowest: [], byKind: [] });
  });
});

describe('services', () => {
  it('come with their operations', async () => {
    const reader = await traceReaderOver(ORDER, WORKER);
    const { services } = await views.services.render(reader, {}, never);
    expect(services.map(({ name }) => name)).toEqual(['payment', 'shop', 'warehouse', 'worker']);
    const one = views.services.parseParams({ service: 'payment' });
    const { services: found } = await views.services.render(reader, one, never);
    expect(found).toHaveLength(1);
    expect(found[0]!.operations.map(({ name }) => name).sort()).toEqual([
      'POST /charges',
      'POST psp.example',
    ]);
  });
});

describe('every view', () => {
  it('goes by its name', () => {
    for (const [name, view] of Object.entries(views)) expect(view.name).toBe(name);
  });
});
