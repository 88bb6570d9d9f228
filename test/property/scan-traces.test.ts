import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readResourceFrame, readScopeFrame } from '../../src/otlp/read-frames.ts';
import { readSpan } from '../../src/otlp/read-span.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { bigColumn, frameBytes, spanBytes } from '../../src/otlp/span-batch.ts';
import { ABSENT, BITS, COLUMN, RESOURCE, SCOPE, STRIDE } from '../../src/otlp/span-columns.ts';
import { writeTraces } from '../../src/otlp/write-traces.ts';
import { framedSpans } from '../support/framed-spans.ts';
import {
  damagedRequest,
  deepRequest,
  oddRequest,
  validRequest,
} from '../support/otlp-arbitrary.ts';
import { oracle } from '../support/otlp-proto.ts';
import { runs } from '../support/property-runs.ts';

interface DecodedSpan {
  traceId: Uint8Array;
  spanId: Uint8Array;
  parentSpanId: Uint8Array;
  traceState: string;
  name: string;
  kind: number;
  startTimeUnixNano: { low: number; high: number };
  endTimeUnixNano: { low: number; high: number };
  attributes: unknown[];
  events: { name: string }[];
  status: { code: number } | null;
  flags: number;
}

interface DecodedRequest {
  resourceSpans: {
    resource: {
      attributes: { key: string; value: { value?: string; stringValue: string } | null }[];
    } | null;
    schemaUrl: string;
    scopeSpans: { scope: unknown; schemaUrl: string; spans: DecodedSpan[] }[];
  }[];
}

/** Undefined where protobufjs refuses the bytes. */
function decoded(bytes: Uint8Array): DecodedRequest | undefined {
  try {
    return oracle.tracesData.decode(bytes) as unknown as DecodedRequest;
  } catch {
    return undefined;
  }
}

function hasGoodIds(span: DecodedSpan): boolean {
  const { traceId, spanId, parentSpanId } = span;
  return (
    traceId.length === 16 &&
    traceId.some((byte) => byte !== 0) &&
    spanId.length === 8 &&
    spanId.some((byte) => byte !== 0) &&
    (parentSpanId.length === 0 || parentSpanId.length === 8)
  );
}

/** Big-endian words; zeros for the empty id. */
function words(id: Uint8Array, count: number): number[] {
  const view = Buffer.alloc(count * 4);
  view.set(id);
  return Array.from({ length: count }, (_, index) => view.readUInt32BE(index * 4));
}

function long({ low, high }: { low: number; high: number }): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

function at(scanner: SpanScanner, row: number, column: number): number {
  return scanner.rows[row * STRIDE + column]!;
}

/** Holds a string column against the decoded string, where the bytes are UTF-8. */
function expectText(scanner: SpanScanner, offset: number, length: number, text: string): void {
  const view = scanner.bytes.subarray(offset, offset + length);
  if (isUtf8(view)) expect(Buffer.from(view).toString()).toBe(text);
}

function expectRow(scanner: SpanScanner, row: number, span: DecodedSpan): void {
  const from = row * STRIDE;
  expect([...scanner.rows.subarray(from, from + 8)]).toEqual([
    ...words(span.traceId, 4),
    ...words(span.spanId, 2),
    ...words(span.parentSpanId, 2),
  ]);
  expect(bigColumn(scanner.rows, row, COLUMN.start)).toBe(long(span.startTimeUnixNano));
  expect(bigColumn(scanner.rows, row, COLUMN.end)).toBe(long(span.endTimeUnixNano));
  expect(at(scanner, row, COLUMN.flags)).toBe(span.flags);
  expect(at(scanner, row, COLUMN.attributeCount)).toBe(span.attributes.length);
  const bits = at(scanner, row, COLUMN.bits);
  expect(bits & BITS.otelKindMask).toBe(Math.min(span.kind >>> 0, 255));
  const code = (span.status?.code ?? 0) >>> 0;
  expect((bits & BITS.statusMask) >>> BITS.statusShift).toBe(Math.min(code, 255));
  const threw = span.events.some((event) => event.name === 'exception');
  expect((bits & BITS.exception) !== 0).toBe(threw);
  expectText(
    scanner,
    at(scanner, row, COLUMN.nameOffset),
    at(scanner, row, COLUMN.nameLength),
    span.name,
  );
  expectText(
    scanner,
    at(scanner, row, COLUMN.traceStateOffset),
    at(scanner, row, COLUMN.traceStateLength),
    span.traceState,
  );
  const own = spanBytes(scanner, row);
  expect(plain(oracle.span.decode(own))).toEqual(plain(span));
  expect(readSpan(own)).toMatchObject({
    traceId: Buffer.from(span.traceId).toString('hex'),
    kind: span.kind,
    startUnixNano: long(span.startTimeUnixNano),
    statusCode: span.status?.code ?? 0,
    flags: span.flags,
  });
}

function plain(message: unknown): unknown {
  return JSON.parse(JSON.stringify(message));
}

function expectResource(
  scanner: SpanScanner,
  index: number,
  resourceSpans: DecodedRequest['resourceSpans'][number],
): void {
  const words = scanner.resources.subarray(index * RESOURCE.stride);
  const service = resourceSpans.resource?.attributes.find(
    ({ key, value }) => key === 'service.name' && value?.value === 'stringValue',
  );
  if (!service?.value?.stringValue) expect(words[RESOURCE.serviceOffset]).toBe(ABSENT);
  else {
    expect(words[RESOURCE.serviceOffset]).not.toBe(ABSENT);
    const offset = words[RESOURCE.serviceOffset]!;
    expectText(scanner, offset, words[RESOURCE.serviceLength]!, service.value.stringValue);
  }
  const frame = frameBytes(scanner, words[RESOURCE.segmentFirst]!, words[RESOURCE.segmentCount]!);
  const { scopeSpans: _scopes, ...rest } = plain(resourceSpans) as Record<string, unknown>;
  expect(plain(oracle.resourceSpans.decode(frame))).toEqual(rest);
  expect(readResourceFrame(frame).attributes).toHaveLength(
    resourceSpans.resource?.attributes.length ?? 0,
  );
}

function expectAgreement(request: Uint8Array): void {
  const scanner = new SpanScanner();
  const outcome = scanner.scan(request);
  const expected = decoded(request);
  expect(outcome.status).toBe(expected ? 'ok' : 'malformed');
  if (!expected || outcome.status !== 'ok') return;
  const all = expected.resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  );
  const good = all.filter(hasGoodIds);
  expect(scanner.count).toBe(good.length);
  expect(outcome).toMatchObject({ invalidIds: all.length - good.length, overLimit: 0 });
  for (const [row, span] of good.entries()) expectRow(scanner, row, span);
  expect(scanner.resourceCount).toBe(expected.resourceSpans.length);
  for (const [index, item] of expected.resourceSpans.entries())
    expectResource(scanner, index, item);
  const scopes = expected.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans);
  expect(scanner.scopeCount).toBe(scopes.length);
  for (const [index, scopeSpans] of scopes.entries()) {
    const from = index * SCOPE.stride;
    const frame = frameBytes(
      scanner,
      scanner.scopes[from + SCOPE.segmentFirst]!,
      scanner.scopes[from + SCOPE.segmentCount]!,
    );
    const { spans: _spans, ...rest } = plain(scopeSpans) as Record<string, unknown>;
    expect(plain(oracle.scopeSpans.decode(frame))).toEqual(rest);
    readScopeFrame(frame);
  }
}

test('the scanner sees in a valid request what protobufjs sees', () => {
  fc.assert(fc.property(validRequest, expectAgreement), { numRuns: runs(300) });
});

test('the scanner sees in any form of a request what protobufjs sees', () => {
  fc.assert(fc.property(oddRequest, expectAgreement), { numRuns: runs(600) });
});

test('the scanner accepts and refuses damaged requests as protobufjs does', () => {
  fc.assert(fc.property(damagedRequest, expectAgreement), { numRuns: runs(1500) });
});

test('nesting ends for the scanner where it ends for protobufjs', () => {
  fc.assert(fc.property(deepRequest, expectAgreement), { numRuns: runs(400) });
});

test('arbitrary bytes are told apart as protobufjs does', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), expectAgreement), {
    numRuns: runs(1000),
  });
});

test('envelopes are rebuilt around the same bytes', () => {
  fc.assert(
    fc.property(oddRequest, (request) => {
      const scanner = new SpanScanner();
      scanner.scan(request);
      const spans = framedSpans(scanner);
      const again = new SpanScanner();
      expect(again.scan(writeTraces(spans))).toEqual({ status: 'ok', invalidIds: 0, overLimit: 0 });
      expect(framedSpans(again)).toEqual(spans);
    }),
    { numRuns: runs(200) },
  );
});
