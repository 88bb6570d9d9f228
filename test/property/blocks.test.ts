/**
 * Whatever the scanner accepts comes out of a block as it went in: spans and frames to the byte, in order, only
 * those that are kept, in either encoding, however requests were gathered.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { type SpanBatch, wideColumn } from '../../src/otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../src/otlp/span-columns.ts';
import { holdsHash, traceHash } from '../../src/store/columns/trace-hash.ts';
import { batchOfBody, bodyColumns, describeBlock, keptTraces } from '../../src/store/lmdb/block.ts';
import { BodyEncoder, decodeBody } from '../../src/store/lmdb/body-format.ts';
import { decodeHead, encodeHead } from '../../src/store/lmdb/head-format.ts';
import { Slab } from '../../src/store/lmdb/slab.ts';
import { framedSpans } from '../support/framed-spans.ts';
import { oddRequest, validRequest } from '../support/otlp-arbitrary.ts';
import { runs } from '../support/property-runs.ts';

const requests = fc.array(fc.oneof(validRequest, oddRequest), { minLength: 1, maxLength: 4 });

/** Requests gathered in one slab, every `keepEvery`-th row kept. */
function gathered(list: readonly Uint8Array[], keepEvery: number): SpanBatch | undefined {
  const slab = new Slab();
  let arrival = 1_000;
  for (const request of list) {
    const scanner = new SpanScanner();
    if (scanner.scan(request).status !== 'ok') continue;
    for (let row = 0; row < scanner.count; row++) {
      const at = row * STRIDE;
      const kept = (slab.count + row) % keepEvery === 0;
      scanner.rows[at + COLUMN.bits] = scanner.rows[at + COLUMN.bits]! | (kept ? BITS.kept : 0);
      scanner.rows[at + COLUMN.arrival] = arrival;
      arrival += kept ? 1 : 3;
    }
    slab.append(scanner);
  }
  return slab.count === 0 ? undefined : slab;
}

function keptRows(batch: SpanBatch): number[] {
  return Array.from({ length: batch.count }, (_, row) => row).filter(
    (row) => (batch.rows[row * STRIDE + COLUMN.bits]! & BITS.kept) !== 0,
  );
}

describe.each(['otlp', 'json'] as const)('a block of %s', (encoding) => {
  const encoder = new BodyEncoder(encoding);

  test('holds what was kept, and its head says so', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 3 }), (list, keepEvery) => {
        const batch = gathered(list, keepEvery);
        const kept = batch && keptTraces(batch);
        if (batch === undefined || kept === undefined) return;
        const rows = keptRows(batch);
        const body = encoder.encode({
          blockNumber: 7,
          writtenAtMs: 1_700_000_000_000,
          ...kept,
          ...bodyColumns(batch, kept.spanCount),
          threshold: 0n,
        });
        const block = batchOfBody(decodeBody(body));
        const before = framedSpans(batch);
        expect(framedSpans(block)).toEqual(rows.map((row) => before[row]));
        const arrivals = (of: SpanBatch, list: readonly number[]) =>
          list.map((row) => wideColumn(of.rows, row, COLUMN.arrival));
        expect(arrivals(block, keptRows(block))).toEqual(arrivals(batch, rows));

        const head = decodeHead(
          encodeHead(
            describeBlock(batch, {
              blockNumber: 7,
              spanCount: kept.spanCount,
              bodyBytes: body.length,
              writtenAtMs: 1_700_000_000_000,
            }),
          ),
        );
        expect(head.spanCount).toBe(rows.length);
        for (const row of rows) {
          expect(holdsHash(head.traceHashes, traceHash(batch.rows, row * STRIDE))).toBe(true);
          const start = wideColumn(batch.rows, row, COLUMN.start);
          expect(Number(head.startMin) <= start && start <= Number(head.startMax)).toBe(true);
        }
      }),
      { numRuns: runs(encoding === 'otlp' ? 300 : 100) },
    );
  });

  test('tells every flipped bit', () => {
    const batch = gathered([fc.sample(validRequest, { numRuns: 1, seed: 5 })[0]!], 1)!;
    const kept = keptTraces(batch)!;
    const content = {
      blockNumber: 0,
      writtenAtMs: 1,
      ...kept,
      ...bodyColumns(batch, kept.spanCount),
      threshold: 0n,
    };
    const body = new BodyEncoder(encoding).encode(content);
    const head = encodeHead(
      describeBlock(batch, { ...content, bodyBytes: body.length, spanCount: kept.spanCount }),
    );
    for (const [bytes, decode] of [[body, decodeBody] as const, [head, decodeHead] as const])
      for (let bit = 0; bit < bytes.length * 8; bit += 3) {
        const damaged = Buffer.from(bytes);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => decode(damaged), `bit ${bit}`).toThrow();
      }
  });
});
