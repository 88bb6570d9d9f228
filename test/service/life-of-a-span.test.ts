/**
 * The whole way, with the command as it is installed: real SDKs send, every endpoint shows, the process is killed
 * right after the last acknowledgement, and a second life has everything; so does an independent receiver
 * behind it, with the bytes that were sent.
 */
import { join } from 'node:path';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonToProtobuf } from '../../src/otlp/json/json-to-protobuf.ts';
import { TRACES_DATA } from '../../src/otlp/json/otlp-schema.ts';
import { caughtUp, readBack } from '../faults/read-back.ts';
import { connectExport, connectTransport, TRACES } from '../support/connect-client.ts';
import { eventually } from '../support/eventually.ts';
import { FaultScene, forwardingTo, type RunningProcess } from '../support/fault-scene.ts';
import { buildRequest } from '../support/otlp-request.ts';
import type { GrpcUpstream } from '../support/otlp-upstream.ts';
import { parseMermaid } from '../support/parse-mermaid.ts';
import { rawSpansOf } from '../support/raw-spans.ts';
import { SpanLedger } from '../support/span-ledger.ts';

const API = '/api/v1/instr';

/** Hands spans on, and enters in the ledger what was sent and what was answered for. */
class LedgerExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #ledger: SpanLedger;
  readonly #asJson: boolean;

  constructor(exporter: SpanExporter, ledger: SpanLedger, asJson: boolean) {
    this.#exporter = exporter;
    this.#ledger = ledger;
    this.#asJson = asJson;
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    // The very bytes that the exporters for protobuf send: theirs is the same serialiser.
    const request = ProtobufTraceSerializer.serializeRequest(spans)!;
    this.#ledger.send(request, this.#asJson);
    this.#exporter.export(spans, (result) => {
      if (result.code === 0) this.#ledger.record(request, this.#asJson);
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

const scene = new FaultScene();
const dataPath = join(scene.folder(), 'data');
const ledger = new SpanLedger();
const traceIds = new Map<string, string>();
let upstream: GrpcUpstream;
let running: RunningProcess;

beforeAll(async () => {
  upstream = await scene.grpcUpstream();
  running = await scene.start({ dataPath, flags: forwardingTo(upstream) });
  await caughtUp(running);
});

afterAll(() => scene.close());

/** A request to a shop: a server span, a query below it, a call that fails, and a checkpoint. */
async function useShop(service: string, exporter: SpanExporter, asJson = false): Promise<void> {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(new LedgerExporter(exporter, ledger, asJson))],
  });
  const tracer = provider.getTracer('checkout', '1.0.0');
  const root = tracer.startSpan('POST /checkout', {
    kind: SpanKind.SERVER,
    attributes: { 'http.request.method': 'POST', 'url.path': '/checkout', ratio: 0.1, tags: ['a'] },
  });
  const within = trace.setSpan(context.active(), root);
  const query = tracer.startSpan(
    'SELECT orders',
    { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql' } },
    within,
  );
  query.addEvent('rows', { count: 9_007_199_254_740_991 });
  query.end();
  const pay = tracer.startSpan('pay', { kind: SpanKind.CLIENT }, within);
  pay.recordException(new Error('card declined'));
  pay.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' });
  pay.end();
  root.end();
  await provider.forceFlush();
  await provider.shutdown();
  traceIds.set(service, root.spanContext().traceId);
}

describe('sending', () => {
  it('with the SDK over gRPC', async () => {
    await useShop('grpc-shop', new GrpcExporter({ url: `http://localhost:${running.grpcPort}` }));
    expect(ledger.size).toBe(3);
  });

  it('with the SDK over HTTP, protobuf', async () => {
    const url = `http://localhost:${running.httpPort}/v1/traces`;
    await useShop('proto-shop', new ProtoExporter({ url }));
    expect(ledger.size).toBe(6);
  });

  it('with the SDK over HTTP, JSON', async () => {
    const url = `http://localhost:${running.httpPort}/v1/traces`;
    await useShop('json-shop', new JsonExporter({ url }), true);
    expect(ledger.size).toBe(9);
  });

  it('with the SDK that was told the port of the other protocol', async () => {
    await useShop('lost-grpc', new GrpcExporter({ url: `http://localhost:${running.httpPort}` }));
    const url = `http://localhost:${running.grpcPort}/v1/traces`;
    await useShop('lost-proto', new ProtoExporter({ url }));
    expect(ledger.size).toBe(15);
  });

  it('with another gRPC, and what no SDK sends: unknown fields, odd numbers', async () => {
    const request = buildRequest({
      service: 'connect-shop',
      seed: 4711,
      spans: [
        {
          name: 'GET /',
          raw: Buffer.from('fa0104deadbeef', 'hex'),
          attributes: { big: 2n ** 63n - 1n, zero: -0, nothing: null },
          traceState: 'vendor=1,ot=rv:00000000000001',
          flags: 0xffffff01,
        },
        { name: 'render', parent: 0, events: [{ name: 'half way', atMs: 5 }] },
      ],
    });
    ledger.send(request);
    const reply = await connectExport(connectTransport(running.grpcPort), TRACES, request);
    expect(reply['partialSuccess']).toBeUndefined();
    ledger.record(request);
    traceIds.set('connect-shop', rawSpansOf(request)[0]!.id.slice(0, 32));
  });
});

/** Everything that the API has to say of what was sent above. */
function describeReading(life: string): void {
  describe(`reading, ${life}`, () => {
    it.each(['grpc-shop', 'proto-shop', 'json-shop', 'lost-grpc', 'lost-proto'])(
      '%s: lifecycle and timeline',
      async (name) => {
        const id = traceIds.get(name)!;
        const lifecycle = await running.json<Lifecycle>(`${API}/lifecycle/${id}`);
        expect(lifecycle.trace).toMatchObject({
          root: { name: 'POST /checkout', service: name },
          spanCount: 3,
          errorCount: 1,
          status: 'Failed',
          inMemoryOnly: false,
        });
        const types = lifecycle.events.map(({ type }) => type);
        expect(types.filter((type) => type === 'Enter')).toHaveLength(3);
        expect(types.filter((type) => type === 'Exit')).toHaveLength(3);
        expect(types).toContain('Error');
        const timeline = await running.json<{ rows: { name: string; depth: number }[] }>(
          `${API}/timeline/${id}`,
        );
        expect(timeline.rows.map(({ name: row, depth }) => [row, depth])).toEqual([
          ['POST /checkout', 0],
          ['SELECT orders', 1],
          ['pay', 1],
        ]);
      },
    );

    it('exports, in each format', async () => {
      const id = traceIds.get('grpc-shop')!;
      const synton = await running.json<{ spans: unknown[] }>(`${API}/export/${id}?format=json`);
      expect(synton.spans).toHaveLength(3);
      for (const diagram of ['sequence', 'flowchart', 'gantt']) {
        const answer = await running.get(`${API}/export/${id}?format=mermaid&diagram=${diagram}`);
        expect(answer.status, diagram).toBe(200);
        const text = await answer.text();
        expect(text).toContain('pay');
        await parseMermaid(text);
      }
      const text = await (await running.get(`${API}/export/${id}?format=text`)).text();
      expect(text).toContain('card declined');
      const wrapped = await running.json(`${API}/export/${id}?format=text&as=response`);
      expect(wrapped).toMatchObject({ format: 'text', spanCount: 3, content: text });
    });

    it('exports as OTLP/JSON: every span as it was sent', async () => {
      const requests: Uint8Array[] = [];
      for (const id of traceIds.values()) {
        const answer = await running.get(`${API}/export/${id}?format=json&flavor=otlp`);
        requests.push(protobufOf(await answer.text()));
      }
      // JSON has no place for unknown fields of protobuf.
      const report = ledger.compare(requests);
      expect(report).toMatchObject({ lost: 0, unknown: 0, duplicate: 0 });
      expect(report.changed).toBe(1);
    });

    it('searches, page by page, and by each filter', async () => {
      type Page = { items: { traceId: string }[]; next?: string };
      const found: string[] = [];
      let next: string | undefined = '';
      while (next !== undefined) {
        const page: Page = await running.json(
          `${API}/traces?limit=1${next && `&cursor=${encodeURIComponent(next)}`}`,
        );
        found.push(...page.items.map(({ traceId }) => traceId));
        next = page.next;
      }
      expect(found).toEqual([...traceIds.values()].reverse());
      const ids = async (query: string) =>
        (await running.json<Page>(`${API}/traces?${query}`)).items.map(({ traceId }) => traceId);
      const grpc = traceIds.get('grpc-shop');
      expect(await ids('service=grpc-shop')).toEqual([grpc]);
      expect(await ids('service=grpc-shop&status=Failed&operation=pay')).toEqual([grpc]);
      expect(await ids('kind=DatabaseQuery')).toHaveLength(5);
      expect(await ids('attribute=url.path%3D/checkout')).toHaveLength(5);
      expect(await ids('min_duration=1h')).toEqual([]);
      expect(await ids('last=1h&service=connect-shop')).toHaveLength(0);
      expect(await ids('service=nobody')).toEqual([]);
    });

    it('statistics and services', async () => {
      const stats = await running.json(`${API}/stats?last=1h`);
      expect(stats).toMatchObject({ spans: 15, traces: 5, failed: 5 });
      const series = await running.json<{ series: { key: string }[] }>(
        `${API}/stats/series?last=1h&by=service`,
      );
      expect(series.series.map(({ key }) => key).sort()).toEqual([
        'grpc-shop',
        'json-shop',
        'lost-grpc',
        'lost-proto',
        'proto-shop',
      ]);
      const { services } = await running.json<{ services: { name: string }[] }>(`${API}/services`);
      expect(services.map(({ name }) => name)).toEqual([...traceIds.keys()].sort());
    });

    it('health, readiness, metrics, and the description of it all', async () => {
      expect(await running.json('/health')).toMatchObject({
        status: 'ok',
        store: { kind: 'lmdb', status: 'ok' },
      });
      expect(await running.json('/ready')).toEqual({ ready: true });
      expect(await running.metric('synton_store_spans')).toBe(ledger.size);
      const { paths } = await running.json<{ paths: object }>(`${API}/openapi.json`);
      expect(Object.keys(paths)).toContain(`${API}/lifecycle/{trace_id}`);
    });

    it('says what it does not know', async () => {
      const unknown = await running.get(`${API}/lifecycle/${'1'.repeat(32)}`);
      expect(unknown.status).toBe(404);
      expect(unknown.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(await unknown.json()).toMatchObject({ code: 'TraceNotFound' });
      const invalid = await running.get(`${API}/lifecycle/nonsense`);
      expect(invalid.status).toBe(400);
      expect(await invalid.json()).toMatchObject({ code: 'InvalidTraceId' });
    });
  });
}

interface Lifecycle {
  readonly trace: Record<string, unknown>;
  readonly events: readonly { readonly type: string }[];
}

function protobufOf(json: string): Uint8Array {
  const converted = jsonToProtobuf(Buffer.from(json), TRACES_DATA);
  if (converted.status !== 'ok') throw new Error(converted.reason);
  return converted.bytes;
}

describeReading('in the first life');

describe('killed right after the last acknowledgement', () => {
  it('starts again on the same data', async () => {
    const request = buildRequest({ service: 'last-shop', seed: 815, spans: [{ name: 'last' }] });
    ledger.send(request);
    await connectExport(connectTransport(running.grpcPort), TRACES, request);
    running.process.child.kill('SIGKILL');
    ledger.record(request);
    expect(await running.process.ended).toMatchObject({ signal: 'SIGKILL' });
    running = await scene.start({ dataPath, flags: forwardingTo(upstream) });
    const id = rawSpansOf(request)[0]!.id.slice(0, 32);
    expect((await running.get(`${API}/lifecycle/${id}`)).status).toBe(200);
    traceIds.set('last-shop', id);
  });
});

describeReading('in the second life');

describe('in the end', () => {
  it('the destination has every span, bytes unchanged', async () => {
    const arrived = () => ledger.compare(upstream.accepted.map(({ body }) => body));
    await eventually(() => arrived().lost === 0, 'all are forwarded');
    expect(arrived()).toMatchObject({ acked: 18, readable: 18, changed: 0, unknown: 0 });
  });

  it('so has the store', async () => {
    expect(await running.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    const stored = ledger.compare(await readBack(scene, dataPath));
    expect(stored).toMatchObject({ acked: 18, readable: 18, changed: 0, unknown: 0, duplicate: 0 });
  });
});
