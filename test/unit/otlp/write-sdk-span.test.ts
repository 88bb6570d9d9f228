import { context, ROOT_CONTEXT, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, test } from 'vitest';
import { readScopeFrame } from '../../../src/otlp/read-frames.ts';
import { readSpan } from '../../../src/otlp/read-span.ts';
import { ProtobufWriter } from '../../../src/otlp/wire/protobuf-writer.ts';
import {
  type HrTime,
  type SdkSpan,
  sdkResourceFrame,
  sdkScopeFrame,
  writeSdkSpan,
} from '../../../src/otlp/write-sdk-span.ts';
import { writeTraces } from '../../../src/otlp/write-traces.ts';
import { oracle } from '../../support/otlp-proto.ts';

function bytesOf(span: SdkSpan): Uint8Array {
  const writer = new ProtobufWriter(16);
  writeSdkSpan(writer, span);
  return writer.finish();
}

function recorded(
  run: (tracer: ReturnType<BasicTracerProvider['getTracer']>) => void,
): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', pid: 17 }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  run(provider.getTracer('lib', '1.2', { schemaUrl: 'https://example.org/s' }));
  return exporter.getFinishedSpans();
}

/** A span as 3.x could hand it over, with values that 2.x does not allow. */
function spanWith(changes: Partial<SdkSpan>): SdkSpan {
  return {
    name: 'op',
    kind: 0,
    spanContext: () => ({ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 }),
    startTime: [1_767_323_045, 123_456_789],
    endTime: [1_767_323_045, 999_999_999],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    resource: { attributes: {} },
    instrumentationScope: { name: 'lib' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...changes,
  };
}

function attributesOf(attributes: SdkSpan['attributes']) {
  const read = readSpan(bytesOf(spanWith({ attributes }))).attributes;
  return Object.fromEntries(read.map(({ key, value }) => [key, value]));
}

describe('a span of the SDK', () => {
  test('is on the wire what the stock serialiser makes of it', () => {
    const spans = recorded((tracer) => {
      const remote = trace.setSpanContext(ROOT_CONTEXT, {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        traceFlags: TraceFlags.SAMPLED,
        isRemote: true,
      });
      const span = tracer.startSpan(
        'GET /',
        {
          kind: 1,
          attributes: {
            text: 'größer',
            long: 'x'.repeat(500),
            whole: 42,
            negative: -7,
            fraction: 0.25,
            wide: 2 ** 60,
            flag: true,
            list: ['a', 'b'],
            numbers: [1, 2.5],
          },
          links: [{ context: { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 } }],
        },
        remote,
      );
      span.addEvent('cache.miss', { key: 'cart' });
      span.recordException(new Error('gone'));
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'gone' });
      span.end();
    });
    const [span] = spans;
    const ours = writeTraces([
      {
        span: bytesOf(span!),
        resource: sdkResourceFrame(span!.resource),
        scope: sdkScopeFrame(span!.instrumentationScope),
      },
    ]);
    const theirs = ProtobufTraceSerializer.serializeRequest(spans)!;
    const plain = (bytes: Uint8Array) =>
      oracle.tracesData.toObject(oracle.tracesData.decode(bytes), {
        longs: String,
        bytes: String,
        defaults: true,
      });
    expect(plain(ours)).toEqual(plain(theirs));
    expect(context.active()).toBe(ROOT_CONTEXT);
  });

  test('keeps what 3.x adds to attribute values and scopes', () => {
    const values = attributesOf({
      bytes: Uint8Array.of(1, 2),
      none: null,
      map: { a: { b: [null, 'c'] } },
      zero: -0,
      nan: Number.NaN,
      beyond: 2n ** 70n,
    });
    expect(values).toEqual({
      bytes: { type: 'bytes', value: Uint8Array.of(1, 2) },
      none: { type: 'unset' },
      map: {
        type: 'map',
        value: [
          {
            key: 'a',
            value: {
              type: 'map',
              value: [
                {
                  key: 'b',
                  value: {
                    type: 'array',
                    value: [{ type: 'unset' }, { type: 'string', value: 'c' }],
                  },
                },
              ],
            },
          },
        ],
      },
      zero: { type: 'double', value: -0 },
      nan: { type: 'double', value: Number.NaN },
      beyond: { type: 'string', value: '1180591620717411303424' },
    });
    expect(
      readScopeFrame(sdkScopeFrame({ name: 'lib', attributes: { team: 'cart' } })),
    ).toMatchObject({
      name: 'lib',
      attributes: [{ key: 'team', value: { type: 'string', value: 'cart' } }],
    });
  });

  test('a cycle and endless nesting end in the empty value', () => {
    const cycle: Record<string, unknown> = { name: 'loop' };
    cycle['self'] = cycle;
    let deep: unknown = 'bottom';
    for (let i = 0; i < 1000; i++) deep = [deep];
    const values = attributesOf({ cycle, deep, after: 1 });
    expect(values['cycle']).toEqual({
      type: 'map',
      value: [
        { key: 'name', value: { type: 'string', value: 'loop' } },
        { key: 'self', value: { type: 'unset' } },
      ],
    });
    expect(values['after']).toEqual({ type: 'int', value: 1n });
  });

  test.each<[HrTime, bigint]>([
    [[1_767_323_045, 123_456_789], 1_767_323_045_123_456_789n],
    [[0, 1], 1n],
    [[4_294_967_296, 0], 4_294_967_296_000_000_000n],
    [[18_446_744_073, 709_551_615], 18_446_744_073_709_551_615n],
    [[65_535, 999_999_999], 65_535_999_999_999n],
    [[0, 0], 0n],
    [[-5, 0], 0n],
  ])('writes %j exactly', (time, expected) => {
    expect(readSpan(bytesOf(spanWith({ startTime: time }))).startUnixNano).toBe(expected);
  });

  test('flags say whether the parent is remote', () => {
    const parent = { traceId: 'ab'.repeat(16), spanId: '11'.repeat(8), traceFlags: 1 };
    expect(readSpan(bytesOf(spanWith({}))).flags).toBe(0x101);
    const remote = spanWith({ parentSpanContext: { ...parent, isRemote: true } });
    expect(readSpan(bytesOf(remote))).toMatchObject({ flags: 0x301, parentSpanId: '11'.repeat(8) });
  });
});
