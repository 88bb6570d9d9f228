/** Of a trace larger than what reading one may hold, the first spans are read and the others are counted. */
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '../../../../src/store/contracts/span-record.ts';
import type { SpanSource } from '../../../../src/store/contracts/span-source.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { createTraceReader } from '../../../../src/store/reading/create-trace-reader.ts';
import { GivenRecords } from '../../../../src/store/reading/given-records.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { timelineView } from '../../../../src/views/timeline/timeline-view.ts';
import { buildTrace } from '../../../support/trace-records.ts';

const { traceId, records } = buildTrace({
  service: 'shop',
  spans: Array.from({ length: 9 }, (_, i) => ({ name: i < 4 ? 'early' : 'late' })),
});
const never = new AbortController().signal;
const memory = new MemoryStore({ counters: new Counters() });
const nothing = {
  trace: async () => [],
  services: async () => [],
  operations: async () => [],
};

/** A place that holds all, and gives four of them. */
const stored: SpanSource = {
  ...nothing,
  placed: async (_, { elsewhere }) => ({
    records: records.slice(0, 4),
    beyond: records.slice(4).filter(({ arrival }) => !elsewhere.has(arrival)).length,
    places: { bytes: 0, hold: async () => true, read: async () => undefined },
  }),
  find: async () => ({
    matches: [{ traceId, arrival: 9 }],
    reachedArrival: 0,
    examined: { where: 'store', spans: 9, of: 9 },
  }),
};
const ring: SpanSource = {
  ...nothing,
  trace: async () =>
    records.slice(7).map((record): SpanRecord => ({ ...record, origin: 'memory' })),
  find: memory.find.bind(memory),
};

function readerOver(...sources: SpanSource[]) {
  return createTraceReader({
    sources,
    statistics: memory.statistics,
    storage: () => memory.storage(),
  });
}

describe('a trace that is read in part', () => {
  it('counts each span once, whatever memory has of it', async () => {
    const bound = { spansMax: 5, roomForMany: async () => {} };
    const given = await GivenRecords.ask([ring, stored], traceId, bound);
    expect(given.records.map(({ arrival }) => arrival)).toEqual([1, 2, 3, 4, 8]);
    expect(given.beyond).toBe(4);
    const trace = await readerOver(ring, stored).trace(traceId);
    expect(trace!.records.map(({ arrival }) => arrival)).toEqual([1, 2, 3, 4, 8, 9]);
    expect(trace!.spanCount).toBe(9);
  });

  it('counts what memory and the store both gave once', async () => {
    const both: SpanSource = { ...ring, trace: async () => records.slice(2) };
    const bound = { spansMax: 5, roomForMany: async () => {} };
    const given = await GivenRecords.ask([both, stored], traceId, bound);
    expect(given.records.map(({ arrival }) => arrival)).toEqual([1, 2, 3, 3, 4]);
    // Four are read, and the store says nothing of the five that memory has.
    expect(given.beyond).toBe(5);
  });

  it('is found by a span that was not read, and says how many it has', async () => {
    const page = await readerOver(stored).search({ operation: 'late' }, never);
    expect(page.items).toMatchObject([{ traceId, spanCount: 9 }]);
  });

  it('does not say that it lacks a span which it only has not read', async () => {
    const asked = (spanId: string) =>
      timelineView.render(
        readerOver(stored),
        timelineView.parseParams({ trace_id: traceId, subtree: spanId }),
        never,
      );
    await expect(asked('ffffffffffffffff')).rejects.toThrow(
      'no span ffffffffffffffff is among the first 4 spans of this trace, of 9',
    );
  });
});
