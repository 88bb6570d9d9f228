import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idWords, parseTraceId, type TraceId, traceIdOfWords } from '../../../../src/model/ids.ts';
import { bigColumn, spanBytes, wideColumn } from '../../../../src/otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../../../src/otlp/span-columns.ts';
import { SpanRing } from '../../../../src/processors/ring-buffer/span-ring.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import {
  buildRequest,
  fillRequest,
  type ResourceSpec,
  realisticRequest,
} from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';

const NEVER_ABORTED = new AbortController().signal;
const ALL = { before: Number.MAX_SAFE_INTEGER, limit: 1_000_000 };

function ringOf(spansMax: number, bytesMax: number): { ring: SpanRing; counters: Counters } {
  const counters = new Counters();
  return { ring: new SpanRing({ spansMax, bytesMax, counters }), counters };
}

function traceOf(number: number): TraceId {
  return parseTraceId((number + 1).toString(16).padStart(32, 'b'));
}

/** Content of a record, of whatever origin. */
function hex(...parts: readonly Uint8Array[]): string {
  return parts.map((part) => Buffer.from(part).toString('hex')).join(' ');
}

describe('SpanRing', () => {
  it('keeps the last spans, bytes and frames as they came', async () => {
    const { ring, counters } = ringOf(100, 1 << 20);
    const requests = [1, 2, 3].map((seed) => realisticRequest({ spans: 60, seed }));
    const reference = new MemoryStore({ counters: new Counters() });
    for (const [i, request] of requests.entries()) {
      ring.insert(scannedBatch(request, { bits: 0, arrivalFirst: 1 + i * 60 }));
      await reference.write(scannedBatch(request, { arrivalFirst: 1 + i * 60 }));
    }
    expect(ring.occupancy).toMatchObject({ spans: 100, spansMax: 100 });
    expect(counters.dropped('ring_overwritten')).toBe(80);
    const { matches } = await ring.find({}, ALL, NEVER_ABORTED);
    expect(matches.map((match) => match.arrival)).toEqual(
      Array.from({ length: 100 }, (_, i) => 180 - i),
    );
    for (const traceId of new Set(matches.map((match) => match.traceId))) {
      const expected = await reference.trace(traceId);
      for (const record of await ring.trace(traceId)) {
        const twin = expected.find((other) => other.arrival === record.arrival)!;
        expect(record.origin).toBe('memory');
        expect(hex(record.span, record.resource, record.scope)).toBe(
          hex(twin.span, twin.resource, twin.scope),
        );
      }
    }
  });

  it('has one mark for a trace as long as it gives the same of it', async () => {
    const { ring } = ringOf(40, 1 << 20);
    const seen = new Map<string, string>();
    const given = new Set<string>();
    for (let arrivalFirst = 1; arrivalFirst < 200; arrivalFirst += 7) {
      const spans = Array.from({ length: 7 }, (_, i) => ({
        traceId: traceOf((arrivalFirst * 5 + i * i) % 3),
      }));
      ring.insert(scannedBatch(buildRequest({ spans }), { bits: 0, arrivalFirst }));
      for (const trace of [0, 1, 2, 3]) {
        const mark = `${trace} ${await ring.mark(traceOf(trace))}`;
        const arrivals = (await ring.trace(traceOf(trace))).map(({ arrival }) => arrival).join();
        expect(seen.get(mark) ?? arrivals).toBe(arrivals);
        seen.set(mark, arrivals);
        given.add(`${trace} ${arrivals}`);
      }
    }
    expect(seen.size).toBe(given.size);
    expect(seen.size).toBeGreaterThan(50);
  });

  it('owns its bytes: nothing of a request is needed after insert', async () => {
    const { ring } = ringOf(100, 1 << 20);
    const request = realisticRequest({ spans: 16 });
    const batch = scannedBatch(request.slice(), { bits: 0 });
    ring.insert(batch);
    const expected = spanBytes(scannedBatch(request), 3);
    const traceId = traceIdOfWords(batch.rows, 3 * STRIDE + COLUMN.traceId);
    batch.bytes.fill(0xee);
    const records = await ring.trace(traceId);
    expect(records.map((record) => hex(record.span))).toContain(hex(expected));
    // Neither is what it gave away touched by what comes later.
    const given = records.map((record) => hex(record.span));
    for (let i = 2; i < 40; i++) {
      ring.insert(scannedBatch(realisticRequest({ spans: 16, seed: i }), { arrivalFirst: i * 16 }));
    }
    expect(records.map((record) => hex(record.span))).toEqual(given);
  });

  it('behaves as a list that is cut at the front, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 2_000, max: 30_000 }),
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 25 }),
        async (spansMax, bytesMax, seeds) => {
          const { ring } = ringOf(spansMax, bytesMax);
          const sent: { traceId: TraceId; arrival: number; span: string }[] = [];
          for (const seed of seeds) {
            const random = new SeededRandom(seed);
            const resources: ResourceSpec[] = Array.from({ length: 1 + random.below(3) }, () => ({
              service: `service-${random.below(4)}`,
              spans: Array.from({ length: random.below(12) }, () => ({
                traceId: traceOf(random.below(6)),
                name: 'n'.repeat(random.below(300)),
                ...(random.below(4) === 0 ? { traceState: 'a=b' } : {}),
              })),
            }));
            const batch = scannedBatch(buildRequest({ resources, seed }), {
              bits: 0,
              arrivalFirst: sent.length + 1,
            });
            ring.insert(batch);
            for (let row = 0; row < batch.count; row++) {
              sent.push({
                traceId: traceIdOfWords(batch.rows, row * STRIDE + COLUMN.traceId),
                arrival: sent.length + 1,
                span: hex(spanBytes(batch, row)),
              });
            }
            const { spans, bytes } = ring.occupancy;
            expect(spans).toBeLessThanOrEqual(spansMax);
            expect(bytes).toBeLessThanOrEqual(bytesMax);
            const kept = sent.slice(sent.length - spans);
            for (let i = 0; i < 6; i++) {
              const records = await ring.trace(traceOf(i));
              const expected = kept.filter((span) => span.traceId === traceOf(i));
              expect(records.map((record) => record.arrival)).toEqual(
                expected.map((span) => span.arrival),
              );
              expect(records.map((record) => hex(record.span))).toEqual(
                expected.map((span) => span.span),
              );
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is bounded in bytes, frames included', () => {
    const { ring, counters } = ringOf(10_000, 64 * 1024);
    for (let i = 0; i < 200; i++) {
      // Each request has a resource of its own, of two kilobytes.
      const attributes = { instance: `${i}`.padEnd(2_000, '.') };
      const request = buildRequest({ attributes, seed: i + 1, spans: [{}, {}] });
      ring.insert(scannedBatch(request, { bits: 0, arrivalFirst: 1 + i * 2 }));
      expect(ring.occupancy.bytes).toBeLessThanOrEqual(64 * 1024);
    }
    expect(ring.occupancy.spans).toBeGreaterThan(8);
    expect(counters.dropped('ring_overwritten')).toBe(400 - ring.occupancy.spans);
  });

  it('counts what is too large for it, and goes on', async () => {
    const { ring, counters } = ringOf(100, 16 * 1024);
    const big = { attributes: { blob: 'x'.repeat(20_000) } };
    const request = buildRequest({ spans: [{ name: 'a' }, big, { name: 'b' }] });
    ring.insert(scannedBatch(request, { bits: 0 }));
    const hugeFrame = { attributes: { blob: 'x'.repeat(10_000) }, spans: [{}, {}] };
    ring.insert(scannedBatch(buildRequest(hugeFrame), { bits: 0, arrivalFirst: 4 }));
    expect(counters.dropped('ring_too_large')).toBe(3);
    expect(ring.occupancy.spans).toBe(2);
    expect(await ring.services()).toEqual(['unknown_service']);
  });

  it('does not count as lost what was kept, or only announced', () => {
    const { ring, counters } = ringOf(4, 1 << 20);
    const request = realisticRequest({ spans: 4 });
    ring.insert(scannedBatch(request, { bits: BITS.kept }));
    ring.insert(scannedBatch(request, { bits: BITS.running, arrivalFirst: 5 }));
    ring.insert(scannedBatch(request, { bits: 0, arrivalFirst: 9 }));
    expect(counters.dropped('ring_overwritten')).toBe(0);
    ring.insert(scannedBatch(request, { bits: 0, arrivalFirst: 13 }));
    expect(counters.dropped('ring_overwritten')).toBe(4);
  });

  it('names services and operations of what it still holds', async () => {
    const { ring } = ringOf(3, 1 << 20);
    const send = (service: string, arrivalFirst: number): void => {
      const spans = [{ name: 'GET /', kind: 'server' as const }, { name: '' }];
      ring.insert(scannedBatch(buildRequest({ service, spans }), { bits: 0, arrivalFirst }));
    };
    send('first', 1);
    send('second', 3);
    send('third', 5);
    expect(await ring.services()).toEqual(['second', 'third']);
    expect(await ring.operations('third')).toEqual([
      { name: '', kind: 'Function' },
      { name: 'GET /', kind: 'AsyncTask' },
    ]);
    expect(await ring.operations('first')).toEqual([]);
    const all = await ring.catalogue();
    expect([...all.keys()].sort()).toEqual(await ring.services());
    expect(all.get('third')).toEqual(await ring.operations('third'));
  });

  it('takes an empty service name for none', async () => {
    const { ring } = ringOf(3, 1 << 20);
    ring.insert(scannedBatch(buildRequest({ service: '', spans: [{ name: 'a' }] }), { bits: 0 }));
    expect(await ring.services()).toEqual(['unknown_service']);
    const found = await ring.find({ service: 'unknown_service' }, ALL, NEVER_ABORTED);
    expect(found.matches).toHaveLength(1);
  });

  it('is searched in parts, without a gap', async () => {
    const { ring } = ringOf(1_000, 1 << 20);
    ring.insert(scannedBatch(realisticRequest({ spans: 400 }), { bits: 0, arrivalFirst: 1_000 }));
    const arrivals: number[] = [];
    let before = Number.MAX_SAFE_INTEGER;
    while (before > 0) {
      const found = await ring.find({ kind: 'DatabaseQuery' }, { before, limit: 3 }, NEVER_ABORTED);
      expect(new Set(found.matches.map((match) => match.traceId)).size).toBeLessThanOrEqual(3);
      arrivals.push(...found.matches.map((match) => match.arrival));
      before = found.reachedArrival;
    }
    const whole = await ring.find({ kind: 'DatabaseQuery' }, ALL, NEVER_ABORTED);
    expect(arrivals).toEqual(whole.matches.map((match) => match.arrival));
    expect(arrivals.length).toBeGreaterThan(100);
    expect(whole.examined).toMatchObject({ spans: 400, of: 400 });
  });
});

describe('promoting a trace', () => {
  const filled = fillRequest({
    service: 'shop',
    spans: [
      { traceId: traceOf(1), name: 'root' },
      { traceId: traceOf(2), name: 'another' },
      { traceId: traceOf(1), name: 'child', traceState: 'ot=th:8' },
    ],
  });
  const words = idWords(traceOf(1));

  function filledRing(): { ring: SpanRing; counters: Counters } {
    const made = ringOf(10, 1 << 20);
    const request = buildRequest({ service: 'shop', spans: filled.spans });
    made.ring.insert(scannedBatch(request, { bits: 0, arrivalFirst: 1 }));
    return made;
  }

  it('gives what the ring holds of it as a batch to write, with new arrivals', () => {
    const { ring } = filledRing();
    const batch = ring.promote(words, 0, 77)!;
    expect(batch.count).toBe(2);
    expect(batch.threshold).toBe(0n);
    for (let row = 0; row < 2; row++) {
      const bits = batch.rows[row * STRIDE + COLUMN.bits]!;
      expect(bits & (BITS.kept | BITS.promoted | BITS.counted | BITS.raised)).toBe(
        BITS.kept | BITS.promoted | BITS.counted,
      );
      expect(wideColumn(batch.rows, row, COLUMN.arrival)).toBe(77 + row);
      expect(bigColumn(batch.rows, row, COLUMN.start)).toBe(filled.spans[row * 2]!.startUnixNano);
    }
  });

  it('leads to the same record in a store, found once by its old arrival here', async () => {
    const { ring } = filledRing();
    const before = await ring.trace(traceOf(1));
    const store = new MemoryStore({ counters: new Counters() });
    await store.write(ring.promote(words, 0, 10)!);
    const stored = await store.trace(traceOf(1));
    expect(stored.map((record) => hex(record.span, record.resource, record.scope))).toEqual(
      before.map((record) => hex(record.span, record.resource, record.scope)),
    );
    expect((await ring.trace(traceOf(1))).map((record) => record.arrival)).toEqual([1, 3]);
  });

  it('happens once, unless it is taken back', () => {
    const { ring, counters } = filledRing();
    expect(ring.promote(words, 0, 10)?.count).toBe(2);
    expect(ring.promote(words, 0, 20)).toBeUndefined();
    ring.demote(words, 0);
    expect(ring.promote(words, 0, 30)?.count).toBe(2);
    const rest = realisticRequest({ spans: 10 });
    ring.insert(scannedBatch(rest, { bits: BITS.kept, arrivalFirst: 50 }));
    expect(counters.dropped('ring_overwritten')).toBe(1);
  });

  it('leaves spans that have only started, and finds nothing of an unknown trace', () => {
    const { ring } = filledRing();
    const started = buildRequest({ spans: [{ traceId: traceOf(5), endUnixNano: 0n }] });
    ring.insert(scannedBatch(started, { bits: BITS.running, arrivalFirst: 9 }));
    expect(ring.promote(idWords(traceOf(5)), 0, 10)).toBeUndefined();
    expect(ring.promote(idWords(traceOf(9)), 0, 10)).toBeUndefined();
  });
});
