import { describe, expect, test } from 'vitest';
import { oracle } from '../../support/otlp-proto.ts';
import { buildRequest, fillRequest, realisticRequest } from '../../support/otlp-request.ts';

interface DecodedTraces {
  resourceSpans: {
    resource: unknown;
    schemaUrl?: string;
    scopeSpans: { scope: unknown; spans: Record<string, unknown>[] }[];
  }[];
}

function decode(bytes: Uint8Array): DecodedTraces {
  return oracle.tracesData.toObject(oracle.tracesData.decode(bytes), {
    longs: String,
    bytes: String,
  }) as DecodedTraces;
}

describe('the request builder', () => {
  test('gives requests that protobufjs decodes from proto/', () => {
    const bytes = buildRequest({
      service: 'shop',
      spans: [
        { name: 'GET /', kind: 'server', attributes: { 'http.route': '/', tags: ['a', 1, null] } },
        { name: 'query', parent: 0, status: 'error', events: [{ name: 'exception', atMs: 2 }] },
      ],
    });
    const [resourceSpans] = decode(bytes).resourceSpans;
    const [root, child] = resourceSpans!.scopeSpans[0]!.spans;
    expect(root).toMatchObject({ name: 'GET /', kind: 2 });
    expect(root!['attributes']).toEqual([
      { key: 'http.route', value: { stringValue: '/' } },
      {
        key: 'tags',
        value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }, {}] } },
      },
    ]);
    expect(child).toMatchObject({
      parentSpanId: root!['spanId'],
      traceId: root!['traceId'],
      status: { code: 2 },
      events: [{ name: 'exception', timeUnixNano: '1767323045003000000' }],
    });
  });

  test('chooses the same ids for the same seed', () => {
    const spec = { spans: [{}, {}], seed: 7 };
    expect(fillRequest(spec)).toEqual(fillRequest(spec));
    expect(fillRequest({ ...spec, seed: 8 }).spans[0]!.spanId).not.toBe(
      fillRequest(spec).spans[0]!.spanId,
    );
  });

  test('gives many spans of traces of eight', () => {
    const bytes = realisticRequest({ spans: 64, seed: 3 });
    const spans = decode(bytes).resourceSpans[0]!.scopeSpans[0]!.spans;
    expect(spans).toHaveLength(64);
    expect(new Set(spans.map((span) => span['traceId'])).size).toBe(8);
    expect(new Set(spans.map((span) => span['spanId'])).size).toBe(64);
  });
});
