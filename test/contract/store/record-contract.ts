import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceIdOfWords } from '../../../src/model/ids.ts';
import { frameBytes, type SpanBatch, spanBytes } from '../../../src/otlp/span-batch.ts';
import { BITS, COLUMN, RESOURCE, SCOPE, STRIDE } from '../../../src/otlp/span-columns.ts';
import type { SpanRecord } from '../../../src/store/contracts/span-record.ts';
import { buildRequest, realisticRequest } from '../../support/otlp-request.ts';
import { scannedBatch } from '../../support/scanned-batch.ts';
import { openedStores } from './opened-stores.ts';
import { ODD_TRACE, oddRequest } from './store-requests.ts';
import {
  allPages,
  NEVER_ABORTED,
  type OpenStore,
  readerOf,
  Sender,
  type StoreUnderTest,
  traceIdOf,
} from './store-under-test.ts';

/** The bytes of a row and its frames, as a text that two equal records share. */
function contentOf(parts: readonly Uint8Array[]): string {
  return parts.map((part) => Buffer.from(part).toString('hex')).join(' ');
}

function expectedRecords(batch: SpanBatch): Map<string, string[]> {
  const byTrace = new Map<string, string[]>();
  for (let row = 0; row < batch.count; row++) {
    const at = row * STRIDE;
    const scope = batch.scopes.subarray(batch.rows[at + COLUMN.scope]! * SCOPE.stride);
    const resource = batch.resources.subarray(scope[SCOPE.resource]! * RESOURCE.stride);
    const content = contentOf([
      spanBytes(batch, row),
      frameBytes(batch, resource[RESOURCE.segmentFirst]!, resource[RESOURCE.segmentCount]!),
      frameBytes(batch, scope[SCOPE.segmentFirst]!, scope[SCOPE.segmentCount]!),
    ]);
    const traceId = traceIdOfWords(batch.rows, at + COLUMN.traceId);
    byTrace.set(traceId, [...(byTrace.get(traceId) ?? []), content]);
  }
  return byTrace;
}

function storedContent(records: readonly SpanRecord[]): string[] {
  return records.map((record) => contentOf([record.span, record.resource, record.scope]));
}

async function expectHeld(store: StoreUnderTest, batch: SpanBatch): Promise<void> {
  for (const [traceId, contents] of expectedRecords(batch)) {
    const records = await store.source.trace(traceId as never);
    expect(storedContent(records).sort()).toEqual([...contents].sort());
  }
}

export function describeRecords(open: OpenStore): void {
  const stores = openedStores(open);

  describe('keeping spans', () => {
    it.each([
      ['spans as services send them', realisticRequest({ spans: 200 })],
      ['descending fields, unknown fields, split frames', oddRequest()],
      [
        'empty frames',
        buildRequest({
          resources: [
            { absent: true, scopes: [{ absent: true, spans: [{ name: 'bare' }] }] },
            { service: 'other', scopes: [{ spans: [{ parent: 0 }] }, { spans: [{ parent: 0 }] }] },
          ],
        }),
      ],
    ])('gives back the very bytes: %s', async (_, request) => {
      const store = await stores.open();
      await new Sender(store.writer).send(request);
      await expectHeld(store, scannedBatch(request));
    });

    it('tells its records apart from what is in memory alone, with their arrivals', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer, 5_000_000_000);
      await sender.sendSpec({ spans: [{ traceId: ODD_TRACE }, {}, {}] });
      const records = await store.source.trace(ODD_TRACE as never);
      expect(records.map((record) => record.origin)).toEqual(['stored', 'stored', 'stored']);
      expect(records.map((record) => record.arrival).sort()).toEqual([
        5_000_000_000, 5_000_000_001, 5_000_000_002,
      ]);
    });

    it('knows nothing of a trace that it never got', async () => {
      const store = await stores.open();
      await new Sender(store.writer).sendSpec({ spans: [{}] });
      expect(await store.source.trace(traceIdOf(7))).toEqual([]);
      expect(await readerOf(store).trace(traceIdOf(7))).toBeUndefined();
    });

    it('adds nothing on a resend', async () => {
      const store = await stores.open();
      const request = realisticRequest({ spans: 64 });
      const sender = new Sender(store.writer);
      await sender.send(request);
      const before = await store.storage();
      await sender.send(request);
      await expectHeld(store, scannedBatch(request));
      expect((await store.storage()).spans).toBe(before.spans);
      const log = await store.log.read(await store.log.oldest(), 64 * 1024 * 1024);
      expect(log?.spanCount).toBe(64);
    });

    it('keeps both of two different spans under one identity; a reader shows the later', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      const span = { traceId: ODD_TRACE, spanId: '12'.repeat(8) };
      await sender.sendSpec({ spans: [{ ...span, name: 'first' }] });
      await sender.sendSpec({ spans: [{ ...span, name: 'second' }] });
      expect(await store.source.trace(ODD_TRACE as never)).toHaveLength(2);
      const trace = await readerOf(store).trace(ODD_TRACE as never);
      expect(trace?.records).toHaveLength(1);
      expect(trace?.records[0]).toMatchObject({ arrival: 2, duplicateDiffers: true });
    });

    it('keeps a server span beside the client span whose id it shares', async () => {
      const store = await stores.open();
      const span = { traceId: ODD_TRACE, spanId: '12'.repeat(8) };
      await new Sender(store.writer).sendSpec({
        spans: [
          { ...span, kind: 'client' },
          { ...span, kind: 'server' },
        ],
      });
      const trace = await readerOf(store).trace(ODD_TRACE as never);
      expect(trace?.records).toHaveLength(2);
      expect(trace?.records.some((record) => record.duplicateDiffers)).toBe(false);
    });

    it('takes writes that overlap', async () => {
      const store = await stores.open();
      const batches = Array.from({ length: 24 }, (_, i) =>
        scannedBatch(realisticRequest({ spans: 40, seed: i + 1 }), { arrivalFirst: 1 + i * 40 }),
      );
      const results = await Promise.all(batches.map((batch) => store.writer.write(batch)));
      expect(results.every((result) => result.status === 'durable')).toBe(true);
      for (const batch of batches) await expectHeld(store, batch);
      expect((await store.storage()).spans).toBe(24 * 40);
    });

    it('has read the batch when `write` returns', async () => {
      const store = await stores.open();
      const request = realisticRequest({ spans: 32 });
      const batch = scannedBatch(request.slice());
      const written = store.writer.write(batch);
      batch.bytes.fill(0xff);
      batch.rows.fill(0xffffffff);
      await written;
      await expectHeld(store, scannedBatch(request));
    });

    it('does not store what is not kept', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      await sender.sendSpec({ spans: [{ traceId: ODD_TRACE }] }, 0);
      expect(await store.source.trace(ODD_TRACE as never)).toEqual([]);
      expect((await store.storage()).spans).toBe(0);
      expect(await store.log.read(await store.log.oldest(), 1024 * 1024)).toBeUndefined();
    });

    it('stores a span that is promoted after it was not kept', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      const request = buildRequest({ spans: [{ traceId: ODD_TRACE }] });
      await sender.send(request, 0);
      await sender.send(request, BITS.kept | BITS.promoted | BITS.counted);
      await expectHeld(store, scannedBatch(request));
    });

    it('reports what it holds', async () => {
      const store = await stores.open();
      expect(await store.storage()).toMatchObject({ spans: 0, oldest: undefined });
      await new Sender(store.writer).send(realisticRequest({ spans: 300 }));
      const report = await store.storage();
      expect(report.spans).toBe(300);
      expect(report.bytes).toBeGreaterThan(0);
      expect(report.oldest).toBeTypeOf('bigint');
      expect(report.newest! >= report.oldest!).toBe(true);
    });

    it('names services and their operations', async () => {
      const store = await stores.open();
      await new Sender(store.writer).sendSpec({
        resources: [
          { service: 'shop', spans: [{ name: 'GET /' }, { name: 'GET /' }, { name: 'pay' }] },
          { service: 'mail', spans: [{ name: 'send', kind: 'server' }] },
          { spans: [{ name: 'nobody' }] },
          { service: '', spans: [{ name: 'empty' }] },
        ],
      });
      const reader = readerOf(store);
      expect(await reader.services()).toEqual(['mail', 'shop', 'unknown_service']);
      expect(await reader.operations('shop')).toEqual([
        { name: 'GET /', kind: 'Function' },
        { name: 'pay', kind: 'Function' },
      ]);
      expect(await reader.operations('mail')).toEqual([{ name: 'send', kind: 'AsyncTask' }]);
      expect(await reader.operations('unknown_service')).toEqual([
        { name: 'empty', kind: 'Function' },
        { name: 'nobody', kind: 'Function' },
      ]);
      expect(await reader.operations('elsewhere')).toEqual([]);
      const all = await reader.catalogue(new AbortController().signal);
      expect([...all.keys()]).toEqual(await reader.services());
      for (const [service, operations] of all)
        expect(operations).toEqual(await reader.operations(service));
    });
  });

  describe('reading a trace', () => {
    it('has each span once, by arrival, and an outline of them', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      for (let i = 0; i < 5; i++) {
        const spans = [{ traceId: ODD_TRACE }, { parent: 0 }, { parent: 1 }];
        await sender.sendSpec({ seed: i + 1, spans });
      }
      const trace = await readerOf(store).trace(ODD_TRACE as never);
      expect(trace?.spanCount).toBe(15);
      expect(trace?.records.map((record) => record.arrival)).toEqual(
        Array.from({ length: 15 }, (_, i) => i + 1),
      );
      const { outline } = trace!;
      expect([...outline.record].sort((a, b) => a - b)).toEqual([...Array(15).keys()]);
      expect([...outline.depth].sort().join('')).toBe('000001111122222');
    });
  });

  it('answers the same however the spans were batched', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 1_000 }),
        async (sizes, seed) => {
          const traces = sizes.map((spans, i) => realisticRequest({ spans, seed: seed + i }));
          const forward = await stores.open();
          const backward = await stores.open();
          const sender = new Sender(forward.writer);
          for (const request of traces) await sender.send(request);
          const other = new Sender(backward.writer);
          for (const request of [...traces].reverse()) await other.send(request);
          for (const request of traces) {
            await expectHeld(forward, scannedBatch(request));
            await expectHeld(backward, scannedBatch(request));
          }
          const found = await allPages(readerOf(forward), { limit: 3 });
          const alike = await allPages(readerOf(backward), { limit: 3 });
          expect(alike.flat().sort()).toEqual(found.flat().sort());
          await forward.close();
          await backward.close();
        },
      ),
      { numRuns: 6 },
    );
  });

  it('finds everything again after it was closed and opened', async (context) => {
    const store = await stores.open();
    if (!store.reopen) context.skip('nothing survives in this store');
    const request = realisticRequest({ spans: 500 });
    await new Sender(store.writer).send(request);
    await new Sender(store.writer, 501).send(oddRequest());
    const report = await store.storage();
    const reader = readerOf(store);
    const searched = await reader.search({ limit: 100 }, NEVER_ABORTED);
    const again = await stores.reopen(store);
    await expectHeld(again, scannedBatch(request));
    await expectHeld(again, scannedBatch(oddRequest()));
    expect((await again.storage()).spans).toBe(report.spans);
    const found = await readerOf(again).search({ limit: 100 }, NEVER_ABORTED);
    expect(found.items).toEqual(searched.items);
    expect(await readerOf(again).services()).toEqual(['odd', 'shop']);
  });
}
