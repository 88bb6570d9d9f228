import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidParameter } from '../../../../src/model/errors.ts';
import { idWords, parseTraceId, type TraceId } from '../../../../src/model/ids.ts';
import { BITS } from '../../../../src/otlp/span-columns.ts';
import { SpanRing } from '../../../../src/processors/ring-buffer/span-ring.ts';
import type { SpanSource } from '../../../../src/store/contracts/span-source.ts';
import type { TraceQuery } from '../../../../src/store/contracts/trace-query.ts';
import type { TraceReader } from '../../../../src/store/contracts/trace-reader.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { createTraceReader } from '../../../../src/store/reading/create-trace-reader.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { buildRequest, type SpanSpec } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const NEVER_ABORTED = new AbortController().signal;
const SPAN = '12'.repeat(8);

function traceOf(number: number): TraceId {
  return parseTraceId((number + 1).toString(16).padStart(32, 'c'));
}

/** A ring before a store, as the service has them. */
class Places {
  readonly counters = new Counters();
  readonly ring = new SpanRing({ spansMax: 50, bytesMax: 1 << 20, counters: this.counters });
  readonly store = new MemoryStore({ counters: this.counters });
  readonly reader: TraceReader;
  arrival = 1;

  constructor(...more: readonly SpanSource[]) {
    this.reader = createTraceReader({
      sources: [this.ring, this.store, ...more],
      statistics: this.store.statistics,
      storage: () => this.store.storage(),
    });
  }

  async receive(spans: readonly SpanSpec[], bits: number): Promise<void> {
    const batch = scannedBatch(buildRequest({ service: 'shop', spans, seed: this.arrival }), {
      bits,
      arrivalFirst: this.arrival,
    });
    this.arrival += batch.count;
    this.ring.insert(batch);
    await this.store.write(batch);
  }

  async promote(traceId: TraceId): Promise<void> {
    const batch = this.ring.promote(idWords(traceId), 0, this.arrival)!;
    this.arrival += batch.count;
    await this.store.write(batch);
  }

  async chain(query: TraceQuery): Promise<TraceId[]> {
    const found: TraceId[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.reader.search(
        { ...query, ...(cursor === undefined ? {} : { cursor }) },
        NEVER_ABORTED,
      );
      found.push(...page.items.map((item) => item.traceId));
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }
}

describe('a reader over ring and store', () => {
  it('shows a span once that both hold, as stored', async () => {
    const places = new Places();
    await places.receive([{ traceId: traceOf(1) }, {}], BITS.kept);
    const trace = await places.reader.trace(traceOf(1));
    expect(trace?.records.map((record) => [record.arrival, record.origin])).toEqual([
      [1, 'stored'],
      [2, 'stored'],
    ]);
  });

  it('says what is in memory alone', async () => {
    const places = new Places();
    await places.receive([{ traceId: traceOf(1) }], 0);
    const trace = await places.reader.trace(traceOf(1));
    expect(trace?.records[0]).toMatchObject({ origin: 'memory' });
    const page = await places.reader.search({}, NEVER_ABORTED);
    expect(page.items).toMatchObject([{ traceId: traceOf(1), inMemoryOnly: true, spanCount: 1 }]);
    expect(page.examined.memory).toEqual({ spans: 1, of: 1 });
    expect(page.examined.store.of).toBe(0);
  });

  it('tells how far a search came in memory and in the store, one beside the other', async () => {
    const places = new Places();
    await places.receive([{ traceId: traceOf(1) }, {}], BITS.kept);
    await places.receive([{ traceId: traceOf(2) }], 0);
    const { examined } = await places.reader.search({}, NEVER_ABORTED);
    expect(examined.memory).toEqual({ spans: 3, of: 3 });
    expect(examined.store).toMatchObject({ spans: 2, of: 2 });
  });

  it('shows a promoted trace once, whole', async () => {
    const places = new Places();
    await places.receive([{ traceId: traceOf(1) }, {}], 0);
    await places.receive([{ traceId: traceOf(2) }], 0);
    await places.promote(traceOf(1));
    await places.receive([{ traceId: traceOf(1) }], BITS.kept | BITS.promoted);
    const trace = await places.reader.trace(traceOf(1));
    expect(trace?.records.map((record) => record.origin)).toEqual(['stored', 'stored', 'stored']);
    expect(await places.chain({ limit: 1 })).toEqual([traceOf(1), traceOf(2)]);
  });

  it('does not show a trace again that is promoted between two pages', async () => {
    const places = new Places();
    for (const i of [3, 2, 1, 2]) await places.receive([{ traceId: traceOf(i) }], 0);
    const first = await places.reader.search({ limit: 1 }, NEVER_ABORTED);
    expect(first.items.map((item) => item.traceId)).toEqual([traceOf(2)]);
    await places.promote(traceOf(2));
    const second = await places.reader.search({ limit: 5, cursor: first.next! }, NEVER_ABORTED);
    expect(second.items.map((item) => item.traceId)).toEqual([traceOf(1), traceOf(3)]);
  });

  it('finds each matching trace once, newest first, whatever is where', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            trace: fc.integer({ min: 0, max: 12 }),
            isKept: fc.boolean(),
            name: fc.constantFrom('a', 'b'),
          }),
          { minLength: 1, maxLength: 60 },
        ),
        fc.integer({ min: 1, max: 5 }),
        async (sent, limit) => {
          const places = new Places();
          for (const { trace, isKept, name } of sent) {
            await places.receive([{ traceId: traceOf(trace), name }], isKept ? BITS.kept : 0);
          }
          // What is neither kept nor among the ring's last fifty is gone.
          const there = sent.filter((span, i) => span.isKept || i >= sent.length - 50);
          for (const operation of [undefined, 'a']) {
            const newest = there
              .filter((span) => operation === undefined || span.name === operation)
              .map((span) => traceOf(span.trace))
              .reverse();
            const query = { limit, ...(operation === undefined ? {} : { operation }) };
            expect(await places.chain(query)).toEqual([...new Set(newest)]);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('brings services and operations together', async () => {
    const places = new Places();
    await places.receive([{ name: 'kept' }, { name: 'both' }], BITS.kept);
    await places.receive([{ name: 'left out' }, { name: 'both' }], 0);
    expect(await places.reader.services()).toEqual(['shop']);
    const operations = await places.reader.operations('shop');
    expect(operations.map((operation) => operation.name)).toEqual(['both', 'kept', 'left out']);
  });
});

describe('one span from several records', () => {
  const start = { traceId: traceOf(1), spanId: SPAN, name: 'job' };

  it('an end beats a start, however they arrive', async () => {
    for (const endFirst of [true, false]) {
      const places = new Places();
      const receiveStart = () => places.receive([{ ...start, endUnixNano: 0n }], BITS.running);
      if (!endFirst) await receiveStart();
      await places.receive([start], BITS.kept);
      if (endFirst) await receiveStart();
      const trace = await places.reader.trace(traceOf(1));
      expect(trace?.records).toHaveLength(1);
      expect(trace?.records[0]).toMatchObject({ origin: 'stored' });
      expect(trace?.records[0]).not.toHaveProperty('duplicateDiffers');
      expect(await places.chain({ status: 'Running' })).toEqual([]);
      expect(await places.chain({ status: 'Completed' })).toEqual([traceOf(1)]);
    }
  });

  it('a start alone is Running', async () => {
    const places = new Places();
    await places.receive([{ ...start, endUnixNano: 0n }], BITS.running);
    const trace = await places.reader.trace(traceOf(1));
    expect(trace?.records).toMatchObject([{ origin: 'running' }]);
    const page = await places.reader.search({ status: 'Running' }, NEVER_ABORTED);
    expect(page.items).toMatchObject([{ status: 'Running', runningCount: 1 }]);
  });

  it('the latest of several ends wins, says so, and is the one that a search sees', async () => {
    const places = new Places();
    for (const name of ['first', 'second', 'third']) {
      await places.receive([{ ...start, name }], BITS.kept);
    }
    const trace = await places.reader.trace(traceOf(1));
    expect(trace?.records).toMatchObject([{ arrival: 3, duplicateDiffers: true }]);
    expect(await places.chain({ operation: 'first' })).toEqual([]);
    expect(await places.chain({ operation: 'third' })).toEqual([traceOf(1)]);
  });
});

describe('what cannot be asked', () => {
  it('is a limit out of range', async () => {
    const places = new Places();
    await places.receive([{ traceId: traceOf(1) }, {}], BITS.kept);
    for (const limit of [0, 1.5, 100_001]) {
      await expect(places.reader.search({ limit }, NEVER_ABORTED)).rejects.toThrow(
        InvalidParameter,
      );
    }
    const search = await places.reader.search({ limit: 1 }, NEVER_ABORTED);
    expect(search.next).toBeUndefined();
  });
});

describe('a slow source', () => {
  /** Gives its answers one span a call. */
  function slow(source: SpanSource): SpanSource & { calls: number } {
    return {
      calls: 0,
      trace: (traceId) => source.trace(traceId),
      services: () => source.services(),
      operations: (service) => source.operations(service),
      async find(filter, page, signal) {
        this.calls++;
        return source.find(filter, { ...page, limit: 1 }, signal);
      },
    };
  }

  it('makes short pages, and loses nothing', async () => {
    const store = new MemoryStore({ counters: new Counters() });
    const source = slow(store);
    for (let i = 0; i < 30; i++) {
      const request = buildRequest({ spans: [{ traceId: traceOf(i) }] });
      await store.write(scannedBatch(request, { arrivalFirst: i + 1 }));
    }
    const reader = createTraceReader({
      sources: [source],
      statistics: store.statistics,
      storage: () => store.storage(),
    });
    const found: TraceId[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const query = { limit: 20, ...(cursor === undefined ? {} : { cursor }) };
      const page = await reader.search(query, NEVER_ABORTED);
      expect(page.items.length).toBeLessThan(20);
      found.push(...page.items.map((item) => item.traceId));
      cursor = page.next;
      pages++;
    } while (cursor !== undefined);
    expect(found).toEqual(Array.from({ length: 30 }, (_, i) => traceOf(29 - i)));
    expect(source.calls).toBeLessThanOrEqual(pages * 9);
  });

  it('holds back what another would put before its own', async () => {
    const stores = [0, 1].map(() => new MemoryStore({ counters: new Counters() }));
    for (let i = 0; i < 20; i++) {
      const request = buildRequest({ spans: [{ traceId: traceOf(i) }] });
      await stores[i % 2]!.write(scannedBatch(request, { arrivalFirst: i + 1 }));
    }
    const reader = createTraceReader({
      sources: [stores[0]!, slow(stores[1]!)],
      statistics: stores[0]!.statistics,
      storage: () => stores[0]!.storage(),
    });
    const page = await reader.search({ limit: 6 }, NEVER_ABORTED);
    expect(page.items.map((item) => item.traceId)).toEqual([19, 18, 17, 16, 15, 14].map(traceOf));
  });
});
