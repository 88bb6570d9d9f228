/** The real exporters of the JavaScript SDK against the real receivers. */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtlpSpan, readSpan } from '../../src/otlp/read-span.ts';
import { ByteBudget } from '../../src/pipeline/byte-budget.ts';
import { OtlpGrpcReceiver } from '../../src/receivers/otlp-grpc/otlp-grpc-receiver.ts';
import { OtlpHttpReceiver } from '../../src/receivers/otlp-http/otlp-http-receiver.ts';
import { testHost } from '../support/receiver-host.ts';
import { RecordingConsumer } from '../support/recording-consumer.ts';

let consumer: RecordingConsumer;
let grpc: OtlpGrpcReceiver;
let http: OtlpHttpReceiver;
let budget: ByteBudget;

beforeEach(async () => {
  consumer = new RecordingConsumer();
  budget = new ByteBudget(64 * 1024 * 1024);
  grpc = new OtlpGrpcReceiver({ host: '127.0.0.1', port: 0 }, consumer, budget);
  http = new OtlpHttpReceiver({ host: '127.0.0.1', port: 0 }, consumer, budget);
  await grpc.start(testHost());
  await http.start(testHost());
});

afterEach(async () => {
  await grpc.shutdown(AbortSignal.timeout(500));
  await http.shutdown(AbortSignal.timeout(500));
  expect(budget.usedBytes).toBe(0);
});

const EXPORTERS: readonly (readonly [string, () => SpanExporter])[] = [
  ['gRPC', () => new GrpcExporter({ url: `http://localhost:${grpc.port}` })],
  [
    'gRPC, gzip',
    () =>
      new GrpcExporter({
        url: `http://127.0.0.1:${grpc.port}`,
        compression: CompressionAlgorithm.GZIP,
      }),
  ],
  ['HTTP, protobuf', () => new ProtoExporter({ url: `http://localhost:${http.port}/v1/traces` })],
  [
    'HTTP, protobuf, gzip',
    () =>
      new ProtoExporter({
        url: `http://localhost:${http.port}/v1/traces`,
        compression: CompressionAlgorithm.GZIP,
      }),
  ],
  ['HTTP, JSON', () => new JsonExporter({ url: `http://127.0.0.1:${http.port}/v1/traces` })],
];

describe.each(EXPORTERS)('the exporter for %s', (_name, make) => {
  it('delivers a trace of a real tracer', async () => {
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop' }),
      spanProcessors: [new SimpleSpanProcessor(make())],
    });
    const tracer = provider.getTracer('checkout', '1.0.0');
    const span = tracer.startSpan('GET /cart', {
      kind: SpanKind.SERVER,
      attributes: { 'http.route': '/cart', items: 3, ratio: 0.25, vip: true, tags: ['a', 'b'] },
    });
    span.addEvent('priced', { total: 9_007_199_254_740_991 });
    span.recordException(new Error('out of stock'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'out of stock' });
    span.end();
    await provider.forceFlush();
    await provider.shutdown();

    const arrived: OtlpSpan[] = consumer.spans.map((bytes) => readSpan(bytes));
    expect(arrived).toHaveLength(1);
    expect(arrived[0]).toMatchObject({
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      name: 'GET /cart',
      kind: 2,
      statusCode: 2,
      statusMessage: 'out of stock',
      attributes: [
        { key: 'http.route', value: { type: 'string', value: '/cart' } },
        { key: 'items', value: { type: 'int', value: 3n } },
        { key: 'ratio', value: { type: 'double', value: 0.25 } },
        { key: 'vip', value: { type: 'bool', value: true } },
        { key: 'tags', value: { type: 'array' } },
      ],
    });
    expect(arrived[0]!.events.map(({ name }) => name)).toEqual(['priced', 'exception']);
    const [total] = arrived[0]!.events[0]!.attributes;
    expect(total!.value).toEqual({ type: 'int', value: 9_007_199_254_740_991n });
  });

  it('delivers many batches and loses none', async () => {
    const provider = new BasicTracerProvider({
      spanProcessors: [new BatchSpanProcessor(make(), { maxQueueSize: 5000 })],
    });
    const tracer = provider.getTracer('load');
    const sent = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const span = tracer.startSpan(`operation ${i % 7}`);
      sent.add(span.spanContext().spanId);
      span.end();
    }
    await provider.forceFlush();
    await provider.shutdown();
    expect(new Set(consumer.spans.map((bytes) => readSpan(bytes).spanId))).toEqual(sent);
  });

  it('learns of a partial success without an error, and of a refusal with one', async () => {
    const exporter = make();
    const span = await finishedSpan();
    consumer.answer = () => ({ status: 'partial', rejectedSpans: 1, reason: 'told to' });
    expect(await outcome(exporter, span)).toBe(0);
    consumer.answer = () => ({ status: 'invalid', reason: 'told to' });
    expect(await outcome(exporter, span)).toBe(1);
    consumer.answer = () => ({ status: 'accepted' });
    expect(await outcome(exporter, span)).toBe(0);
    await exporter.shutdown();
  });
});

function outcome(exporter: SpanExporter, span: ReadableSpan): Promise<number> {
  return new Promise((resolve) => exporter.export([span], ({ code }) => resolve(code)));
}

function finishedSpan(): Promise<ReadableSpan> {
  return new Promise((resolve) => {
    const provider = new BasicTracerProvider({
      spanProcessors: [
        {
          onStart() {},
          onEnd: resolve,
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
      ],
    });
    provider.getTracer('one').startSpan('one').end();
  });
}
