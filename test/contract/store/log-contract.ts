import { describe, expect, it } from 'vitest';
import { readSpan } from '../../../src/otlp/read-span.ts';
import { bigColumn, spanBytes } from '../../../src/otlp/span-batch.ts';
import { BITS, COLUMN } from '../../../src/otlp/span-columns.ts';
import type { LogChunk } from '../../../src/store/contracts/span-log.ts';
import { buildRequest, realisticRequest } from '../../support/otlp-request.ts';
import { scannedBatch } from '../../support/scanned-batch.ts';
import { openedStores } from './opened-stores.ts';
import { ODD_TRACE, oddRequest } from './store-requests.ts';
import { NEVER_ABORTED, type OpenStore, readLog, Sender } from './store-under-test.ts';

const MIB = 1024 * 1024;

/** The spans of chunks, byte for byte, in order. */
function spansOf(chunks: readonly LogChunk[]): string[] {
  return chunks.flatMap(({ request, spanCount }) => {
    const batch = scannedBatch(request);
    expect(batch.count).toBe(spanCount);
    return Array.from({ length: batch.count }, (_, row) =>
      Buffer.from(spanBytes(batch, row)).toString('hex'),
    );
  });
}

function spansOfRequest(request: Uint8Array): string[] {
  const batch = scannedBatch(request);
  return Array.from({ length: batch.count }, (_, row) =>
    Buffer.from(spanBytes(batch, row)).toString('hex'),
  );
}

export function describeLog(open: OpenStore): void {
  const stores = openedStores(open);

  describe('as a log', () => {
    it('gives every span in the order it was written, bytes as they came', async () => {
      const store = await stores.open();
      const requests = [
        realisticRequest({ spans: 300, seed: 1 }),
        oddRequest(),
        realisticRequest({ spans: 50, seed: 2, service: 'mail' }),
      ];
      const sender = new Sender(store.writer);
      for (const request of requests) await sender.send(request);
      const chunks = await readLog(store.log, await store.log.oldest(), 64 * 1024);
      expect(spansOf(chunks)).toEqual(requests.flatMap(spansOfRequest));
      expect(chunks.length).toBeGreaterThan(2);
      expect(chunks.every((chunk) => chunk.request.length <= 64 * 1024)).toBe(true);
      expect(chunks.every((chunk) => chunk.expiredSpans + chunk.damagedSpans === 0)).toBe(true);
    });

    it('has what surrounds a span in its request', async () => {
      const store = await stores.open();
      await new Sender(store.writer).send(oddRequest());
      const chunk = await store.log.read(await store.log.oldest(), MIB);
      const text = Buffer.from(chunk!.request).toString('latin1');
      expect(text).toContain('between the scopes');
      expect(text).toContain('https://example.org/scope');
      expect(text).toContain('second of two');
    });

    it('can be read on from wherever a chunk ended', async () => {
      const store = await stores.open();
      const request = realisticRequest({ spans: 120 });
      await new Sender(store.writer).send(request);
      const chunks = await readLog(store.log, await store.log.oldest(), 4_096);
      const whole = spansOfRequest(request);
      let before = 0;
      for (const chunk of chunks) {
        const rest = await readLog(store.log, chunk.from, MIB);
        expect(spansOf(rest)).toEqual(whole.slice(before));
        before += chunk.spanCount;
      }
    });

    it('gives a span larger than a chunk alone', async () => {
      const store = await stores.open();
      const big = { attributes: { blob: 'x'.repeat(50_000) } };
      await new Sender(store.writer).sendSpec({ spans: [{}, big, {}] });
      const chunks = await readLog(store.log, await store.log.oldest(), 2_000);
      expect(chunks.map((chunk) => chunk.spanCount)).toEqual([1, 1, 1]);
      expect(chunks[1]!.request.length).toBeGreaterThan(50_000);
    });

    it('has its end behind everything, and nothing there', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      await sender.send(realisticRequest({ spans: 20, seed: 1 }));
      const end = await store.log.end();
      expect(await store.log.read(end, MIB)).toBeUndefined();
      const later = realisticRequest({ spans: 20, seed: 2 });
      await sender.send(later);
      expect(spansOf(await readLog(store.log, end, MIB))).toEqual(spansOfRequest(later));
    });

    it('wakes who waits at its end when something comes, or when told to stop', async () => {
      const store = await stores.open();
      const end = await store.log.end();
      const woken = store.log.waitFor(end, NEVER_ABORTED);
      const stop = new AbortController();
      const stopped = store.log.waitFor({ ...end, ordinal: end.ordinal + 1_000 }, stop.signal);
      await new Sender(store.writer).sendSpec({ spans: [{}] });
      await woken;
      stop.abort();
      await stopped;
      await store.log.waitFor(end, NEVER_ABORTED);
      expect((await store.log.read(end, MIB))?.spanCount).toBe(1);
    });

    it('writes our threshold into tracestate where we raised it, and nowhere else', async () => {
      const store = await stores.open();
      const request = buildRequest({
        spans: [{ traceId: ODD_TRACE, traceState: 'vendor=1,ot=rv:f0000000000000;th:4;x:y' }, {}],
      });
      const half = 1n << 55n;
      const sender = new Sender(store.writer);
      await sender.send(request, BITS.kept | BITS.raised, half);
      await sender.sendSpec({ seed: 9, spans: [{ traceState: 'ot=th:4' }] });
      const chunks = await readLog(store.log, await store.log.oldest(), MIB);
      const sent = spansOf(chunks).map((hex) => readSpan(Buffer.from(hex, 'hex')));
      expect(sent.map((span) => span.traceState)).toEqual([
        'ot=th:8;rv:f0000000000000;x:y,vendor=1',
        'ot=th:8',
        'ot=th:4',
      ]);
      // The record itself is as it came.
      const records = await store.source.trace(ODD_TRACE as never);
      expect(records.map((record) => Buffer.from(record.span).toString('hex')).sort()).toEqual(
        spansOfRequest(request).sort(),
      );
    });

    it('carries on behind what was read before it was closed', async (context) => {
      const store = await stores.open();
      if (!store.reopen) context.skip('nothing survives in this store');
      const request = realisticRequest({ spans: 100 });
      await new Sender(store.writer).send(request);
      const chunk = await store.log.read(await store.log.oldest(), 8_192);
      const again = await stores.reopen(store);
      const rest = await readLog(again.log, chunk!.next, MIB);
      expect(spansOf([chunk!, ...rest])).toEqual(spansOfRequest(request));
      const more = realisticRequest({ spans: 10, seed: 3 });
      const end = await again.log.end();
      await new Sender(again.writer, 101).send(more);
      expect(spansOf(await readLog(again.log, end, MIB))).toEqual(spansOfRequest(more));
    });
  });

  it('keeps 64-bit times as they came', async () => {
    const store = await stores.open();
    const start = 18_446_744_073_709_551_000n;
    await new Sender(store.writer).sendSpec({
      spans: [{ startUnixNano: start, endUnixNano: start + 615n }],
    });
    const chunk = await store.log.read(await store.log.oldest(), MIB);
    const batch = scannedBatch(chunk!.request);
    expect(bigColumn(batch.rows, 0, COLUMN.start)).toBe(start);
    expect(bigColumn(batch.rows, 0, COLUMN.end)).toBe(start + 615n);
  });
}
