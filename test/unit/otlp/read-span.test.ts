import { expect, test } from 'vitest';
import { readResourceFrame, readScopeFrame } from '../../../src/otlp/read-frames.ts';
import { readSpan } from '../../../src/otlp/read-span.ts';
import { SpanScanner } from '../../../src/otlp/scan-traces.ts';
import { frameBytes, spanBytes } from '../../../src/otlp/span-batch.ts';
import { RESOURCE, SCOPE } from '../../../src/otlp/span-columns.ts';
import { ProtobufWriter } from '../../../src/otlp/wire/protobuf-writer.ts';
import { buildRequest, type RequestSpec } from '../../support/otlp-request.ts';

/** The first span of a request and its frames, through the scanner. */
function firstOf(spec: RequestSpec) {
  const scanner = new SpanScanner();
  expect(scanner.scan(buildRequest(spec))).toMatchObject({ status: 'ok' });
  const { scopes, resources } = scanner;
  return {
    span: readSpan(spanBytes(scanner, 0)),
    resource: readResourceFrame(
      frameBytes(scanner, resources[RESOURCE.segmentFirst]!, resources[RESOURCE.segmentCount]!),
    ),
    scope: readScopeFrame(
      frameBytes(scanner, scopes[SCOPE.segmentFirst]!, scopes[SCOPE.segmentCount]!),
    ),
  };
}

test('a span comes with all its fields', () => {
  const { span } = firstOf({
    spans: [
      {
        traceId: '0102030405060708090a0b0c0d0e0f10',
        spanId: '00000000000000ff',
        parent: 'aaaaaaaaaaaaaaaa',
        traceState: 'ot=th:8,vendor=x',
        name: 'GET /',
        kind: 'server',
        startUnixNano: 18_446_744_073_709_551_614n,
        endUnixNano: 18_446_744_073_709_551_615n,
        attributes: [
          ['twice', 1],
          ['twice', 'two'],
          ['__proto__', true],
          ['wide', -(2n ** 63n)],
          ['ratio', -0.5],
          ['bytes', Uint8Array.of(0, 255)],
          ['empty', null],
          ['list', ['a', [1], { deep: false }]],
        ],
        droppedAttributes: 3,
        events: [{ name: 'exception', atMs: 0, attributes: { a: 1 }, droppedAttributes: 1 }],
        droppedEvents: 4,
        links: [
          { traceId: '', spanId: 'ff', traceState: 'x=y', attributes: { l: 1 }, flags: 0x301 },
        ],
        droppedLinks: 5,
        status: 'error',
        statusMessage: 'no such cart',
        flags: 0xffffff01,
      },
    ],
  });
  expect(span).toEqual({
    traceId: '0102030405060708090a0b0c0d0e0f10',
    spanId: '00000000000000ff',
    parentSpanId: 'aaaaaaaaaaaaaaaa',
    traceState: 'ot=th:8,vendor=x',
    name: 'GET /',
    kind: 2,
    startUnixNano: 18_446_744_073_709_551_614n,
    endUnixNano: 18_446_744_073_709_551_615n,
    attributes: [
      { key: 'twice', value: { type: 'int', value: 1n } },
      { key: 'twice', value: { type: 'string', value: 'two' } },
      { key: '__proto__', value: { type: 'bool', value: true } },
      { key: 'wide', value: { type: 'int', value: -(2n ** 63n) } },
      { key: 'ratio', value: { type: 'double', value: -0.5 } },
      { key: 'bytes', value: { type: 'bytes', value: Uint8Array.of(0, 255) } },
      { key: 'empty', value: { type: 'unset' } },
      {
        key: 'list',
        value: {
          type: 'array',
          value: [
            { type: 'string', value: 'a' },
            { type: 'array', value: [{ type: 'int', value: 1n }] },
            {
              type: 'map',
              value: [{ key: 'deep', value: { type: 'bool', value: false } }],
            },
          ],
        },
      },
    ],
    droppedAttributes: 3,
    events: [
      {
        timeUnixNano: 18_446_744_073_709_551_614n,
        name: 'exception',
        attributes: [{ key: 'a', value: { type: 'int', value: 1n } }],
        droppedAttributes: 1,
      },
    ],
    droppedEvents: 4,
    links: [
      {
        traceId: '',
        spanId: 'ff',
        traceState: 'x=y',
        attributes: [{ key: 'l', value: { type: 'int', value: 1n } }],
        droppedAttributes: 0,
        flags: 0x301,
      },
    ],
    droppedLinks: 5,
    statusCode: 2,
    statusMessage: 'no such cart',
    flags: 0xffffff01,
    invalidUtf8: false,
  });
});

test('frames carry resource, scope and both schema urls', () => {
  const { resource, scope } = firstOf({
    resources: [
      {
        service: 'shop',
        attributes: { 'host.name': 'a' },
        schemaUrl: 'https://example.org/resource',
        scopes: [
          {
            name: 'lib',
            version: '2',
            attributes: { s: 1 },
            schemaUrl: 'https://example.org/scope',
            spans: [{}],
          },
        ],
      },
    ],
  });
  expect(resource).toMatchObject({
    schemaUrl: 'https://example.org/resource',
    attributes: [
      { key: 'service.name', value: { type: 'string', value: 'shop' } },
      { key: 'host.name' },
    ],
  });
  expect(scope).toMatchObject({
    name: 'lib',
    version: '2',
    schemaUrl: 'https://example.org/scope',
    attributes: [{ key: 's' }],
  });
});

test('invalid UTF-8 is shown with U+FFFD and flagged', () => {
  const raw = Uint8Array.of(42, 2, 0xff, 0x61);
  expect(firstOf({ spans: [{ name: '', raw }] }).span).toMatchObject({
    name: '\ufffda',
    invalidUtf8: true,
  });
});

test('a message that comes twice is merged', () => {
  const raw = new ProtobufWriter();
  for (const fields of [
    [2, 'first'],
    [3, 2],
  ] as const) {
    const mark = raw.begin(15);
    if (typeof fields[1] === 'string') raw.string(fields[0], fields[1]);
    else raw.uint32(fields[0], fields[1]);
    raw.end(mark);
  }
  const pair = raw.begin(9);
  raw.string(1, 'list');
  for (const text of ['a', 'b']) {
    const value = raw.begin(2);
    const array = raw.begin(5);
    const element = raw.begin(1);
    raw.string(1, text);
    raw.end(element);
    raw.end(array);
    raw.end(value);
  }
  raw.end(pair);
  expect(firstOf({ spans: [{ raw: raw.finish() }] }).span).toMatchObject({
    statusMessage: 'first',
    statusCode: 2,
    attributes: [
      {
        key: 'list',
        value: {
          type: 'array',
          value: [
            { type: 'string', value: 'a' },
            { type: 'string', value: 'b' },
          ],
        },
      },
    ],
  });
});
