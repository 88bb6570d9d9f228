import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, test } from 'vitest';
import { jsonToProtobuf } from '../../../../src/otlp/json/json-to-protobuf.ts';
import { RESOURCE_SPANS, SPAN, TRACES_DATA } from '../../../../src/otlp/json/otlp-schema.ts';
import { type OtlpSpan, readSpan } from '../../../../src/otlp/read-span.ts';
import { SpanScanner } from '../../../../src/otlp/scan-traces.ts';
import { oracle } from '../../../support/otlp-proto.ts';

function spanOf(json: string): OtlpSpan {
  const outcome = jsonToProtobuf(Buffer.from(json), SPAN);
  if (outcome.status !== 'ok') throw new Error(`${outcome.reason} at ${outcome.path}`);
  return readSpan(outcome.bytes);
}

/** The value of the one attribute whose AnyValue is `json`. */
function anyValue(json: string) {
  return spanOf(`{"attributes":[{"key":"k","value":${json}}]}`).attributes[0]!.value;
}

function refusal(json: string | Uint8Array) {
  const outcome = jsonToProtobuf(Buffer.from(json), TRACES_DATA);
  expect(outcome.status).toBe('invalid');
  return outcome as Extract<typeof outcome, { status: 'invalid' }>;
}

describe('OTLP/JSON to protobuf', () => {
  test('the example of the specification', () => {
    const json = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":
      {"stringValue":"my.service"}}]},"scopeSpans":[{"scope":{"name":"my.library","version":"1.0.0"},
      "spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",
      "parentSpanId":"EEE19B7EC3C1B173","name":"I'm a server span",
      "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","kind":2,
      "attributes":[{"key":"my.span.attr","value":{"stringValue":"some value"}}]}]}]}]}`;
    const outcome = jsonToProtobuf(Buffer.from(json), TRACES_DATA);
    if (outcome.status !== 'ok') throw new Error(outcome.reason);
    expect(
      oracle.tracesData.toObject(oracle.tracesData.decode(outcome.bytes), {
        longs: String,
        bytes: String,
      }),
    ).toMatchObject({
      resourceSpans: [
        {
          resource: {
            attributes: [{ key: 'service.name', value: { stringValue: 'my.service' } }],
          },
          scopeSpans: [
            {
              scope: { name: 'my.library', version: '1.0.0' },
              spans: [
                {
                  traceId: 'W47/95gDgQPSabYzgT/GDA==',
                  name: "I'm a server span",
                  kind: 2,
                  startTimeUnixNano: '1544712660000000000',
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test('what the SDK sends as JSON is what it sends as protobuf', () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    const span = provider.getTracer('lib', '1').startSpan('op', {
      attributes: { a: 'b', n: 1, d: 0.5, list: ['x', 'y'], yes: true },
    });
    span.addEvent('e', { at: 1 });
    span.recordException(new Error('quote " and \n line'));
    span.end();
    const spans = exporter.getFinishedSpans();
    const outcome = jsonToProtobuf(JsonTraceSerializer.serializeRequest(spans)!, TRACES_DATA);
    if (outcome.status !== 'ok') throw new Error(outcome.reason);
    const plain = (bytes: Uint8Array) =>
      oracle.tracesData.toObject(oracle.tracesData.decode(bytes), {
        longs: String,
        defaults: true,
      });
    expect(plain(outcome.bytes)).toEqual(plain(ProtobufTraceSerializer.serializeRequest(spans)!));
  });

  test.each([
    ['"18446744073709551615"', 18_446_744_073_709_551_615n],
    ['18446744073709551615', 18_446_744_073_709_551_615n],
    ['1767323045123456789', 1_767_323_045_123_456_789n],
    ['1.767323045123456789e18', 1_767_323_045_123_456_789n],
    ['1e3', 1000n],
    ['"0"', 0n],
  ])('a time written as %s keeps every digit', (text, expected) => {
    expect(spanOf(`{"startTimeUnixNano":${text}}`).startUnixNano).toBe(expected);
  });

  test.each([
    ['{"intValue":"-9223372036854775808"}', { type: 'int', value: -(2n ** 63n) }],
    ['{"intValue":9223372036854775807}', { type: 'int', value: 2n ** 63n - 1n }],
    ['{"doubleValue":0.1}', { type: 'double', value: 0.1 }],
    ['{"doubleValue":-0}', { type: 'double', value: -0 }],
    ['{"doubleValue":"1.5e3"}', { type: 'double', value: 1500 }],
    ['{"doubleValue":"NaN"}', { type: 'double', value: Number.NaN }],
    ['{"doubleValue":"-Infinity"}', { type: 'double', value: Number.NEGATIVE_INFINITY }],
    ['{"doubleValue":null}', { type: 'double', value: Number.NaN }],
    ['{}', { type: 'unset' }],
    ['null', { type: 'unset' }],
    ['{"stringValue":""}', { type: 'string', value: '' }],
    ['{"boolValue":false}', { type: 'bool', value: false }],
    ['{"bytesValue":"/+8="}', { type: 'bytes', value: Uint8Array.of(0xff, 0xef) }],
    ['{"bytesValue":"_-8"}', { type: 'bytes', value: Uint8Array.of(0xff, 0xef) }],
    ['{"bytesValue":"\\/+8="}', { type: 'bytes', value: Uint8Array.of(0xff, 0xef) }],
    [
      '{"arrayValue":{"values":[{"intValue":1},{},null]}}',
      { type: 'array', value: [{ type: 'int', value: 1n }, { type: 'unset' }, { type: 'unset' }] },
    ],
    [
      '{"kvlistValue":{"values":[{"key":"__proto__","value":{"intValue":"2"}}]}}',
      { type: 'map', value: [{ key: '__proto__', value: { type: 'int', value: 2n } }] },
    ],
  ])('the value %s', (json, expected) => {
    expect(anyValue(json)).toEqual(expected);
  });

  test.each([
    ['"a\\u00e9\\ud83d\\ude00\\n\\"\\/"', 'aé😀\n"/'],
    ['"\\ud800"', '\ufffd'],
    ['"\\ude00\\ud83d"', '\ufffd\ufffd'],
    ['"\\ud83dx"', '\ufffdx'],
    ['"é😀"', 'é😀'],
  ])('the string %s', (json, expected) => {
    expect(spanOf(`{"name":${json}}`).name).toBe(expected);
  });

  test('proto names, enum names and unknown keys are taken as they come', () => {
    const span = spanOf(
      `{"span_id":"AB","dropped_attributes_count":3,"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"},
        "__proto__":{"name":"no"},"constructor":1,"unknown":[{"deep":[[],{},"x",1e9,null]}],"flags":257}`,
    );
    expect(span).toMatchObject({
      spanId: 'ab',
      droppedAttributes: 3,
      kind: 3,
      statusCode: 2,
      flags: 257,
      name: '',
    });
  });

  test('of a key that comes twice the last one counts, and null takes it back', () => {
    expect(spanOf('{"name":"a","name":"b","kind":1,"kind":2}')).toMatchObject({
      name: 'b',
      kind: 2,
    });
    expect(spanOf('{"name":"a","name":null,"kind":3,"kind":null}')).toMatchObject({
      name: '',
      kind: 0,
    });
  });

  test('a bad id costs its span, not the request', () => {
    const span = (traceId: string) =>
      `{"traceId":"${traceId}","spanId":"00000000000000ab","name":"x"}`;
    const json = `{"resourceSpans":[{"scopeSpans":[{"spans":[
      ${span('0102030405060708090a0b0c0d0e0f10')},${span('nonsense')},${span('abcd')},${span('')},
      ${span('AQIDBAUGBwgJCgsMDQ4PEA==')}]}]}]}`;
    const outcome = jsonToProtobuf(Buffer.from(json), TRACES_DATA);
    if (outcome.status !== 'ok') throw new Error(outcome.reason);
    const scanner = new SpanScanner();
    expect(scanner.scan(outcome.bytes)).toMatchObject({ status: 'ok', invalidIds: 4 });
    expect(scanner.count).toBe(1);
  });

  test('an empty request, a byte order mark, an empty list', () => {
    for (const json of ['{}', '\ufeff {} ', '{"resourceSpans":[]}', '{"resourceSpans":null}']) {
      expect(jsonToProtobuf(Buffer.from(json), TRACES_DATA)).toEqual({
        status: 'ok',
        bytes: new Uint8Array(0),
      });
    }
  });

  test('a refusal tells where', () => {
    expect(
      refusal(
        '{"resourceSpans":[{},{"scopeSpans":[{"spans":[{"name":"a","startTimeUnixNano":"x"}]}]}]}',
      ),
    ).toEqual({
      status: 'invalid',
      reason: 'expected an integer',
      position: 79,
      path: '$.resourceSpans[1].scopeSpans[0].spans[0].startTimeUnixNano',
    });
  });

  test.each([
    ['nothing', ''],
    ['no object', '[]'],
    ['null', 'null'],
    ['something behind it', '{} {}'],
    ['no end', '{"resourceSpans":['],
    ['a trailing comma', '{"resourceSpans":[{},]}'],
    ['a missing colon', '{"resourceSpans" []}'],
    ['a key without quotes', '{resourceSpans:[]}'],
    ['a wrong type', '{"resourceSpans":{}}'],
    ['a number for an object', '{"resourceSpans":[1]}'],
    ['a control character', '{"a":"\n"}'],
    ['a bad escape', '{"a":"\\x"}'],
    ['a short escape', '{"a":"\\u12"}'],
    ['a number that is none', '{"a":01}'],
    ['a sign without digits', '{"a":-}'],
    ['a half literal', '{"a":tru}'],
    ['a string that does not end', '{"a":"b'],
    ['comments', '{/**/}'],
  ])('refuses %s', (_name, json) => {
    expect(refusal(json).reason).not.toBe('');
  });

  test.each([
    ['{"kind":1.5}', 'kind'],
    ['{"kind":"SPAN_KIND_OTHER"}', 'kind'],
    ['{"startTimeUnixNano":-1}', 'startTimeUnixNano'],
    ['{"startTimeUnixNano":18446744073709551616}', 'startTimeUnixNano'],
    ['{"startTimeUnixNano":1e400}', 'startTimeUnixNano'],
    ['{"flags":4294967296}', 'flags'],
    ['{"name":7}', 'name'],
    ['{"attributes":[{"key":"k","value":{"boolValue":"true"}}]}', 'attributes[0].value.boolValue'],
    ['{"attributes":[{"key":"k","value":{"bytesValue":"*"}}]}', 'attributes[0].value.bytesValue'],
    [
      '{"attributes":[{"key":"k","value":{"doubleValue":1e999}}]}',
      'attributes[0].value.doubleValue',
    ],
  ])('refuses %s at its place', (json, path) => {
    expect(jsonToProtobuf(Buffer.from(json), SPAN)).toMatchObject({
      status: 'invalid',
      path: `$.${path}`,
    });
  });

  test('nesting stops at a hundred messages, known or unknown', () => {
    const nested = (depth: number) =>
      `${'{"arrayValue":{"values":['.repeat(depth)}{}${']}}'.repeat(depth)}`;
    const request = (value: string) =>
      Buffer.from(`{"resource":{"attributes":[{"key":"k","value":${value}}]}}`);
    // ResourceSpans as the root here: Resource 1, KeyValue 2, AnyValue 3, then two a level.
    expect(jsonToProtobuf(request(nested(48)), RESOURCE_SPANS).status).toBe('ok');
    expect(jsonToProtobuf(request(nested(49)), RESOURCE_SPANS)).toMatchObject({
      status: 'invalid',
      reason: 'nested too deep',
    });
    expect(refusal(`{"x":${'['.repeat(1_000_000)}`).reason).toBe('nested too deep');
    expect(
      jsonToProtobuf(Buffer.from(`{"x":${'['.repeat(99)}${']'.repeat(99)}}`), TRACES_DATA).status,
    ).toBe('ok');
  });
});
