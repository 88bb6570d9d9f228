import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidParameter } from '../../../../src/model/errors.ts';
import { ProtobufWriter } from '../../../../src/otlp/wire/protobuf-writer.ts';
import type { SpanFilter } from '../../../../src/store/contracts/trace-query.ts';
import { ATTRIBUTES_MAX, SpanMatcher } from '../../../../src/store/reading/span-matcher.ts';
import { type AttributeSpec, buildRequest } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

function matched(filter: SpanFilter, request: Uint8Array): boolean[] {
  const batch = scannedBatch(request);
  const matches = new SpanMatcher(filter).over(batch);
  return Array.from({ length: batch.count }, (_, row) => matches(row));
}

const key = fc.constantFrom('a', 'b', 'key', 'a.longer.key', '', 'ключ');
const value: fc.Arbitrary<AttributeSpec> = fc.oneof(
  fc.constantFrom('x', 'y', '', '1', 'true', 'z'.repeat(200)),
  fc.integer({ min: -2, max: 2 }),
  fc.boolean(),
  fc.constantFrom(1.5, -0, Number.NaN, 1e300),
  fc.constant(null),
  fc.constant(['x'] as AttributeSpec),
);
const attributes = fc.array(fc.tuple(key, value), { maxLength: 5 });

/** What a query would have to say to mean this value. */
function textOf(given: AttributeSpec | undefined): string | undefined {
  return given === null || typeof given === 'object' || given === undefined
    ? undefined
    : String(given);
}

describe('SpanMatcher', () => {
  it('finds attributes as a plain reading of the description would', () => {
    fc.assert(
      fc.property(
        attributes,
        attributes,
        fc.array(fc.record({ key, value: fc.constantFrom('x', '', '1', 'true', '1.5', '0') }), {
          minLength: 1,
          maxLength: 3,
        }),
        (ofResource, ofSpan, wanted) => {
          const request = buildRequest({ attributes: ofResource, spans: [{ attributes: ofSpan }] });
          const expected = wanted.every((one) => {
            const pair =
              ofSpan.find(([name]) => name === one.key) ??
              ofResource.find(([name]) => name === one.key);
            return textOf(pair?.[1]) === one.value;
          });
          expect(matched({ attributes: wanted }, request)).toEqual([expected]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads attributes in whatever order and length their bytes come', () => {
    const writer = new ProtobufWriter();
    const resource = writer.begin(1);
    const scope = writer.begin(2);
    const span = writer.begin(2);
    writer.view(1, Buffer.alloc(16, 1));
    writer.view(2, Buffer.alloc(8, 1));
    const keyLast = writer.begin(9);
    writer.view(2, Uint8Array.of(0x0a, 1, 0x78));
    writer.string(1, 'late');
    writer.end(keyLast);
    const keyTwice = writer.begin(9);
    writer.string(1, 'overridden');
    writer.view(2, Uint8Array.of(0x0a, 1, 0x78));
    writer.string(1, 'twice');
    writer.end(keyTwice);
    // Field 9 with its tag written in two bytes, and its length too.
    writer.raw(Uint8Array.of(0xca, 0x00, 0x88, 0x00, 0x0a, 1, 0x67, 0x12, 3, 0x0a, 1, 0x78));
    writer.end(span);
    writer.end(scope);
    writer.end(resource);
    const request = writer.finish();
    for (const name of ['late', 'twice', 'g']) {
      expect(matched({ attributes: [{ key: name, value: 'x' }] }, request)).toEqual([true]);
    }
    expect(matched({ attributes: [{ key: 'overridden', value: 'x' }] }, request)).toEqual([false]);
  });

  it('tells resources of one batch apart', () => {
    const request = buildRequest({
      resources: [
        { service: 'a', spans: [{ name: 'x' }] },
        { service: 'ab', spans: [{ name: 'x' }, { name: 'xy' }] },
        { service: 'a', spans: [{ name: 'xy' }] },
      ],
    });
    expect(matched({ service: 'a' }, request)).toEqual([true, false, false, true]);
    expect(matched({ operation: 'x' }, request)).toEqual([true, true, false, false]);
    expect(matched({ service: 'ab', operation: 'xy' }, request)).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('compares starts to the nanosecond, anywhere in 64 bits', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 2n ** 64n - 2n }),
        fc.constantFrom(-1n, 0n, 1n),
        (start, offset) => {
          const request = buildRequest({
            spans: [{ startUnixNano: start, endUnixNano: start + 1n }],
          });
          const bound = start + offset;
          expect(matched({ fromUnixNano: bound }, request)).toEqual([start >= bound]);
          expect(matched({ toUnixNano: bound }, request)).toEqual([start < bound]);
        },
      ),
    );
  });

  it('finds no duration in a span that has none yet', () => {
    const request = buildRequest({ spans: [{ endUnixNano: 0n }] });
    expect(matched({ minDurationNano: 0n }, request)).toEqual([false]);
    expect(matched({ status: 'Running' }, request)).toEqual([true]);
  });

  it('refuses more attributes than it will look for', () => {
    const attributes = Array.from({ length: ATTRIBUTES_MAX + 1 }, (_, i) => ({
      key: `${i}`,
      value: '',
    }));
    expect(() => new SpanMatcher({ attributes })).toThrow(InvalidParameter);
    expect(new SpanMatcher({ attributes: attributes.slice(1) })).toBeInstanceOf(SpanMatcher);
  });
});
