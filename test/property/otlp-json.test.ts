import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeJsonLines, encodeJsonLines } from '../../src/otlp/json/json-lines.ts';
import { jsonToProtobuf } from '../../src/otlp/json/json-to-protobuf.ts';
import { TRACES_DATA } from '../../src/otlp/json/otlp-schema.ts';
import { tracesToJson } from '../../src/otlp/json/protobuf-to-json.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { framedSpans } from '../support/framed-spans.ts';
import {
  damagedRequest,
  deepRequest,
  oddRequest,
  validRequest,
} from '../support/otlp-arbitrary.ts';
import { oracle } from '../support/otlp-proto.ts';
import { runs } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** Scopes and resources by what they hold, empty ones included. */
function layout(scanner: SpanScanner): unknown {
  return {
    resources: scanner.resourceCount,
    scopes: scanner.scopeCount,
    spans: framedSpans(scanner),
  };
}

function expectFaithful(request: Uint8Array): void {
  const before = new SpanScanner();
  if (before.scan(request).status !== 'ok') return;
  const lines = encodeJsonLines(request);
  for (const line of Buffer.from(lines).toString().split('\n')) if (line !== '') JSON.parse(line);
  const back = decodeJsonLines(lines);
  const after = new SpanScanner();
  expect(after.scan(back).status).toBe('ok');
  expect(layout(after)).toEqual(layout(before));
  // Spans and frames that the scanner leaves out come back too.
  expect(encodeJsonLines(back)).toEqual(lines);
}

test('JSON lines give back every span, frame and grouping, whatever the wire held', () => {
  const request = fc.oneof(validRequest, oddRequest, damagedRequest, deepRequest);
  fc.assert(fc.property(request, expectFaithful), { numRuns: runs(500) });
});

/** The message in protobufjs' own words. Invalid UTF-8 cannot be in it, nor NaN's bits. */
function meaning(bytes: Uint8Array): unknown {
  return oracle.tracesData.toObject(oracle.tracesData.decode(bytes), {
    longs: String,
    bytes: String,
  });
}

test('a request means the same after JSON', () => {
  fc.assert(
    fc.property(validRequest, (request) => {
      const outcome = jsonToProtobuf(tracesToJson(request), TRACES_DATA);
      expect(outcome.status).toBe('ok');
      if (outcome.status === 'ok') expect(meaning(outcome.bytes)).toEqual(meaning(request));
    }),
    { numRuns: runs(300) },
  );
});

test('the JSON of any form of a request is that of its plain form', () => {
  fc.assert(
    fc.property(oddRequest, (request) => {
      // Encoding what protobufjs decoded merges what came in parts and drops what is unknown.
      const plain = oracle.tracesData.encode(oracle.tracesData.decode(request)).finish();
      const outcome = jsonToProtobuf(tracesToJson(request), TRACES_DATA);
      expect(outcome.status).toBe('ok');
      if (outcome.status === 'ok') expect(meaning(outcome.bytes)).toEqual(meaning(plain));
    }),
    { numRuns: runs(300) },
  );
});

/** JSON with some characters changed, dropped or doubled. */
const damagedJson = fc
  .tuple(validRequest, fc.integer(), fc.integer({ min: 1, max: 3 }))
  .map(([request, seed, count]) => {
    const random = new SeededRandom(seed);
    let text = Buffer.from(tracesToJson(request)).toString();
    for (let i = 0; i < count; i++) {
      const at = random.below(text.length + 1);
      const rest = text.slice(at + random.below(2));
      text =
        text.slice(0, at) +
        random.pick([
          '',
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '"',
          '\\',
          '0',
          'e',
          '-',
          'null',
          '\u0000',
        ]) +
        rest;
    }
    return text;
  });

test('what is no JSON is refused, and what is accepted can be scanned', () => {
  fc.assert(
    fc.property(fc.oneof(damagedJson, fc.json(), fc.string()), (text) => {
      const outcome = jsonToProtobuf(Buffer.from(text), TRACES_DATA);
      if (outcome.status === 'ok') {
        expect(() => JSON.parse(text.replace(/^\ufeff/, ''))).not.toThrow();
        expect(new SpanScanner().scan(outcome.bytes).status).toBe('ok');
      } else {
        expect(outcome.path).toMatch(/^\$/);
        expect(outcome.position).toBeLessThanOrEqual(Buffer.byteLength(text));
      }
    }),
    { numRuns: runs(1000) },
  );
});

test('objects under keys that nobody knows are passed over, all of JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const text = JSON.stringify({ unknown: value, resourceSpans: [{ other: value }] });
      expect(jsonToProtobuf(Buffer.from(text), TRACES_DATA)).toEqual({
        status: 'ok',
        bytes: Uint8Array.of(10, 0),
      });
    }),
    { numRuns: runs(300) },
  );
});
