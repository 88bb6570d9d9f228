import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { SpanScanner } from '../../../src/otlp/scan-traces.ts';
import { BenchRequests, type Form } from '../../bench/load/bench-requests.ts';
import { spanKey } from '../../bench/load/shop-request.ts';
import { spanIdHex, traceIdHex, userName } from '../../bench/load/slots.ts';
import { oracle } from '../../support/otlp-proto.ts';

const NOW = 1_767_323_045_123_456_789n;
const SEED = 7;
/** Between two requests. */
const STEP = 1_234_567n;

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events?: readonly { readonly name: string }[];
  readonly links?: readonly object[];
  readonly status?: { readonly code?: number | string };
}

interface Decoded {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans?: readonly Span[] }[];
  }[];
}

/** A request read by somebody else's decoder, ids as hexadecimal. */
function decoded(bytes: Buffer, form: Form): Decoded {
  if (form === 'json') return JSON.parse(bytes.toString());
  const message = oracle.tracesData.decode(bytes);
  const asText = (_key: string, value: unknown) =>
    value !== null && typeof value === 'object' && 'type' in value && value.type === 'Buffer'
      ? Buffer.from((value as unknown as { data: number[] }).data).toString('hex')
      : value;
  return JSON.parse(
    JSON.stringify(oracle.tracesData.toObject(message, { longs: String, bytes: Buffer }), asText),
  );
}

const spansOf = ({ resourceSpans }: Decoded) =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans ?? []));

function requests(spans: number, count: number, form: Form = 'protobuf'): Buffer[] {
  const source = new BenchRequests(spans, SEED, form);
  return Array.from({ length: count }, (_, n) =>
    Buffer.from(source.request(n, NOW + BigInt(n) * STEP)),
  );
}

const mean = (sizes: readonly number[]) => sizes.reduce((sum, one) => sum + one, 0) / sizes.length;

/** Measured on requests of the generator that the targets were set by. */
describe.each([
  { spans: 512, count: 16, bytes: 509, zstd: 55.8 },
  { spans: 10, count: 512, bytes: 611, zstd: 56.6 },
])('$spans spans a request', ({ spans, count, bytes, zstd }) => {
  const sent = requests(spans, count);

  test('are as large as those of the reference generator', () => {
    expect(mean(sent.map(({ length }) => length / spans)) / bytes).toBeCloseTo(1, 2);
  });

  test('compress as those do, in blocks of 512 spans', () => {
    const a = Math.ceil(512 / spans);
    const blocks = Array.from({ length: Math.floor(count / a) }, (_, i) =>
      Buffer.concat(sent.slice(i * a, (i + 1) * a)),
    );
    const params = { [constants.ZSTD_c_compressionLevel]: 1 };
    const size = mean(blocks.map((block) => zstdCompressSync(block, { params }).length));
    expect(Math.abs(size / (a * spans) / zstd - 1)).toBeLessThan(0.04);
  });

  test('are read by the scanner, whole', () => {
    const scanner = new SpanScanner();
    scanner.scan(sent[0]!);
    expect(scanner.count).toBe(spans);
  });
});

test('no two spans share an id, and traces have eight', () => {
  const spans = requests(512, 40).flatMap((bytes) => spansOf(decoded(bytes, 'protobuf')));
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(40 * 512);
  const traces = Map.groupBy(spans, ({ traceId }) => traceId);
  expect(new Set([...traces.values()].map(({ length }) => length))).toEqual(new Set([8]));
  const seeds = [1, 2].map((seed) => new BenchRequests(10, seed).request(0, NOW).toString('hex'));
  expect(seeds[0]).not.toBe(seeds[1]);
});

describe.each(['protobuf', 'json'] as const)('as %s', (form) => {
  const [, request] = requests(512, 2, form);
  const read = decoded(request!, form);
  const spans = spansOf(read);

  test('have the attributes, errors, events and links that services send', () => {
    expect(spans).toHaveLength(512);
    for (const { resource } of read.resourceSpans) expect(resource.attributes).toHaveLength(14);
    expect(new Set(spans.map(({ attributes }) => attributes.length))).toEqual(new Set([10, 11]));
    const failed = spans.filter(({ status }) => status?.code !== undefined);
    expect(failed).toHaveLength(21);
    for (const { events } of failed) expect(events![0]!.name).toBe('exception');
    const others = spans.filter(({ events }) => events?.[0]?.name === 'cache.miss');
    expect(others.length / 512).toBeCloseTo(0.1, 1);
    expect(spans.filter(({ links }) => (links?.length ?? 0) > 0)).toHaveLength(16);
  });

  test('have parents in their own trace, and times like a service’s', () => {
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const children = spans.filter(({ parentSpanId }) => parentSpanId);
    expect(children).toHaveLength(448);
    for (const { parentSpanId, traceId } of children)
      expect(byId.get(parentSpanId!)?.traceId).toBe(traceId);
    for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
      const [start, end] = [BigInt(startTimeUnixNano), BigInt(endTimeUnixNano)];
      expect(start).toBeGreaterThanOrEqual(NOW + STEP - 20_000_000n);
      expect(end - start).toBeGreaterThanOrEqual(1_000_000n);
      expect(end - start).toBeLessThan(10_000_000n);
      expect(end).toBeLessThan(NOW + STEP);
    }
  });

  test('have the ids and values that follow from seed, request and index', () => {
    const root = spans.find(({ spanId }) => spanId === spanIdHex(SEED, 1, 24))!;
    expect(root.traceId).toBe(traceIdHex(SEED, 1, 3));
    expect(root.name).toBe(spanKey(1, 24, 512).operation);
    const user = root.attributes.find(({ key }) => key === 'user.id')!;
    expect(user.value).toEqual({ stringValue: userName(SEED, 1, 3) });
  });
});
