import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OTHER } from '../../../../src/model/statistics.ts';
import { BITS } from '../../../../src/otlp/span-columns.ts';
import {
  CELLS_MAX,
  KEYS_MAX,
  type MinuteStatistics,
} from '../../../../src/store/statistics/minute-statistics.ts';
import { OperationIndex } from '../../../../src/store/statistics/operation-index.ts';
import { decodeMinute } from '../../../../src/store/statistics/statistics-codec.ts';
import {
  MINUTES_MAX,
  minuteOf,
  StatisticsTable,
} from '../../../../src/store/statistics/statistics-table.ts';
import { buildRequest, fillRequest, realisticRequest } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

/** 2026-01-02T03:04:00Z; requests start five seconds into it. */
const MINUTE = 29_455_384;
const MINUTE_NANO = 60_000_000_000n;

async function held(table: StatisticsTable): Promise<MinuteStatistics[]> {
  const minutes: MinuteStatistics[] = [];
  for await (const minute of table.minutes(0, Number.MAX_SAFE_INTEGER)) minutes.push(minute);
  return minutes;
}

/** Everything a minute knows, in an order of its own. */
function linesOf(minute: MinuteStatistics | undefined): string[] {
  return [...(minute?.cells() ?? [])]
    .map(({ sketch, ...cell }) => {
      const bins: number[] = [sketch.zeroWeight];
      sketch.eachBin((index, weight) => bins.push(index, weight));
      return JSON.stringify([Object.entries(cell), bins]);
    })
    .sort();
}

describe('minuteOf', () => {
  it('is exact for every u64', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 62n }),
        fc.constantFrom(-1n, 0n, 1n),
        (x, off) => {
          // Close to the edges of minutes, where rounding would show.
          const nano = (x / MINUTE_NANO) * MINUTE_NANO + MINUTE_NANO + off;
          const minute = minuteOf(Number(nano >> 32n), Number(nano & 0xffffffffn));
          expect(minute).toBe(Number(nano / MINUTE_NANO));
        },
      ),
    );
  });
});

describe('StatisticsTable', () => {
  it('adds up what a plain count over the same spans gives', async () => {
    const table = new StatisticsTable();
    const counts = new Map<string, number>();
    for (let seed = 1; seed <= 5; seed++) {
      const spans = Array.from({ length: 100 }, (_, i) => ({
        name: `op-${(i * seed) % 17}`,
        atMs: i * 700,
        ...(i % 7 === 0 ? { status: 'error' as const } : {}),
      }));
      const filled = fillRequest({ service: `service-${seed % 2}`, seed, spans });
      for (const span of filled.spans) {
        const minute = span.startUnixNano / MINUTE_NANO;
        const status = span.status === 'error' ? 2 : 1;
        const key = `${minute} ${span.service} ${span.name} ${status}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const spec = { service: `service-${seed % 2}`, seed, spans };
      expect(table.addBatch(scannedBatch(buildRequest(spec)))).toBe(0);
    }
    const seen = new Map<string, number>();
    for (const minute of await held(table)) {
      for (const cell of minute.cells()) {
        seen.set(`${minute.minute} ${cell.service} ${cell.operation} ${cell.status}`, cell.count);
      }
    }
    expect(seen).toEqual(counts);
  });

  it('leaves out spans that have only started, and those counted before', async () => {
    const table = new StatisticsTable();
    const request = buildRequest({ spans: [{}, {}] });
    table.addBatch(scannedBatch(request, { bits: BITS.running }));
    table.addBatch(scannedBatch(request, { bits: BITS.kept | BITS.promoted | BITS.counted }));
    expect(await held(table)).toEqual([]);
  });

  it('takes a negative duration as none', async () => {
    const table = new StatisticsTable();
    const end = 1_767_323_000_000_000_000n;
    table.addBatch(scannedBatch(buildRequest({ spans: [{ endUnixNano: end }] })));
    const [cell] = [...(await held(table))[0]!.cells()];
    expect(cell).toMatchObject({ count: 1, totalNano: 0, minNano: 0, maxNano: 0 });
  });

  it('counts further keys of a minute under (other), kind and status kept', async () => {
    const table = new StatisticsTable();
    const spans = Array.from({ length: KEYS_MAX + 50 }, (_, i) => ({
      name: `op-${i}`,
      atMs: 1,
      ...(i % 2 ? { status: 'error' as const } : {}),
    }));
    const batch = scannedBatch(buildRequest({ service: 'shop', spans }));
    expect(table.addBatch(batch)).toBe(50);
    const minute = (await held(table))[0]!;
    expect(minute.size).toBeLessThanOrEqual(CELLS_MAX);
    const others = [...minute.cells()].filter((cell) => cell.operation === OTHER);
    expect(others.map(({ status, count }) => [status, count])).toEqual([
      [1, 25],
      [2, 25],
    ]);
    // What was there before goes on being counted under its own name.
    expect(table.addBatch(batch)).toBe(50);
    const total = [...minute.cells()].reduce((sum, cell) => sum + cell.count, 0);
    expect(total).toBe(2 * (KEYS_MAX + 50));
  });

  it('counts further minutes under (other) in the nearest one', async () => {
    const table = new StatisticsTable();
    const spans = Array.from({ length: MINUTES_MAX + 3 }, (_, i) => ({ atMs: i * 60_000 }));
    expect(table.addBatch(scannedBatch(buildRequest({ spans })))).toBe(3);
    const minutes = await held(table);
    expect(minutes).toHaveLength(MINUTES_MAX);
    expect([...minutes.at(-1)!.cells()].map((cell) => [cell.operation, cell.count])).toEqual([
      [`operation-${MINUTES_MAX - 1}`, 1],
      [OTHER, 3],
    ]);
  });

  it('is the same for rows added one by one', async () => {
    const batch = scannedBatch(realisticRequest({ spans: 200 }));
    const whole = new StatisticsTable();
    whole.addBatch(batch);
    const single = new StatisticsTable();
    const operations = new OperationIndex();
    operations.read(batch);
    for (let row = batch.count - 1; row >= 0; row--) single.addRow(batch, row, operations);
    expect(linesOf((await held(single))[0])).toEqual(linesOf((await held(whole))[0]));
  });
});

describe('an encoded minute', () => {
  const requests = [
    realisticRequest({ spans: 300 }),
    buildRequest({
      seed: 2,
      spans: [
        { name: 'weighed', traceState: 'ot=th:fd70a4' },
        { name: 'open', endUnixNano: 0n },
        { name: 'long', durationMs: 1e10 },
        { name: 'none', durationMs: 0 },
        { name: 'ünï', traceState: 'ot=th:8' },
      ],
    }),
  ];

  it('comes back as it was', async () => {
    const table = new StatisticsTable();
    for (const request of requests) table.addBatch(scannedBatch(request));
    const again = new StatisticsTable();
    for (const minute of table.dirtyMinutes()) {
      expect(again.mergeEncoded(minute, table.encodeMinute(minute))).toBe(true);
    }
    expect(linesOf((await held(again))[0])).toEqual(linesOf((await held(table))[0]));
    expect(again.dirtyMinutes()).toEqual([]);
  });

  it('adds to what is there already', async () => {
    const whole = new StatisticsTable();
    for (const request of requests) whole.addBatch(scannedBatch(request));
    // The first once more: the same keys, from two parts.
    whole.addBatch(scannedBatch(requests[0]!));
    const parts = [...requests, requests[0]!].map((request) => {
      const table = new StatisticsTable();
      table.addBatch(scannedBatch(request));
      return table.encodeMinute(MINUTE);
    });
    const merged = new StatisticsTable();
    for (const part of parts) expect(merged.mergeEncoded(MINUTE, part)).toBe(true);
    expect(linesOf((await held(merged))[0])).toEqual(linesOf((await held(whole))[0]));
  });

  it('is dirty again after the next span', () => {
    const table = new StatisticsTable();
    const batch = scannedBatch(requests[0]!);
    table.addBatch(batch);
    expect(table.dirtyMinutes()).toEqual([MINUTE]);
    table.encodeMinute(MINUTE);
    expect(table.dirtyMinutes()).toEqual([]);
    table.addBatch(batch);
    expect(table.dirtyMinutes()).toEqual([MINUTE]);
    table.forget(MINUTE);
    expect(table.dirtyMinutes()).toEqual([]);
  });

  it('is refused when any byte of it changed, or it is cut', () => {
    const table = new StatisticsTable();
    table.addBatch(scannedBatch(realisticRequest({ spans: 20 })));
    const bytes = table.encodeMinute(MINUTE);
    expect(decodeMinute(bytes)?.minute).toBe(MINUTE);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = damaged[at]! ^ 0x10;
      expect(decodeMinute(damaged)).toBeUndefined();
      expect(decodeMinute(bytes.subarray(0, at))).toBeUndefined();
    }
    expect(new StatisticsTable().mergeEncoded(MINUTE + 1, bytes)).toBe(false);
  });
});
