/**
 * The encoder of the processor writes the rows of its requests itself; they must be what the scanner finds
 * in the same bytes. And what it writes from memory must be what is written without one.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_SCAN_LIMITS } from '../../src/otlp/scan-limits.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { type SpanBatch, spanBytes } from '../../src/otlp/span-batch.ts';
import { RESOURCE, SCOPE, STRIDE } from '../../src/otlp/span-columns.ts';
import { ProtobufWriter } from '../../src/otlp/wire/protobuf-writer.ts';
import { type SdkSpan, writeSdkSpan } from '../../src/otlp/write-sdk-span.ts';
import { EndedSpans } from '../../src/sdk/ended-spans.ts';
import { RequestEncoder } from '../../src/sdk/request-encoder.ts';
import { SpanFrames } from '../../src/sdk/span-frames.ts';
import { runs } from '../support/property-runs.ts';

const keys = fc.constantFrom(
  'http.route',
  'server.port',
  'synton.kind',
  'synton.async',
  'db.system',
  'db.statement',
  'gen_ai.operation.name',
  'openinference.span.kind',
  'traceloop.span.kind',
  'grüße',
  '',
  'k'.repeat(64),
  'k'.repeat(65),
  'k'.repeat(300),
);
const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>('', 'GET', 'chat', 'LLM', 'agent', 'Function', 'ExternalCall', 'größe'),
  fc.constantFrom<unknown>('v'.repeat(48), 'v'.repeat(49), 'ä'.repeat(48), 'v'.repeat(70_000)),
  fc.constantFrom<unknown>(0, -0, 1, 200, -7, 2 ** 53, 2 ** 62, 0.5, Number.NaN, -(2 ** 63)),
  fc.constantFrom<unknown>(true, false, null, undefined, 7n, 2n ** 70n),
  fc.constantFrom<unknown>(['chat'], [1, [2]], { a: { b: 'c' } }, Uint8Array.of(1, 2)),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.double(),
  fc.integer(),
);
const attributes = fc
  .array(fc.tuple(keys, values), { maxLength: 8 })
  .map((pairs) => Object.fromEntries(pairs));
const names = fc.constantFrom(
  '',
  'GET /',
  'llm_call',
  'claude_code.llm_request',
  'näme',
  'exception',
);
const ids = (bytes: number) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom('ab'.repeat(bytes), 'Cd'.repeat(bytes)) },
    { weight: 30, arbitrary: fc.stringMatching(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)) },
    { weight: 1, arbitrary: fc.constantFrom('00'.repeat(bytes), 'ab', '', 'ab'.repeat(70), 'abc') },
  );
const traceStates = fc.constantFrom(undefined, '', 'ot=th:8', `a=${'b'.repeat(200)}`);
const contexts = fc
  .record({
    traceId: ids(16),
    spanId: ids(8),
    traceFlags: fc.constantFrom(0, 1, 3),
    isRemote: fc.constantFrom(undefined, true, false),
    state: traceStates,
  })
  .map(({ state, ...context }) => ({
    ...context,
    ...(state !== undefined && { traceState: { serialize: () => state } }),
  }));
const times = fc.constantFrom<readonly [number, number]>(
  [0, 0],
  [-1, 0],
  [1_767_323_045, 123_456_789],
  [1_767_323_045, 999_999_999.5],
  [18_446_744_073, 709_551_615],
);
const counts = fc.constantFrom(0, 0, 3);
const resources = [
  { attributes: { 'service.name': 'shop' } },
  { attributes: { pid: 1, 'service.name': '' }, schemaUrl: 'https://example.org' },
  { attributes: {} },
  { attributes: { note: 'x'.repeat(600_000) } },
];
const scopes = [{ name: 'http', version: '1' }, { name: '' }];

const spans: fc.Arbitrary<SdkSpan> = fc
  .record({
    context: contexts,
    parentSpanContext: fc.option(contexts, { nil: undefined }),
    name: names,
    kind: fc.constantFrom(0, 1, 2, 3, 4, -1, 400),
    startTime: times,
    endTime: times,
    status: fc.record({ code: fc.constantFrom(0, 1, 2, 300), message: names }),
    attributes,
    events: fc.array(
      fc.record({
        time: times,
        name: fc.constantFrom('exception', 'exceptions', ''),
        attributes: fc.option(attributes, { nil: undefined }),
        droppedAttributesCount: counts,
      }),
      { maxLength: 2 },
    ),
    links: fc.array(fc.record({ context: contexts, attributes }), { maxLength: 2 }),
    resource: fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom(...resources.slice(0, 3)) },
      { weight: 1, arbitrary: fc.constant(resources[3]!) },
    ),
    instrumentationScope: fc.constantFrom(...scopes),
    droppedAttributesCount: counts,
    droppedEventsCount: counts,
    droppedLinksCount: counts,
  })
  .map(({ context, ...span }) => ({ ...span, spanContext: () => context }));

function tables(batch: SpanBatch) {
  let segments = 0;
  for (let at = 0; at < batch.resourceCount * RESOURCE.stride; at += RESOURCE.stride) {
    segments = Math.max(
      segments,
      batch.resources[at + RESOURCE.segmentFirst]! + batch.resources[at + RESOURCE.segmentCount]!,
    );
  }
  return {
    rows: batch.rows.slice(0, batch.count * STRIDE),
    scopes: batch.scopes.slice(0, batch.scopeCount * SCOPE.stride),
    resources: batch.resources.slice(0, batch.resourceCount * RESOURCE.stride),
    segments: batch.segments.slice(0, segments * 2),
  };
}

test('rows that the encoder writes are what the scanner finds', () => {
  const frames = new SpanFrames();
  const encoder = new RequestEncoder(frames);
  let plain = 0;
  fc.assert(
    fc.property(fc.array(spans, { minLength: 1, maxLength: 12 }), (list) => {
      const ended = new EndedSpans(list.length);
      for (const span of list) ended.push(span);
      while (ended.count > 0) {
        const { encoded } = encoder.encode(ended, Number.POSITIVE_INFINITY);
        const scanner = new SpanScanner();
        const outcome = scanner.scan(encoded!.request);
        if (encoded!.batch === undefined) {
          expect(outcome.status === 'ok' && outcome.invalidIds + outcome.overLimit).toBeGreaterThan(
            0,
          );
          continue;
        }
        plain++;
        expect(outcome).toEqual({ status: 'ok', invalidIds: 0, overLimit: 0 });
        expect(tables(encoded!.batch)).toEqual(tables(scanner));
        expect(encoded!.batch.bytes).toBe(encoded!.request);
      }
    }),
    { numRuns: runs(300) },
  );
  expect(plain).toBeGreaterThan(50);
});

test('a span written from memory has the bytes it has without one', () => {
  const encoder = new RequestEncoder(new SpanFrames());
  fc.assert(
    fc.property(fc.array(spans, { minLength: 1, maxLength: 12 }), (list) => {
      // One resource and scope: rows are in the order of the spans. Another request in between changes what is remembered.
      const alike = list.map((span) => ({
        ...span,
        resource: resources[0]!,
        instrumentationScope: scopes[0]!,
      }));
      const ended = new EndedSpans(alike.length);
      for (const span of alike) ended.push(span);
      const scanner = new SpanScanner(NO_SCAN_LIMITS);
      const written = alike.map((span) => {
        const writer = new ProtobufWriter();
        writeSdkSpan(writer, span);
        return Buffer.from(writer.finish()).toString('hex');
      });
      const { request } = encoder.encode(ended, Number.POSITIVE_INFINITY).encoded!;
      const found: string[] = [];
      scanner.scan(request);
      for (let row = 0; row < scanner.count; row++)
        found.push(Buffer.from(spanBytes(scanner, row)).toString('hex'));
      const valid = written.filter((hex) => found.includes(hex));
      expect(found).toEqual(valid);
      const whole = Buffer.from(request).toString('hex');
      for (const hex of written) expect(whole.includes(hex)).toBe(true);
    }),
    { numRuns: runs(300) },
  );
});

test('more keys than are remembered are written all the same', () => {
  const encoder = new RequestEncoder(new SpanFrames());
  const span = fc.sample(spans, 1)[0]!;
  // Each twice: the second must not be led to places that the first has given to other keys.
  for (const from of [0, 0, 700, 700, 1_400, 1_400, 2_100, 2_100]) {
    const wide = {
      ...span,
      attributes: Object.fromEntries(
        Array.from({ length: 1_500 }, (_, i) => [`key-${(from + i) % 3_000}`, `${from}-${i % 7}`]),
      ),
    };
    const ended = new EndedSpans(1);
    ended.push(wide);
    const writer = new ProtobufWriter();
    writeSdkSpan(writer, wide);
    const { request } = encoder.encode(ended, Number.POSITIVE_INFINITY).encoded!;
    expect(Buffer.from(request).includes(Buffer.from(writer.finish()))).toBe(true);
  }
});
