import { expect, test } from 'vitest';
import { jsonToProtobuf } from '../../../../src/otlp/json/json-to-protobuf.ts';
import { TRACES_DATA } from '../../../../src/otlp/json/otlp-schema.ts';
import { resourceSpansLines, tracesToJson } from '../../../../src/otlp/json/protobuf-to-json.ts';
import { ProtobufWriter } from '../../../../src/otlp/wire/protobuf-writer.ts';
import { buildRequest, realisticRequest } from '../../../support/otlp-request.ts';

function parsed(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}

test('a request in the form that the specification gives', () => {
  const request = buildRequest({
    service: 'shop',
    schemaUrl: 'https://example.org/s',
    spans: [
      {
        traceId: '0102030405060708090A0B0C0D0E0F10',
        spanId: '00000000000000FF',
        name: 'say "hi"\n',
        kind: 'client',
        startUnixNano: 1_767_323_045_123_456_789n,
        endUnixNano: 1_767_323_046_000_000_001n,
        attributes: {
          int: 2n ** 62n,
          double: 1.5,
          nan: Number.NaN,
          infinite: Number.NEGATIVE_INFINITY,
          bytes: Uint8Array.of(0xff, 0xef),
          list: ['a', null],
          map: { x: false },
        },
        status: 'error',
        flags: 257,
      },
    ],
  });
  expect(parsed(tracesToJson(request))).toEqual({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [
          {
            scope: { name: 'test' },
            spans: [
              {
                traceId: '0102030405060708090a0b0c0d0e0f10',
                spanId: '00000000000000ff',
                name: 'say "hi"\n',
                kind: 3,
                startTimeUnixNano: '1767323045123456789',
                endTimeUnixNano: '1767323046000000001',
                attributes: [
                  { key: 'int', value: { intValue: '4611686018427387904' } },
                  { key: 'double', value: { doubleValue: 1.5 } },
                  { key: 'nan', value: { doubleValue: 'NaN' } },
                  { key: 'infinite', value: { doubleValue: '-Infinity' } },
                  { key: 'bytes', value: { bytesValue: '/+8=' } },
                  { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, {}] } } },
                  {
                    key: 'map',
                    value: { kvlistValue: { values: [{ key: 'x', value: { boolValue: false } }] } },
                  },
                ],
                status: { code: 2 },
                flags: 257,
              },
            ],
          },
        ],
        schemaUrl: 'https://example.org/s',
      },
    ],
  });
});

test('each ResourceSpans is a line of its own', () => {
  const request = buildRequest({
    resources: [
      { service: 'a', spans: [{}] },
      { service: 'b', spans: [{}, {}] },
    ],
  });
  const lines = [...resourceSpansLines(request)];
  expect(lines.map((line) => Buffer.from(line).includes(10))).toEqual([false, false]);
  expect(lines.map(parsed)).toMatchObject([
    { resourceSpans: [{ scopeSpans: [{ spans: [{}] }] }] },
    { resourceSpans: [{ scopeSpans: [{ spans: [{}, {}] }] }] },
  ]);
});

test('invalid UTF-8 is shown with U+FFFD', () => {
  const request = buildRequest({
    spans: [{ name: '', raw: Uint8Array.of(42, 3, 0x61, 0xff, 0x62) }],
  });
  expect(Buffer.from(tracesToJson(request)).toString()).toContain('"name":"a\ufffdb"');
});

test('what is written is read back byte for byte', () => {
  const request = realisticRequest({ spans: 200 });
  expect(jsonToProtobuf(tracesToJson(request), TRACES_DATA)).toEqual({
    status: 'ok',
    bytes: request,
  });
});

test('fields in any order, twice, and merged at every level cost no more than their bytes', () => {
  let value = new Uint8Array(0);
  for (let level = 0; level < 45; level++) {
    const writer = new ProtobufWriter();
    // A list with this value in it, something else, and the list again: protobuf merges the two.
    for (const element of [value, new Uint8Array(0)]) {
      const list = writer.begin(5);
      writer.view(1, element);
      writer.end(list);
      if (element === value) writer.uint32(99, 1);
    }
    value = Uint8Array.from(writer.finish());
  }
  const raw = new ProtobufWriter();
  const pair = raw.begin(9);
  raw.view(2, value);
  raw.string(1, 'deep');
  raw.end(pair);
  const json = Buffer.from(
    tracesToJson(buildRequest({ spans: [{ raw: raw.finish() }] })),
  ).toString();
  expect(json.match(/arrayValue/g)).toHaveLength(45);
  expect(json).toContain('"key":"deep"');
});
