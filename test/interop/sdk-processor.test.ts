/** The processor registered with the real SDK 2.x, and what a program sees of it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type Sampler,
  SamplingDecision,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import {
  ConfigError,
  type ProcessorOptions,
  ProcessorUnavailable,
  SyntonSpanProcessor,
  TraceNotFound,
} from '../../src/sdk/index.ts';
import { startService } from '../../src/service.ts';
import { GrpcUpstream, HttpUpstream } from '../support/otlp-upstream.ts';

let folder: string;
let processors: SyntonSpanProcessor[];
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synton-sdk-'));
  processors = [];
  said = [];
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void said.push(line));
});

afterEach(async () => {
  await Promise.all(processors.map((processor) => processor.shutdown()));
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function traced(options: ProcessorOptions = {}, sampler?: Sampler) {
  const processor = new SyntonSpanProcessor(options);
  processors.push(processor);
  // It fits the SDK's own interface without a cast.
  const asSdk: SpanProcessor = processor;
  const provider = new BasicTracerProvider({
    spanProcessors: [asSdk],
    ...(sampler && { sampler }),
  });
  return { processor, provider, tracer: provider.getTracer('shop', '1.0') };
}

/** A root with two children, the second failed. Returns the trace's id. */
function order({ tracer }: ReturnType<typeof traced>): string {
  const root = tracer.startSpan('POST /orders', { kind: 1 });
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  tracer.startSpan('INSERT', { kind: 2, attributes: { 'db.system.name': 'sqlite' } }, inside).end();
  const failing = tracer.startSpan('charge', {}, inside);
  failing.recordException(new Error('card refused'));
  failing.setStatus({ code: SpanStatusCode.ERROR, message: 'refused' });
  failing.end();
  root.end();
  return root.spanContext().traceId;
}

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('views', () => {
  test('tell what a program did, as soon as it did it', async () => {
    const program = traced();
    const traceId = order(program);
    const { views } = program.processor;
    const life = await views.lifecycle(traceId);
    expect(life.trace).toMatchObject({ spanCount: 3, errorCount: 1, status: 'Failed' });
    expect(life.tree.map(({ name, kind }) => [name, kind])).toEqual([
      ['POST /orders', 'AsyncTask'],
      ['INSERT', 'DatabaseQuery'],
      ['charge', 'Function'],
    ]);
    expect((await views.timeline(traceId, { limit: 2 })).rows.length).toBe(2);
    expect((await views.export(traceId, { format: 'text' })).content).toContain('charge');
    expect((await views.dashboard({ last: '1h' })).spans).toBe(3);
    expect((await views.statistics({ by: 'operation', step: '1m' })).series.length).toBe(3);
    const service = life.tree[0]!.service;
    expect((await views.services()).services.map(({ name }) => name)).toEqual([service]);
    const found = await views.traces({
      attributes: { 'db.system.name': 'sqlite' },
      from: new Date(Date.now() - 60_000),
    });
    expect(found.items.map((item) => item.traceId)).toEqual([traceId]);
    expect((await views.traces({ minDuration: '1h' })).items).toEqual([]);
  });

  test('show a span as Running until it ends', async () => {
    const { processor, tracer } = traced();
    const span = tracer.startSpan('hangs');
    const { traceId } = span.spanContext();
    expect((await processor.views.lifecycle(traceId)).trace.status).toBe('Running');
    expect((await processor.views.traces({ status: 'Running' })).items.length).toBe(1);
    span.end();
    expect((await processor.views.lifecycle(traceId)).trace.status).toBe('Completed');
    expect((await processor.views.traces({ status: 'Running' })).items).toEqual([]);
  });

  test('reject what they cannot answer', async () => {
    const { processor } = traced();
    await expect(processor.views.lifecycle('ab'.repeat(16))).rejects.toThrow(TraceNotFound);
    await processor.shutdown();
    await expect(processor.views.dashboard()).rejects.toThrow(ProcessorUnavailable);
  });
});

describe('a burst', () => {
  test('of 10,000 spans in one turn of the loop loses none', async () => {
    const { processor, tracer } = traced({ path: folder });
    for (let i = 0; i < 10_000; i++) tracer.startSpan(`op ${i % 7}`).end();
    await processor.forceFlush();
    expect((await processor.views.dashboard({ last: '1h' })).spans).toBe(10_000);
    expect(sumOf(processor.dropped)).toBe(0);
  });

  test('beyond the bound is counted to the span, and said once', async () => {
    const { processor, tracer } = traced({ maxEndedSpans: 1_000 });
    for (let i = 0; i < 10_000; i++) tracer.startSpan('op').end();
    await processor.forceFlush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(processor.dropped.buffer_full).toBe(9_000);
    expect((await processor.views.dashboard({ last: '1h' })).spans).toBe(1_000);
    expect(said.filter((line) => line.includes('9000 spans were dropped')).length).toBe(1);
  });
});

test('a span without a valid id is counted, and the others of its request are kept', async () => {
  const program = traced();
  const { processor, tracer } = program;
  const traceId = order(program);
  const invalid = tracer.startSpan('nowhere');
  vi.spyOn(invalid, 'spanContext').mockReturnValue({
    traceId: '0'.repeat(32),
    spanId: '0'.repeat(16),
    traceFlags: 1,
  });
  invalid.end();
  await processor.forceFlush();
  expect(processor.dropped.invalid_id).toBe(1);
  expect(sumOf(processor.dropped)).toBe(1);
  const { trace: shown } = await processor.views.lifecycle(traceId);
  expect(shown.spanCount).toBe(3);
});

describe('keeping', () => {
  test('what was flushed is there for the next process', async () => {
    const first = traced({ path: folder });
    const traceId = order(first);
    await first.provider.shutdown();
    const second = traced({ path: folder });
    const { trace: summary } = await second.processor.views.lifecycle(traceId);
    expect(summary).toMatchObject({ spanCount: 3, inMemoryOnly: false });
    expect(said).toEqual([]);
  });

  test('without a path nothing is written, and that is said once', async () => {
    const before = readdirSync('.');
    const program = traced();
    order(program);
    await program.processor.forceFlush();
    expect(readdirSync('.')).toEqual(before);
    expect(said.length).toBe(1);
    expect(said[0]).toMatch(/memory only/);
  });

  test('a folder that cannot be used is said; the program goes on in memory', async () => {
    const path = join(folder, 'file', 'data');
    writeFileSync(join(folder, 'file'), 'in the way');
    const program = traced({ path });
    const traceId = order(program);
    expect((await program.processor.views.lifecycle(traceId)).trace.spanCount).toBe(3);
    expect(said.some((line) => line.includes(path))).toBe(true);
  });

  test('spans that the SDK records without sampling stay in memory', async () => {
    const recordOnly: Sampler = {
      shouldSample: () => ({ decision: SamplingDecision.RECORD }),
      toString: () => 'record only',
    };
    const { processor, tracer } = traced({ path: folder }, recordOnly);
    const span = tracer.startSpan('seen');
    span.end();
    await processor.forceFlush();
    const { trace: summary } = await processor.views.lifecycle(span.spanContext().traceId);
    expect(summary.inMemoryOnly).toBe(true);
    expect(processor.dropped.sampled_out).toBe(1);
  });
});

describe('forwarding', () => {
  test.each(['http', 'grpc', "exporter: 'otel'", 'in memory'] as const)(
    'forceFlush hands over all that ended: %s',
    async (how) => {
      const isHttp = how === 'http';
      const upstream = isHttp ? new HttpUpstream() : new GrpcUpstream();
      await upstream.start();
      const program = traced({
        ...(how !== 'in memory' && { path: folder }),
        ...(how === "exporter: 'otel'" && { exporter: 'otel' }),
        export: { endpoint: upstream.endpoint, format: isHttp ? 'otlp-http' : 'otlp' },
      });
      for (let i = 0; i < 1_500; i++) program.tracer.startSpan('op').end();
      await program.processor.forceFlush();
      expect(new Set(upstream.spanIds).size).toBe(1_500);
      await program.processor.shutdown();
      upstream.stop();
    },
  );

  test.each([true, false])('to any SpanExporter, persisted: %s', async (isPersisted) => {
    const exporter = new InMemorySpanExporter();
    const program = traced({ exporter, ...(isPersisted && { path: folder }) });
    const traceId = order(program);
    await program.processor.forceFlush();
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name).sort()).toEqual(['INSERT', 'POST /orders', 'charge']);
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
  });

  test('what a destination missed is sent after a restart', async () => {
    const upstream = await new HttpUpstream().start();
    const forward = { endpoint: upstream.endpoint, format: 'otlp-http' } as const;
    upstream.behave = () => ({ kind: 'http', status: 503 });
    const first = traced({ path: folder, export: forward });
    order(first);
    // It does not wait for one that is known to be away.
    await first.processor.shutdown();
    expect(upstream.accepted).toEqual([]);
    upstream.behave = () => ({ kind: 'accept' });
    const second = traced({ path: folder, export: forward });
    await second.processor.forceFlush();
    expect(new Set(upstream.spanIds).size).toBe(3);
    await second.processor.shutdown();
    upstream.stop();
  });
});

describe('a data directory that another holds', () => {
  test('gets the spans, which is said once; when the other is gone it is taken over', async () => {
    const owner = traced({ path: folder });
    await owner.processor.forceFlush();
    const guest = traced({ path: folder });
    const early = order(guest);
    await guest.processor.forceFlush();
    expect((await owner.processor.views.lifecycle(early)).trace).toMatchObject({
      spanCount: 3,
      inMemoryOnly: false,
    });
    // This program's own views know its spans too.
    expect((await guest.processor.views.lifecycle(early)).trace.spanCount).toBe(3);
    expect(said.filter((line) => line.includes(`pid ${process.pid}`)).length).toBe(1);

    await owner.processor.shutdown();
    const late = order(guest);
    await guest.processor.forceFlush();
    for (const traceId of [early, late]) {
      const { trace: summary } = await guest.processor.views.lifecycle(traceId);
      expect(summary).toMatchObject({ spanCount: 3, inMemoryOnly: false });
    }
    expect(sumOf(guest.processor.dropped)).toBe(0);
  });
});

describe('a data directory that a running service holds', () => {
  test('the service gets the spans that were sampled', async () => {
    const flags = new Map([
      ['instrument.trace_path', folder],
      ['receivers.otlp.grpc.endpoint', '127.0.0.1:0'],
      ['receivers.otlp.http.endpoint', '127.0.0.1:0'],
      ['api.endpoint', '127.0.0.1:0'],
    ]);
    const service = await startService(loadConfig({ flags, env: {}, inProgram: true }).config);
    const guest = traced({ path: folder });
    const traceId = order(guest);
    await guest.processor.forceFlush();
    const { host, port } = service.endpoints.api;
    const answer = await fetch(`http://${host}:${port}/api/v1/instr/lifecycle/${traceId}`);
    const life = (await answer.json()) as { trace: { spanCount: number; inMemoryOnly: boolean } };
    expect(life.trace).toMatchObject({ spanCount: 3, inMemoryOnly: false });

    await service.shutdown(5_000);
    const late = order(guest);
    await guest.processor.forceFlush();
    const { trace: summary } = await guest.processor.views.lifecycle(late);
    expect(summary).toMatchObject({ spanCount: 3, inMemoryOnly: false });
  });
});

describe('its life', () => {
  test('switched off it does nothing', async () => {
    const program = traced({ enabled: false, path: folder });
    order(program);
    await program.processor.forceFlush();
    expect(readdirSync(folder)).toEqual([]);
    expect(sumOf(program.processor.dropped)).toBe(0);
    await expect(program.processor.views.dashboard()).rejects.toThrow(ProcessorUnavailable);
  });

  test('a wrong option throws where it is made', () => {
    expect(() => new SyntonSpanProcessor({ sampleRate: 2 })).toThrow(ConfigError);
  });

  test('shutdown comes once, and what ends after it is counted', async () => {
    const { processor, tracer } = traced();
    const span = tracer.startSpan('late');
    const closing = processor.shutdown();
    expect(processor.shutdown()).toBe(closing);
    span.end();
    await closing;
    await processor.forceFlush();
    expect(processor.dropped.after_shutdown).toBe(1);
  });

  test('its own work makes no spans, whatever is instrumented', async () => {
    const seen: boolean[] = [];
    const { processor, tracer } = traced();
    vi.spyOn(context, 'with').mockImplementationOnce(((
      given: typeof ROOT_CONTEXT,
      run: () => void,
    ) => {
      const key = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
      seen.push(given.getValue(key) === true);
      return run();
    }) as never);
    tracer.startSpan('op').end();
    await processor.forceFlush();
    expect(seen).toEqual([true]);
  });

  test('unsampled spans that are not recorded never reach it', async () => {
    const { processor, tracer } = traced({}, new AlwaysOffSampler());
    tracer.startSpan('op').end();
    await processor.forceFlush();
    expect((await processor.views.dashboard({ last: '1h' })).spans).toBe(0);
  });
});
