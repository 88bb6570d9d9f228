/**
 * A program that is traced: makes spans with ten attributes in small bursts at a steady rate, and tells what
 * it cost. Its one argument is an SdkOrder in JSON; prints an SdkReport.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { BlockHistogram } from './block-histogram.ts';
import type { SdkOrder, SdkReport } from './sdk-order.ts';

const order = JSON.parse(process.argv[2]!) as SdkOrder;

/** 20,000 spans a second: what one busy program makes, and what the stock processor takes without loss. */
const BURST = 100;
const BURST_EVERY_MS = 5;
const SPANS_A_TRACE = 8;
const WARM_UP_SPANS = 20_000;
const HOOK_CALLS = 20_000;
/** Calls between two looks at the clock, so that looking does not count. */
const HOOK_CALLS_A_LOOK = 250;

type Dropping = SpanProcessor & { readonly dropped?: Readonly<Record<string, number>> };

const processor = await processorOf();
const provider = new BasicTracerProvider({ spanProcessors: processor ? [processor] : [] });
const tracer = provider.getTracer('bench', '1.0.0');
let made = 0;
let parent: Context = ROOT_CONTEXT;

async function processorOf(): Promise<Dropping | undefined> {
  if (order.variant === 'bare') return undefined;
  if (order.variant === 'stock')
    return new BatchSpanProcessor(new OTLPTraceExporter({ url: order.sink }));
  const sdk = (await import(
    pathToFileURL(`${order.dist}/sdk/index.js`).href
  )) as typeof import('../../../src/sdk/index.ts');
  const options = order.variant === 'persisted' ? { path: order.folder } : {};
  return new sdk.SyntonSpanProcessor(options) as unknown as Dropping;
}

function startOne(): Span {
  const n = made++;
  if (n % SPANS_A_TRACE === 0) parent = ROOT_CONTEXT;
  const span = tracer.startSpan(
    'GET /api/v1/orders/{id}',
    {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/api/v1/orders/{id}',
        'url.path': `/orders/${n}`,
        'url.scheme': 'https',
        'http.response.status_code': 200,
        'server.address': 'shop.example.com',
        'server.port': 443,
        'client.address': `10.0.${n & 255}.7`,
        'app.cache.hit': n % 3 === 0,
        'user.id': `user-${n % 100_000}`,
      },
    },
    parent,
  );
  if (n % SPANS_A_TRACE === 0) parent = trace.setSpan(ROOT_CONTEXT, span);
  return span;
}

/** Bursts that are due evenly, as requests come in. */
async function work(spans: number): Promise<void> {
  const started = performance.now();
  for (let burst = 0; burst * BURST < spans; burst++) {
    const early = started + burst * BURST_EVERY_MS - performance.now();
    if (early > 0) await wait(early);
    for (let i = 0; i < BURST; i++) startOne().end();
  }
}

/** CPU in µs of this thread and of the process, so far. */
function cpu(): { readonly thread: number; readonly process: number } {
  const thread = process.threadCpuUsage();
  const whole = process.cpuUsage();
  return { thread: thread.user + thread.system, process: whole.user + whole.system };
}

async function costs(): Promise<Pick<SdkReport, 'threadMicros' | 'processMicros'>> {
  const before = cpu();
  await work(order.spans);
  await provider.forceFlush();
  const after = cpu();
  return {
    threadMicros: (after.thread - before.thread) / order.spans,
    processMicros: (after.process - before.process) / order.spans,
  };
}

async function blocks(): Promise<BlockHistogram> {
  const histogram = new BlockHistogram();
  await work(order.spans / 2);
  await provider.forceFlush();
  histogram.stop();
  return histogram;
}

/** The two hooks alone, called with spans that have ended, a batch between two looks at the clock. */
async function hooks(): Promise<Pick<SdkReport, 'onStartMicros' | 'onEndMicros'>> {
  if (processor === undefined) return { onStartMicros: undefined, onEndMicros: undefined };
  const silent = new BasicTracerProvider().getTracer('bench', '1.0.0');
  let startMs = 0;
  let endMs = 0;
  for (let calls = 0; calls < HOOK_CALLS; calls += HOOK_CALLS_A_LOOK) {
    const spans = Array.from({ length: HOOK_CALLS_A_LOOK }, () => silent.startSpan('hooked'));
    const first = performance.now();
    for (const span of spans) processor.onStart(span as never, ROOT_CONTEXT);
    const second = performance.now();
    for (const span of spans) span.end();
    const third = performance.now();
    for (const span of spans) processor.onEnd(span as unknown as ReadableSpan);
    const fourth = performance.now();
    startMs += second - first;
    endMs += fourth - third;
    await wait(BURST_EVERY_MS);
  }
  return {
    onStartMicros: (startMs * 1_000) / HOOK_CALLS,
    onEndMicros: (endMs * 1_000) / HOOK_CALLS,
  };
}

await work(WARM_UP_SPANS);
await provider.forceFlush();
const cost = await costs();
const histogram = await blocks();
const inside = await hooks();
await provider.forceFlush();
const dropped = Object.values(processor?.dropped ?? {}).reduce((sum, one) => sum + one, 0);
const report: SdkReport = {
  ...cost,
  ...inside,
  blockedMaxMs: histogram.maxMs,
  blocks: histogram.counts,
  blocksOver5: histogram.over(5),
  dropped,
  ended: made + (processor === undefined ? 0 : HOOK_CALLS),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
await provider.shutdown();
