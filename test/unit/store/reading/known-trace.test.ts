/** A trace that is known is read where it lies, and says the same as when it was read whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '../../../../src/store/contracts/span-record.ts';
import type { SpanSource } from '../../../../src/store/contracts/span-source.ts';
import { TraceMoved } from '../../../../src/store/contracts/trace-moved.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { createTraceReader } from '../../../../src/store/reading/create-trace-reader.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { buildTrace } from '../../../support/trace-records.ts';

const { traceId, records } = buildTrace({
  service: 'shop',
  spans: Array.from({ length: 6 }, (_, i) => ({
    name: `span ${i}`,
    ...(i > 0 ? { parent: 0 } : {}),
  })),
});
const store = new MemoryStore({ counters: new Counters() });

/** A place whose records are read again one by one, or one in memory that tells when it changes. */
class Place {
  records: readonly SpanRecord[];
  version = 0;
  hasMoved = false;
  /** Times that everything was read. */
  readings = 0;
  readonly source: SpanSource;

  constructor(given: readonly SpanRecord[], isPlaced: boolean) {
    this.records = given;
    const trace = async () => {
      this.readings++;
      return [...this.records];
    };
    const rest = {
      find: store.find.bind(store),
      services: async () => [],
      operations: async () => [],
    };
    this.source = isPlaced
      ? { ...rest, trace, placed: () => this.#placed() }
      : { ...rest, trace, mark: async () => String(this.version) };
  }

  change(given: readonly SpanRecord[]): void {
    this.records = given;
    this.version++;
  }

  async #placed() {
    this.readings++;
    const { version } = this;
    const places = {
      bytes: 0,
      hold: async () => this.version === version,
      read: async (indexes: readonly number[]) =>
        this.hasMoved ? undefined : indexes.map((index) => ({ ...this.records[index]! })),
    };
    return { records: [...this.records], beyond: 0, places };
  }
}

function readerOver(places: readonly Place[], spansMax?: number) {
  return createTraceReader({
    sources: places.map(({ source }) => source),
    statistics: store.statistics,
    storage: () => store.storage(),
    ...(spansMax === undefined ? {} : { spansMax }),
  });
}

const asMemory = (record: SpanRecord): SpanRecord => ({ ...record, origin: 'memory' });

describe('a known trace', () => {
  it('is read again only where something changed', async () => {
    const [stored, ring] = [new Place(records, true), new Place([], false)];
    const reader = readerOver([ring, stored]);
    const whole = (await reader.trace(traceId))!;
    expect(whole.read).toBeUndefined();
    const known = (await reader.trace(traceId))!;
    expect(known.outline).toBe(whole.outline);
    expect(await known.read!([0, 5])).toEqual([whole.records[0], whole.records[5]]);
    expect([stored.readings, ring.readings]).toEqual([1, 1]);
    ring.change([asMemory(records[0]!)]);
    const again = (await reader.trace(traceId))!;
    expect(again.read).toBeUndefined();
    expect([stored.readings, ring.readings]).toEqual([2, 2]);
    const before = (await reader.trace(traceId))!;
    stored.change(records.slice(0, 5));
    await expect(before.read!([5])).rejects.toThrow();
    expect((await reader.trace(traceId))!.outline.count).toBe(5);
  });

  it('has moved where its places say so, or give other records', async () => {
    const stored = new Place(records, true);
    const reader = readerOver([stored]);
    await reader.trace(traceId);
    const known = (await reader.trace(traceId))!;
    stored.hasMoved = true;
    await expect(known.read!([1])).rejects.toThrow(TraceMoved);
    // Not believed again, though the place says that all is as it was.
    expect((await reader.trace(traceId))!.records).toHaveLength(6);
    stored.hasMoved = false;
    stored.records = [...records].reverse();
    const other = (await reader.trace(traceId))!;
    await expect(other.read!([1])).rejects.toThrow(TraceMoved);
    stored.records = records.slice(1);
    expect((await reader.trace(traceId))!.records).toHaveLength(5);
  });

  it('says the same as when it was read whole, whatever lies where, twice or otherwise', async () => {
    const choice = fc.record({
      index: fc.nat({ max: records.length - 1 }),
      place: fc.nat({ max: 2 }),
      isOther: fc.boolean(),
      arrival: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(choice, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 20 }),
        async (choices, spansMax) => {
          const held: SpanRecord[][] = [[], [], []];
          for (const { index, place, isOther, arrival } of choices) {
            const origin = place === 0 ? 'memory' : 'stored';
            const record = { ...records[index]!, arrival, origin } as const;
            const span = Uint8Array.from(record.span);
            const name = Buffer.from(span).indexOf('span');
            span.set(Buffer.from('SPAN'), name);
            held[place]!.push(isOther ? { ...record, span } : record);
          }
          const places = held.map((given, place) => new Place(given, place > 0));
          const reader = readerOver(places, spansMax);
          const whole = (await reader.trace(traceId))!;
          const known = (await reader.trace(traceId))!;
          expect(known.outline).toBe(whole.outline);
          expect(known.spanCount).toBe(whole.spanCount);
          const { count } = whole.outline;
          expect(await known.read!([...Array(count).keys()])).toEqual(whole.records);
          for (let index = 0; index < count; index++)
            expect(await known.read!([index])).toEqual([whole.records[index]]);
          expect(places.map(({ readings }) => readings)).toEqual([1, 1, 1]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
