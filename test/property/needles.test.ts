/** A block searched for the bytes that a match must contain gives up the same spans as one that is scanned whole. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scalarText } from '../../src/model/attribute.ts';
import { hitsOf } from '../../src/otlp/byte-hits.ts';
import { readResourceFrame } from '../../src/otlp/read-frames.ts';
import { readSpan } from '../../src/otlp/read-span.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { type SpanBatch, spanBytes, wideColumn } from '../../src/otlp/span-batch.ts';
import { COLUMN, STRIDE } from '../../src/otlp/span-columns.ts';
import { batchOfBody, batchOfHits, framesOf } from '../../src/store/lmdb/block.ts';
import type { BodyContent } from '../../src/store/lmdb/body-format.ts';
import { needleOf } from '../../src/store/lmdb/search-needle.ts';
import { SpanMatcher } from '../../src/store/reading/span-matcher.ts';
import { oddRequest, validRequest } from '../support/otlp-arbitrary.ts';
import { buildRequest } from '../support/otlp-request.ts';
import { runs } from '../support/property-runs.ts';

const passing = new SpanScanner();

/** A block of what a request keeps, with arrival numbers that have gaps. */
function bodyOf(traces: Uint8Array): BodyContent | undefined {
  const scanner = new SpanScanner();
  const outcome = scanner.scan(traces);
  if (outcome.status !== 'ok' || outcome.invalidIds + outcome.overLimit > 0) return undefined;
  const arrivals = Float64Array.from({ length: scanner.count }, (_, row) => 7 + row * 3);
  const flags = new Uint8Array(scanner.count);
  const { count: spanCount } = scanner;
  return { blockNumber: 0, writtenAtMs: 0, traces, spanCount, arrivals, flags, threshold: 0n };
}

interface Asked {
  readonly key: string;
  readonly value: string;
}

/** Every scalar of the spans and their resources. */
function askable(batch: SpanBatch): Asked[] {
  return Array.from({ length: batch.count }, (_, row) => {
    const { resource } = framesOf(batch, batch.rows[row * STRIDE + COLUMN.scope]!);
    return [
      ...readSpan(spanBytes(batch, row)).attributes,
      ...readResourceFrame(resource).attributes,
    ];
  })
    .flat()
    .map(({ key, value }) => ({ key, value: scalarText(value) }))
    .filter((one): one is Asked => one.value !== undefined);
}

function matching(batch: SpanBatch, asked: Asked): number[] {
  const matches = new SpanMatcher({ attributes: [asked] }).over(batch);
  const rows = Array.from({ length: batch.count }, (_, row) => row).filter(matches);
  return rows.map((row) => wideColumn(batch.rows, row, COLUMN.arrival));
}

test('every attribute of a block is found by its needle as it is by a scan', () => {
  fc.assert(
    fc.property(fc.oneof(validRequest, oddRequest), (request) => {
      const body = bodyOf(request);
      if (body === undefined) return;
      const whole = batchOfBody(body);
      for (const asked of askable(whole)) {
        const needle = needleOf({ attributes: [asked] });
        if (needle === undefined) continue;
        const some = batchOfHits(body, needle, passing);
        const found = some === undefined ? [] : some === 'all' ? undefined : matching(some, asked);
        if (found !== undefined)
          expect(found, `${asked.key}=${asked.value}`).toEqual(matching(whole, asked));
      }
    }),
    { numRuns: runs(500) },
  );
});

test('a text is looked for by itself, a number and a switch by their key', () => {
  const needle = (key: string, value: string) =>
    needleOf({ attributes: [{ key, value }] })?.toString();
  expect(needle('user.id', 'u-12')).toBe('u-12');
  for (const value of ['12', '-3', '0.5', '1e+21', 'true', 'NaN', '']) {
    expect(needle('n', value), value).toBe('n');
  }
  expect(needle('n', '\ufffd')).toBeUndefined();
  expect(needleOf({ service: 'shop' })).toBeUndefined();
});

test('spans without the needle are passed over, those with it keep their places', () => {
  const spans = Array.from({ length: 20 }, (_, i) => ({ attributes: { user: `u-${i}-` } }));
  const body = bodyOf(buildRequest({ seed: 3, service: 'corner shop', spans }))!;
  const asked = { key: 'user', value: 'u-7-' };
  const some = batchOfHits(body, Buffer.from('u-7-'), passing);
  expect(some).toMatchObject({ count: 1, passedOver: 19 });
  expect(matching(some as SpanBatch, asked)).toEqual([7 + 7 * 3]);
  expect(batchOfHits(body, Buffer.from('u-99-'), passing)).toBeUndefined();
  // In the resource's frame, and so of every span.
  expect(batchOfHits(body, Buffer.from('corner shop'), passing)).toBe('all');
  expect(hitsOf(Buffer.alloc(5_000), Buffer.of(0))).toBe('many');
});
