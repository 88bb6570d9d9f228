/** The path of a span with the real sampler, ring and store in memory: what is kept, and what is rescued. */
import { describe, expect, it } from 'vitest';
import { parseTraceId } from '../../../src/model/ids.ts';
import { SpanScanner } from '../../../src/otlp/scan-traces.ts';
import { arrivalAt, SpanIngest } from '../../../src/pipeline/span-ingest.ts';
import { HeadSampler } from '../../../src/processors/head-sampling/head-sampler.ts';
import { PromotedTraces } from '../../../src/processors/ring-buffer/promoted-traces.ts';
import { SpanRing } from '../../../src/processors/ring-buffer/span-ring.ts';
import type { TraceWriter, WriteResult } from '../../../src/store/contracts/trace-writer.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { Counters } from '../../../src/telemetry/counters.ts';
import { buildRequest, type RequestSpec } from '../../support/otlp-request.ts';

const SIGNAL = new AbortController().signal;
const TRACE = `${'a'.repeat(31)}1`;
const OTHER = `${'b'.repeat(31)}2`;

function setUp(options: {
  rate: number;
  spansMax?: number;
  writer?: TraceWriter;
  obeysSampledFlag?: boolean;
}) {
  const counters = new Counters();
  const store = new MemoryStore({ counters: new Counters() });
  const ring = new SpanRing({ spansMax: options.spansMax ?? 100, bytesMax: 1 << 20, counters });
  const ingest = new SpanIngest({
    sampler: new HeadSampler({
      rate: options.rate,
      obeysSampledFlag: options.obeysSampledFlag ?? false,
    }),
    recorder: ring,
    promoted: new PromotedTraces(),
    writer: options.writer ?? store,
    counters,
    arrivalFirst: 1,
  });
  const receive = (spec: RequestSpec) => {
    const scanner = new SpanScanner();
    scanner.scan(buildRequest(spec));
    return ingest.consume(scanner, SIGNAL);
  };
  const stored = async (traceId: string) => (await store.trace(parseTraceId(traceId))).length;
  return { counters, store, ring, receive, stored };
}

describe('everything is sampled', () => {
  it('is written and remembered, numbered as it came', async () => {
    const { receive, stored, ring, store, counters } = setUp({ rate: 1 });
    expect(await receive({ spans: [{ traceId: TRACE }, {}] })).toEqual({ status: 'accepted' });
    await receive({ seed: 2, spans: [{ traceId: TRACE }] });
    expect(await stored(TRACE)).toBe(3);
    expect((await store.trace(parseTraceId(TRACE))).map(({ arrival }) => arrival)).toEqual([
      1, 2, 3,
    ]);
    expect(ring.occupancy.spans).toBe(3);
    expect(counters.value('spans_received')).toBe(3);
    expect(counters.value('spans_kept')).toBe(3);
    expect(counters.dropped('sampled_out')).toBe(0);
  });

  it('says yes to an empty request', async () => {
    const { receive } = setUp({ rate: 1 });
    expect(await receive({ spans: [] })).toEqual({ status: 'accepted' });
  });
});

describe('nothing is sampled', () => {
  it('stays in memory and is counted', async () => {
    const { receive, stored, ring, counters } = setUp({ rate: 0 });
    await receive({ spans: [{ traceId: TRACE }, {}] });
    expect(await stored(TRACE)).toBe(0);
    expect(ring.occupancy.spans).toBe(2);
    expect(counters.dropped('sampled_out')).toBe(2);
  });

  it('an error promotes its trace: what came before, what came with it, and what comes late', async () => {
    const { receive, stored, counters } = setUp({ rate: 0 });
    await receive({ spans: [{ traceId: TRACE }, {}] });
    await receive({ seed: 2, spans: [{ traceId: OTHER }] });
    await receive({ seed: 3, spans: [{ traceId: TRACE, status: 'error' }, { traceId: TRACE }] });
    await receive({ seed: 4, spans: [{ traceId: TRACE }] });
    expect(await stored(TRACE)).toBe(5);
    expect(await stored(OTHER)).toBe(0);
    expect(counters.value('spans_promoted')).toBe(5);
    expect(counters.dropped('sampled_out')).toBe(3);
  });

  it('an exception that was caught promotes too', async () => {
    const { receive, stored } = setUp({ rate: 0 });
    await receive({ spans: [{ traceId: TRACE, events: [{ name: 'exception' }] }] });
    expect(await stored(TRACE)).toBe(1);
  });

  it('what the ring has let go cannot be promoted, and was counted when it went', async () => {
    const { receive, stored, counters } = setUp({ rate: 0, spansMax: 2 });
    await receive({ spans: [{ traceId: TRACE }] });
    await receive({ seed: 2, spans: [{ traceId: OTHER }, { traceId: OTHER }] });
    expect(counters.dropped('ring_overwritten')).toBe(1);
    await receive({ seed: 3, spans: [{ traceId: TRACE, status: 'error' }] });
    expect(await stored(TRACE)).toBe(1);
  });

  it('counts statistics of a promoted span once', async () => {
    const { receive, store } = setUp({ rate: 0 });
    await receive({ spans: [{ traceId: TRACE, name: 'early' }] });
    await receive({ seed: 2, spans: [{ traceId: TRACE, name: 'late', status: 'error' }] });
    let count = 0;
    for await (const minute of store.statistics.minutes(0, 2 ** 32))
      for (const cell of minute.cells()) count += cell.count;
    expect(count).toBe(2);
  });
});

describe('spans that an SDK records without sampling', () => {
  it('stay in the ring, whatever their trace shows', async () => {
    const { receive, stored, ring } = setUp({ rate: 1, obeysSampledFlag: true });
    await receive({ spans: [{ traceId: TRACE, flags: 0 }, { flags: 1 }] });
    await receive({ seed: 2, spans: [{ traceId: TRACE, flags: 0, status: 'error' }] });
    expect(await stored(TRACE)).toBe(1);
    expect(ring.occupancy.spans).toBe(3);
  });
});

describe('a store that cannot take more', () => {
  it('makes the request busy, and the promotion is tried again with the next error', async () => {
    const results: WriteResult[] = [{ status: 'durable' }];
    const busy: WriteResult = { status: 'busy', retryAfterMs: 7, reason: 'full' };
    const written: number[] = [];
    const writer: TraceWriter = {
      async write(batch) {
        written.push(batch.count);
        return results.shift() ?? busy;
      },
    };
    const { receive, ring } = setUp({ rate: 0, writer });
    await receive({ spans: [{ traceId: TRACE }] });
    const refused = await receive({ seed: 2, spans: [{ traceId: TRACE, status: 'error' }] });
    expect(refused).toEqual(busy);
    // The early span, and then the request itself, were offered.
    expect(written).toEqual([1, 1, 1]);
    expect(
      ring.promote(new Uint32Array(4).fill(0xaaaaaaaa).with(3, 0xaaaaaaa1), 0, 99)?.count,
    ).toBe(2);
  });
});

it('arrival numbers of a later process are above those of an earlier one', () => {
  const before = arrivalAt(1_700_000_000_000_000_000n);
  const after = arrivalAt(1_700_000_001_000_000_000n);
  expect(after - before).toBe(1_024_000);
  expect(arrivalAt(8_000_000_000_000_000_000n)).toBeLessThan(Number.MAX_SAFE_INTEGER);
});
