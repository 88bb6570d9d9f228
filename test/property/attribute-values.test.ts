/** No attribute value that a search could ask for is missed by the filter over a block's values. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Attribute, scalarText } from '../../src/model/attribute.ts';
import { hashesOfText } from '../../src/otlp/attribute-hash.ts';
import { readResourceFrame } from '../../src/otlp/read-frames.ts';
import { readSpan } from '../../src/otlp/read-span.ts';
import { SCAN_LIMITS } from '../../src/otlp/scan-limits.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { spanBytes } from '../../src/otlp/span-batch.ts';
import { COLUMN, STRIDE } from '../../src/otlp/span-columns.ts';
import { ValueCollector } from '../../src/otlp/value-collector.ts';
import { framesOf } from '../../src/store/lmdb/block.ts';
import { mayHoldValue, ValueFilterBuilder } from '../../src/store/lmdb/value-filter.ts';
import { oddRequest, validRequest } from '../support/otlp-arbitrary.ts';
import { buildRequest } from '../support/otlp-request.ts';
import { runs } from '../support/property-runs.ts';

const scanner = new SpanScanner(SCAN_LIMITS, new ValueCollector());
const builder = new ValueFilterBuilder();

/** Of the spans and their resources, as a search reads them. */
function attributesOf(row: number): readonly Attribute[] {
  const frames = framesOf(scanner, scanner.rows[row * STRIDE + COLUMN.scope]!);
  return [
    ...readSpan(spanBytes(scanner, row)).attributes,
    ...readResourceFrame(frames.resource).attributes,
  ];
}

describe('values gathered by the scanner', () => {
  test('are all in the filter, unless it says that it does not know', () => {
    fc.assert(
      fc.property(fc.oneof(validRequest, oddRequest), (request) => {
        if (scanner.scan(request).status !== 'ok' || scanner.values === undefined) return;
        const filter = builder.build(scanner.values);
        for (let row = 0; row < scanner.count; row++)
          for (const { key, value } of attributesOf(row)) {
            const text = scalarText(value);
            if (text !== undefined)
              expect(mayHoldValue(filter, hashesOfText(key, text)), `${key}=${text}`).toBe(true);
          }
      }),
      { numRuns: runs(500) },
    );
  });

  test('are known of ordinary requests, lists and long texts among them', () => {
    const long = 'x'.repeat(5_000);
    scanner.scan(
      buildRequest({
        seed: 1,
        spans: [
          { name: 'a', attributes: { text: long, list: ['a', 'b'], n: -5, r: 0.5, yes: true } },
        ],
      }),
    );
    const filter = builder.build(scanner.values!);
    const asked: [string, string][] = [
      ['text', long],
      ['n', '-5'],
      ['r', '0.5'],
      ['yes', 'true'],
    ];
    for (const [key, text] of asked)
      expect(mayHoldValue(filter, hashesOfText(key, text)), key).toBe(true);
  });

  test('let a filter rule out nearly everything that is not there', () => {
    const values = Uint32Array.from(
      { length: 4_000 },
      (_, i) => hashesOfText('user', `u-${i % 2_000}`)[0]!,
    );
    const filter = builder.build(values);
    expect(filter.length).toBe(2_000);
    let wrong = 0;
    for (let i = 0; i < 10_000; i++)
      if (mayHoldValue(filter, hashesOfText('user', `nobody-${i}`))) wrong++;
    expect(wrong).toBeLessThan(400);
  });
});
