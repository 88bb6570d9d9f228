import { describe, expect, it } from 'vitest';
import type { TraceId } from '../../../../src/model/ids.ts';
import type { SpanRecord } from '../../../../src/store/contracts/span-record.ts';
import type { SpanSource } from '../../../../src/store/contracts/span-source.ts';
import type { TraceReader } from '../../../../src/store/contracts/trace-reader.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { createTraceReader } from '../../../../src/store/reading/create-trace-reader.ts';
import { GivenRecords } from '../../../../src/store/reading/given-records.ts';
import { KnownTrace } from '../../../../src/store/reading/known-trace.ts';
import { OutlineCache } from '../../../../src/store/reading/outline-cache.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { buildTrace } from '../../../support/trace-records.ts';

const { traceId, records } = buildTrace({
  service: 'shop',
  spans: [
    { name: 'root', durationMs: 9 },
    { parent: 0, atMs: 1 },
    { parent: 1, atMs: 2 },
  ],
});

const store = new MemoryStore({ counters: new Counters() });

function sourceOf(now: () => readonly SpanRecord[]): SpanSource {
  return {
    trace: async () => now(),
    find: (...asked) => store.find(...asked),
    services: async () => [],
    operations: async () => [],
  };
}

/** A reader over places that hold what `held` has at the moment. */
function readerOver(...held: (() => readonly SpanRecord[])[]): TraceReader {
  return createTraceReader({
    sources: held.map(sourceOf),
    statistics: store.statistics,
    storage: () => store.storage(),
  });
}

/** Other bytes under the same arrival and of the same length. */
function changed(record: SpanRecord): SpanRecord {
  const span = Uint8Array.from(record.span);
  const at = Buffer.from(span).indexOf('root');
  span.set(Buffer.from('ROOT'), at);
  return { ...record, span };
}

describe('an outline', () => {
  it('is made once while a trace stays as it is', async () => {
    const reader = readerOver(() => records.map((record) => ({ ...record })));
    const [one, other] = [await reader.trace(traceId), await reader.trace(traceId)];
    expect(other!.outline).toBe(one!.outline);
    expect(other).toEqual(one);
  });

  it('is made once for two that ask at the same time', async () => {
    const reader = readerOver(() => records);
    const [one, other] = await Promise.all([reader.trace(traceId), reader.trace(traceId)]);
    expect(other!.outline).toBe(one!.outline);
  });

  it('is made anew when a span arrives, goes, or becomes durable', async () => {
    let held = records.slice(0, 2);
    const reader = readerOver(() => held);
    expect((await reader.trace(traceId))!.outline.count).toBe(2);
    held = [...records];
    expect((await reader.trace(traceId))!.outline.count).toBe(3);
    held = records.slice(1);
    expect((await reader.trace(traceId))!.outline.summary.root.name).not.toBe('root');
    held = records.map((record) => ({ ...record, origin: 'memory' as const }));
    expect((await reader.trace(traceId))!.outline.summary.inMemoryOnly).toBe(true);
    held = [...records];
    expect((await reader.trace(traceId))!.outline.summary.inMemoryOnly).toBe(false);
  });

  it('is made anew when a span that runs says something else', async () => {
    let held: readonly SpanRecord[] = [{ ...records[0]!, origin: 'running' }];
    const reader = readerOver(() => held);
    const before = await reader.trace(traceId);
    expect(before!.outline.summary.root.name).toBe('root');
    held = held.map(changed);
    const after = await reader.trace(traceId);
    expect(after!.outline.summary.root.name).toBe('ROOT');
  });

  it('tells what merging changed from the records just read', async () => {
    const inRing = records.map((record) => ({ ...record, origin: 'memory' as const }));
    const late = { ...changed(records[0]!), arrival: 9 };
    const reader = readerOver(
      () => inRing,
      () => [...records, late],
    );
    const one = await reader.trace(traceId);
    const other = await reader.trace(traceId);
    expect(other!.outline).toBe(one!.outline);
    for (const trace of [one, other]) {
      expect(trace!.records.map(({ arrival, origin }) => [arrival, origin])).toEqual([
        [2, 'stored'],
        [3, 'stored'],
        [9, 'stored'],
      ]);
      expect(trace!.records[2]).toMatchObject({ duplicateDiffers: true });
    }
  });

  it('gives its place to others beyond the bound', async () => {
    const { outline } = (await readerOver(() => records).trace(traceId))!;
    const sources = [sourceOf(() => records)];
    const bound = { spansMax: 3, roomForMany: async () => {} };
    const given = await GivenRecords.ask(sources, traceId, bound);
    const merged = { records, rowOf: Int32Array.from([0, 1, 2]), isAgreed: true };
    const known = new KnownTrace(outline, merged, given);
    const cache = new OutlineCache(known.bytes * 2);
    const ids = ['01', '02', '03'].map((digits) => digits.repeat(16) as TraceId);
    cache.add(ids[0]!, known);
    cache.add(ids[1]!, known);
    expect(cache.find(ids[0]!)).toBe(known);
    cache.add(ids[2]!, known);
    expect(ids.map((id) => cache.find(id) !== undefined)).toEqual([true, false, true]);
  });
});
