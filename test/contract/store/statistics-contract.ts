import { describe, expect, it } from 'vitest';
import { BITS } from '../../../src/otlp/span-columns.ts';
import type { StatisticsKey } from '../../../src/store/contracts/trace-reader.ts';
import { buildRequest, realisticRequest, type SpanSpec } from '../../support/otlp-request.ts';
import { openedStores } from './opened-stores.ts';
import { type OpenStore, readerOf, Sender, type StoreUnderTest } from './store-under-test.ts';

/** 2026-01-02T03:04:00Z: the requests below start five seconds into it. */
const MINUTE = 1_767_323_040_000_000_000n;
const STEP = 60_000_000_000n;
const HOUR = { fromUnixNano: MINUTE, toUnixNano: MINUTE + 60n * STEP };

/** Sums of each series over the hour. */
async function totals(
  store: StoreUnderTest,
  by: StatisticsKey,
  service?: string,
): Promise<Record<string, { count: number; errors: number; roots: number }>> {
  const statistics = await readerOf(store).statistics(
    HOUR,
    by,
    STEP,
    service === undefined ? {} : { service },
  );
  const sums = statistics.series.map(({ key, points }) => [
    key,
    {
      count: points.reduce((sum, point) => sum + point.count, 0),
      errors: points.reduce((sum, point) => sum + point.errors, 0),
      roots: points.reduce((sum, point) => sum + point.roots, 0),
    },
  ]);
  return Object.fromEntries(sums);
}

export function describeStatistics(open: OpenStore): void {
  const stores = openedStores(open);

  describe('statistics', () => {
    const spans: readonly SpanSpec[] = [
      { name: 'GET /', kind: 'server', durationMs: 100 },
      { name: 'query', parent: 0, kind: 'client', durationMs: 40, status: 'error' },
      { name: 'query', parent: 0, kind: 'client', durationMs: 20 },
      { name: 'open', parent: 0, endUnixNano: 0n },
    ];

    it('count by every key', async () => {
      const store = await stores.open();
      await new Sender(store.writer).sendSpec({ service: 'shop', spans });
      const one = { count: 1, errors: 0, roots: 0 };
      expect(await totals(store, 'total')).toEqual({ total: { count: 4, errors: 1, roots: 1 } });
      expect(await totals(store, 'service')).toEqual({ shop: { count: 4, errors: 1, roots: 1 } });
      expect(await totals(store, 'operation', 'shop')).toEqual({
        'GET /': { count: 1, errors: 0, roots: 1 },
        query: { count: 2, errors: 1, roots: 0 },
        open: one,
      });
      expect(await totals(store, 'operation')).toHaveProperty(['shop/query']);
      expect(await totals(store, 'kind')).toEqual({
        AsyncTask: { count: 1, errors: 0, roots: 1 },
        ExternalCall: { count: 2, errors: 1, roots: 0 },
        Function: one,
      });
      expect(await totals(store, 'status')).toEqual({
        Completed: { count: 2, errors: 0, roots: 1 },
        Failed: { count: 1, errors: 1, roots: 0 },
        Running: one,
      });
      expect(await totals(store, 'total', 'elsewhere')).toEqual({
        total: { count: 0, errors: 0, roots: 0 },
      });
    });

    it('have every step of the range, empty ones too', async () => {
      const store = await stores.open();
      await new Sender(store.writer).sendSpec({
        spans: [{}, { atMs: 30_000 }, { atMs: 130_000 }],
      });
      const range = { fromUnixNano: MINUTE + 1n, toUnixNano: MINUTE + 4n * STEP };
      const byMinute = await readerOf(store).statistics(range, 'total', 1n);
      expect(byMinute.stepNano).toBe(STEP);
      expect(byMinute.series[0]!.points.map(({ at, count }) => [at, count])).toEqual([
        [MINUTE, 2],
        [MINUTE + STEP, 0],
        [MINUTE + 2n * STEP, 1],
        [MINUTE + 3n * STEP, 0],
      ]);
      const byTwo = await readerOf(store).statistics(range, 'total', STEP + 1n);
      expect(byTwo.series[0]!.points.map((point) => point.count)).toEqual([2, 1]);
    });

    it('have steps that begin where they would in any other range, and count the range alone', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      for (const minute of [0n, 20n, 40n, 80n])
        await sender.sendSpec({
          startUnixNano: MINUTE + minute * STEP,
          spans: [{ durationMs: 1 }],
        });
      const range = { fromUnixNano: MINUTE + 10n * STEP, toUnixNano: MINUTE + 90n * STEP };
      const { series } = await readerOf(store).statistics(range, 'total', 60n * STEP);
      const hour = MINUTE - (MINUTE % (60n * STEP));
      expect(series[0]!.points.map(({ at, count }) => [at, count])).toEqual([
        [hour, 2],
        [hour + 60n * STEP, 1],
      ]);
    });

    it('have one step that holds the whole range where it is as long', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      for (const minute of [0n, 20n, 80n])
        await sender.sendSpec({
          startUnixNano: MINUTE + minute * STEP,
          spans: [{ durationMs: 1 }],
        });
      const range = { fromUnixNano: MINUTE + 10n * STEP, toUnixNano: MINUTE + 90n * STEP };
      const { series } = await readerOf(store).statistics(range, 'total', 81n * STEP);
      expect(series[0]!.points).toMatchObject([{ at: MINUTE + 10n * STEP, count: 2 }]);
    });

    it('know durations within the stated error', async () => {
      const store = await stores.open();
      const many = Array.from({ length: 1_000 }, (_, i) => ({ name: 'op', durationMs: i + 1 }));
      await new Sender(store.writer).sendSpec({ service: 'shop', spans: many });
      const records = await readerOf(store).durations(HOUR, 'shop');
      expect(records).toHaveLength(1);
      const record = records[0]!;
      expect(record).toMatchObject({
        service: 'shop',
        operation: 'op',
        kind: 'Function',
        count: 1_000,
        errorCount: 0,
        totalNano: 500_500_000_000n,
        minNano: 1_000_000n,
        maxNano: 1_000_000_000n,
        meanNano: 500_500_000n,
      });
      expect(Number(record.p50Nano)).toBeGreaterThan(500e6 * (1 - record.relativeError));
      expect(Number(record.p50Nano)).toBeLessThan(501e6 * (1 + record.relativeError));
      expect(Number(record.p99Nano)).toBeGreaterThan(990e6 * (1 - record.relativeError));
      expect(Number(record.p99Nano)).toBeLessThan(991e6 * (1 + record.relativeError));
    });

    it('stand for the spans that were left out before they came here', async () => {
      const store = await stores.open();
      await new Sender(store.writer).sendSpec({
        spans: [
          { name: 'op', traceState: 'ot=th:8', status: 'error' },
          { name: 'op', traceState: 'vendor=1,ot=th:c;rv:ffffffffffffff' },
          { name: 'op', traceState: 'ot=th:nonsense' },
          { name: 'op' },
        ],
      });
      expect(await totals(store, 'total')).toEqual({ total: { count: 8, errors: 2, roots: 8 } });
    });

    it('count what is not kept, once', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      const request = buildRequest({ service: 'shop', spans });
      await sender.send(request, 0);
      expect(await totals(store, 'total')).toEqual({ total: { count: 4, errors: 1, roots: 1 } });
      await sender.send(request, BITS.kept | BITS.promoted | BITS.counted);
      expect(await totals(store, 'total')).toEqual({ total: { count: 4, errors: 1, roots: 1 } });
    });

    it('do not count a resend', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      const request = realisticRequest({ spans: 100 });
      await sender.send(request);
      await sender.send(request);
      expect((await totals(store, 'total'))['total']!.count).toBe(100);
    });

    it('are still there after it was closed and opened', async (context) => {
      const store = await stores.open();
      if (!store.reopen) context.skip('nothing survives in this store');
      await new Sender(store.writer).send(realisticRequest({ spans: 400 }));
      const before = await totals(store, 'operation');
      const durations = await readerOf(store).durations(HOUR);
      const again = await stores.reopen(store);
      expect(await totals(again, 'operation')).toEqual(before);
      await new Sender(again.writer, 401).send(realisticRequest({ spans: 40, seed: 2 }));
      expect((await totals(again, 'total'))['total']!.count).toBe(440);
      expect(durations.length).toBeGreaterThan(3);
    });
  });
}
