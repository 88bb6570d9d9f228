/** What a search made of a large trace is known the next time, and gone as soon as anything of the trace has changed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTraceId, type TraceId } from '../../../../src/model/ids.ts';
import type { TraceSummary } from '../../../../src/model/trace-summary.ts';
import { BITS } from '../../../../src/otlp/span-columns.ts';
import { SpanRing } from '../../../../src/processors/ring-buffer/span-ring.ts';
import type { SpanSource } from '../../../../src/store/contracts/span-source.ts';
import type { TraceQuery } from '../../../../src/store/contracts/trace-query.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { type KnownItem, KnownItems } from '../../../../src/store/reading/known-items.ts';
import { OneByOne } from '../../../../src/store/reading/one-by-one.ts';
import { searchTraces } from '../../../../src/store/reading/trace-search.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { buildRequest, type SpanSpec } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const never = new AbortController().signal;
const traceOf = (number: number): TraceId => parseTraceId(String(number + 1).padStart(32, 'c'));
const line: TraceSummary = { traceId: traceOf(0), spanCount: 7 } as TraceSummary;
const known = (holds: boolean, isAgreed = true): KnownItem<TraceSummary> => ({
  item: line,
  isAgreed,
  holds: async () => holds,
});

/** A ring before a store that can say whether it has changed. Counts how often a trace is read. */
class Places {
  readonly counters = new Counters();
  readonly ring = new SpanRing({ spansMax: 20, bytesMax: 1 << 20, counters: this.counters });
  readonly store = new MemoryStore({ counters: this.counters });
  readonly sources: readonly SpanSource[];
  arrival = 1;
  reads = 0;

  constructor() {
    const { ring, store } = this;
    const watched: SpanSource = {
      trace: (traceId) => {
        this.reads++;
        return store.trace(traceId);
      },
      mark: async () => String(this.arrival),
      find: store.find.bind(store),
      services: () => store.services(),
      operations: (service) => store.operations(service),
    };
    this.sources = [ring, watched];
  }

  async receive(spans: readonly SpanSpec[], bits: number): Promise<void> {
    const request = buildRequest({ service: 'shop', spans, seed: 1 });
    const batch = scannedBatch(request, { bits, arrivalFirst: this.arrival });
    this.arrival += batch.count;
    this.ring.insert(batch);
    await this.store.write(batch);
  }

  search(query: TraceQuery, items: KnownItems<TraceSummary>) {
    return searchTraces(this.sources, query, never, new OneByOne(), items);
  }
}

describe('what is known of large traces', () => {
  it('spares reading them from the third look on', async () => {
    const places = new Places();
    const spans = Array.from({ length: 1_000 }, () => ({ traceId: traceOf(1) }));
    await places.receive(spans, BITS.kept);
    const items = new KnownItems<TraceSummary>();
    const looks = [1, 2, 3, 4].map(() => async () => {
      const { items: found } = await places.search({}, items);
      return { found, reads: places.reads };
    });
    const answers = [];
    for (const look of looks) answers.push(await look());
    expect(answers.map(({ reads }) => reads)).toEqual([1, 2, 2, 2]);
    for (const { found } of answers) expect(found).toEqual(answers[0]!.found);
    expect(answers[0]!.found).toMatchObject([{ traceId: traceOf(1), spanCount: 1_000 }]);
    await places.receive([{ traceId: traceOf(1), spanId: '77'.repeat(8) }], BITS.kept);
    const { items: changed } = await places.search({}, items);
    expect(changed).toMatchObject([{ spanCount: 1_001 }]);
  });

  it('tells what a search without it tells, whatever comes between', async () => {
    const span = fc.record({
      trace: fc.integer({ min: 0, max: 3 }),
      span: fc.integer({ min: 1, max: 3 }),
      name: fc.constantFrom('a', 'b'),
      bits: fc.constantFrom(BITS.kept, 0, BITS.running),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 25 }), async (sent) => {
        const places = new Places();
        const items = new KnownItems<TraceSummary>(1);
        for (const { trace, span: number, name, bits } of sent) {
          const ended = bits === BITS.running ? { endUnixNano: 0n } : {};
          const spanId = String(number).padStart(16, '0');
          await places.receive([{ traceId: traceOf(trace), spanId, name, ...ended }], bits);
          for (const query of [{}, { operation: 'a' }, { limit: 1 }, { columns: ['a'] }]) {
            const fresh = await places.search(query, new KnownItems());
            expect(await places.search(query, items)).toEqual(fresh);
            if (fresh.next === undefined) continue;
            const next = { ...query, cursor: fresh.next };
            expect(await places.search(next, items)).toEqual(
              await places.search(next, new KnownItems()),
            );
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is kept of large ones alone, and once it was asked for before', async () => {
    const items = new KnownItems<TraceSummary>(10);
    items.add(traceOf(0), '', 9, known(true));
    expect(items.isAwaited(traceOf(0), '')).toBe(false);
    items.add(traceOf(0), '', 10, known(true));
    expect(items.isAwaited(traceOf(0), '')).toBe(true);
    expect(await items.find(traceOf(0), '')).toBeUndefined();
    items.add(traceOf(0), '', 10, known(true));
    expect(await items.find(traceOf(0), '')).toBe(line);
    expect(await items.find(traceOf(0), 'other')).toBeUndefined();
  });

  it('is not told where it does not hold, or copies of a span disagree', async () => {
    for (const item of [known(false), known(true, false)]) {
      const items = new KnownItems<TraceSummary>(1);
      for (const _ of [1, 2]) items.add(traceOf(0), '', 1, item);
      expect(await items.find(traceOf(0), '')).toBeUndefined();
    }
  });

  it('gives its place to others', async () => {
    const items = new KnownItems<TraceSummary>(1);
    for (const _ of [1, 2]) items.add(traceOf(0), '', 1, known(true));
    for (let i = 1; i < 500; i++) items.add(traceOf(i), '', 1, known(true));
    expect(await items.find(traceOf(0), '')).toBe(line);
    for (let i = 500; i < 999; i++) items.add(traceOf(i), '', 1, known(true));
    expect(await items.find(traceOf(0), '')).toBe(line);
    items.add(traceOf(999), '', 1, known(true));
    for (let i = 1_000; i < 1_500; i++) items.add(traceOf(i), '', 1, known(true));
    expect(await items.find(traceOf(0), '')).toBeUndefined();
  });
});
