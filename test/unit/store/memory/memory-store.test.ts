import { describe, expect, it } from 'vitest';
import { parseTraceId, type TraceId } from '../../../../src/model/ids.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { buildRequest, realisticRequest } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

function traceOf(number: number): TraceId {
  return parseTraceId((number + 1).toString(16).padStart(32, 'd'));
}

describe('a memory store that is full', () => {
  it('gives up its oldest spans, counts them, and tells a late reader of its log', async () => {
    const counters = new Counters();
    const store = new MemoryStore({ counters, spansMax: 100 });
    const start = await store.oldest();
    for (let i = 0; i < 3_000; i++) {
      const request = buildRequest({ spans: [{ traceId: traceOf(i) }], seed: i + 1 });
      await store.write(scannedBatch(request, { arrivalFirst: i + 1 }));
    }
    expect((await store.storage()).spans).toBe(100);
    expect(counters.dropped('memory_store_full')).toBe(2_900);
    expect(await store.trace(traceOf(2_899))).toEqual([]);
    expect(await store.trace(traceOf(2_900))).toHaveLength(1);
    const chunk = await store.read(start, 1 << 20);
    expect(chunk).toMatchObject({ spanCount: 100, expiredSpans: 2_900 });
    expect(chunk?.from).toEqual(await store.oldest());
    expect(chunk?.next).toEqual(await store.end());
  });

  it('is bounded in bytes too', async () => {
    const counters = new Counters();
    const store = new MemoryStore({ counters, bytesMax: 20_000 });
    for (let i = 0; i < 5; i++) {
      const request = realisticRequest({ spans: 50, seed: i + 1 });
      await store.write(scannedBatch(request, { arrivalFirst: i * 50 + 1 }));
      expect((await store.storage()).bytes).toBeLessThanOrEqual(20_000);
    }
    expect(counters.dropped('memory_store_full')).toBeGreaterThan(150);
  });
});

it('counts resends that it drops', async () => {
  const counters = new Counters();
  const store = new MemoryStore({ counters });
  const batch = scannedBatch(realisticRequest({ spans: 30 }));
  await store.write(batch);
  await store.write(batch);
  expect(counters.dropped('duplicate')).toBe(30);
  expect(counters.value('spans_kept')).toBe(30);
});
