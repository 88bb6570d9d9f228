import { createServer } from 'node:net';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from 'vitest';
import { readableSpans } from '../../../../src/exporters/otlp/readable-span.ts';
import {
  SpanExporterDestination,
  type SpanExporterLike,
  stockGrpcExporter,
} from '../../../../src/exporters/otlp/span-exporter-destination.ts';
import { oracle } from '../../../support/otlp-proto.ts';
import { buildRequest, realisticRequest } from '../../../support/otlp-request.ts';
import { GrpcUpstream, HttpUpstream } from '../../../support/otlp-upstream.ts';
import { NO_DEADLINE } from '../../../support/receiver-host.ts';

const RICH = buildRequest({
  service: 'shop',
  attributes: { 'host.name': 'node-17' },
  schemaUrl: 'https://example.org/1',
  scopes: [
    {
      name: 'http',
      version: '1.2.3',
      spans: [
        {
          name: 'GET /',
          kind: 'server',
          traceState: 'ot=th:8,other=1',
          flags: 0x301,
          status: 'error',
          statusMessage: 'no',
          attributes: [
            ['text', 'value'],
            ['flag', true],
            ['count', 42],
            ['ratio', 0.5],
            ['list', ['a', 'b']],
            ['__proto__', 'harmless'],
          ],
          droppedAttributes: 3,
          events: [{ name: 'exception', attributes: { 'exception.type': 'Error' } }],
          droppedEvents: 1,
          links: [{ attributes: { why: 'batch' } }],
          droppedLinks: 2,
        },
        { name: 'query', kind: 'client', parent: 0, flags: 0x101 },
      ],
    },
  ],
});

const upstreams: { stop(): void }[] = [];

afterEach(() => {
  for (const upstream of upstreams.splice(0)) upstream.stop();
});

describe('readableSpans', () => {
  it('rebuilds what an exporter reads', () => {
    const [server, query] = readableSpans(RICH);
    expect(server).toMatchObject({
      name: 'GET /',
      kind: 1,
      ended: true,
      duration: [0, 10_000_000],
      status: { code: 2, message: 'no' },
      droppedAttributesCount: 3,
      droppedEventsCount: 1,
      droppedLinksCount: 2,
      events: [{ name: 'exception', attributes: { 'exception.type': 'Error' } }],
      links: [{ attributes: { why: 'batch' } }],
      instrumentationScope: { name: 'http', version: '1.2.3' },
    });
    expect(Object.entries(server!.attributes)).toEqual([
      ['text', 'value'],
      ['flag', true],
      ['count', 42],
      ['ratio', 0.5],
      ['list', ['a', 'b']],
      ['__proto__', 'harmless'],
    ]);
    expect(Object.getPrototypeOf(server!.attributes)).toBe(Object.prototype);
    expect(server!.parentSpanContext).toBeUndefined();
    expect(server!.spanContext().traceState!.serialize()).toBe('ot=th:8,other=1');
    expect(server!.spanContext().traceState!.get('other')).toBe('1');
    expect(query!.parentSpanContext).toMatchObject({
      spanId: server!.spanContext().spanId,
      isRemote: false,
    });
    expect(query!.resource).toBe(server!.resource);
    expect(query!.resource.attributes).toEqual({ 'service.name': 'shop', 'host.name': 'node-17' });
  });
});

describe('SpanExporterDestination', () => {
  it('hands spans to an exporter of the SDK', async () => {
    const exporter = new InMemorySpanExporter();
    const destination = new SpanExporterDestination(exporter);
    expect(await destination.send(RICH, 2, NO_DEADLINE)).toEqual({
      status: 'sent',
      rejectedSpans: 0,
    });
    const spans: ReadableSpan[] = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name)).toEqual(['GET /', 'query']);
    await destination.close();
    await destination.close();
    expect(await destination.send(RICH, 2, NO_DEADLINE)).toMatchObject({ status: 'retry' });
  });

  it.each([
    ['grpc', () => new GrpcUpstream()],
    ['http', () => new HttpUpstream()],
  ] as const)('over the stock %s exporter says what the bytes said', async (kind, make) => {
    const upstream = await make().start();
    upstreams.push(upstream);
    const destination = new SpanExporterDestination(
      kind === 'grpc'
        ? stockGrpcExporter(upstream.endpoint, { 'x-tenant': 'blue' })
        : () => Promise.resolve(new OTLPTraceExporter({ url: `${upstream.endpoint}/v1/traces` })),
    );
    expect(await destination.send(RICH, 2, NO_DEADLINE)).toMatchObject({ status: 'sent' });
    const { body, headers } = upstream.accepted[0]!;
    if (kind === 'grpc') expect(headers['x-tenant']).toBe('blue');
    type Sent = {
      resourceSpans: { scopeSpans: { scope: object; spans: Record<string, unknown>[] }[] }[];
    };
    const read = (bytes: Uint8Array) =>
      (oracle.tracesData.decode(bytes).toJSON() as Sent).resourceSpans[0]!.scopeSpans[0]!;
    const arrived =
      kind === 'grpc'
        ? read(body)
        : (JSON.parse(body.toString()) as Sent).resourceSpans[0]!.scopeSpans[0]!;
    const sent = read(RICH);
    expect(arrived.scope).toMatchObject(sent.scope);
    expect(arrived.spans.map(({ name }) => name)).toEqual(sent.spans.map(({ name }) => name));
    if (kind === 'grpc') {
      const { attributes, events, links, flags, ...plain } = sent.spans[0]!;
      expect(arrived.spans[0]).toMatchObject(plain);
      expect(arrived.spans[1]!['parentSpanId']).toBe(sent.spans[1]!['parentSpanId']);
    }
    await destination.close();
  });

  it.each([
    [12, 'refused'],
    [14, 'retry'],
    [3, 'refused'],
  ])('takes code %i of the stock exporter for: %s', async (code, status) => {
    const upstream = await new GrpcUpstream().start();
    upstreams.push(upstream);
    upstream.behave = () => ({ kind: 'grpc', code });
    const destination = new SpanExporterDestination(stockGrpcExporter(upstream.endpoint));
    expect(await destination.send(RICH, 2, NO_DEADLINE)).toMatchObject({ status });
    await destination.close();
  });

  it.each([
    ['fails without a code', (done: Done) => done({ code: 1, error: new Error('no') }), 'no'],
    ['fails without an error', (done: Done) => done({ code: 1 }), 'the exporter failed'],
    ['never calls back', () => {}, 'no answer within 40 ms'],
    [
      'throws',
      () => {
        throw new Error('thrown');
      },
      'thrown',
    ],
  ])('an exporter that %s is asked again', async (_name, act, reason) => {
    const exporter: SpanExporterLike = {
      export: (_spans, done) => act(done),
      shutdown: () => Promise.resolve(),
    };
    const destination = new SpanExporterDestination(exporter, { timeoutMs: 40 });
    expect(await destination.send(realisticRequest({ spans: 1 }), 1, NO_DEADLINE)).toEqual({
      status: 'retry',
      reason,
    });
  });

  it('an exporter that cannot be reached is asked again', async () => {
    const probe = createServer().listen(0);
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const destination = new SpanExporterDestination(stockGrpcExporter(`http://127.0.0.1:${port}`));
    expect(await destination.send(RICH, 2, NO_DEADLINE)).toMatchObject({ status: 'retry' });
    await destination.close();
  });
});

type Done = Parameters<SpanExporterLike['export']>[1];
