/**
 * A program that calls: tells what a call costs, in ns of its thread's CPU, for each kind of function. Its one argument
 * is a CallOrder in JSON (call-order.ts); prints a CallReport.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const order = JSON.parse(process.argv[2]);
/** Of the calls that are measured, before them. */
const WARM_UP_SHARE = 0.25;
const CPU = process.threadCpuUsage?.bind(process) ?? process.cpuUsage.bind(process);

const functions = await import(pathToFileURL(order.functions).href);
const { wrap, flush } = await wrapping();
const add = wrap('add', functions.add);
const later = wrap('later', functions.later);
const adder = new functions.Adder();
if (order.wrapper !== 'none') adder.add = wrap('Adder#add', adder.add);
let kept = 0;

/** By hand, as a program does it that asks for spans; nothing where something else watches it. */
async function wrapping() {
  const none = { wrap: (_, call) => call, flush: async () => {} };
  if (order.wrapper === 'none') return none;
  const { flush } = order.sink === undefined ? none : await startSdk();
  if (order.wrapper === 'trace') {
    const { trace } = await import(pathToFileURL(`${order.dist}/tracing/index.js`).href);
    return { wrap: (name, call) => trace(name, call), flush };
  }
  const { trace } = await import('@opentelemetry/api');
  const tracer = trace.getTracer('bench', '1.0.0');
  const wrap = (name, call) =>
    function (...args) {
      return tracer.startActiveSpan(name, (span) => {
        const result = call.apply(this, args);
        if (!(result instanceof Promise)) {
          span.end();
          return result;
        }
        return result.finally(() => span.end());
      });
    };
  return { wrap, flush };
}

async function startSdk() {
  const { context, trace } = await import('@opentelemetry/api');
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
  const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  const exporter = new OTLPTraceExporter({ url: order.sink });
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return { flush: () => provider.forceFlush() };
}

const KINDS = {
  function: (from, to) => {
    for (let n = from; n < to; n++) kept ^= add(n);
  },
  method: (from, to) => {
    for (let n = from; n < to; n++) kept ^= adder.add(n);
  },
  async: async (from, to) => {
    for (let n = from; n < to; n++) kept ^= await later(n);
  },
};

/** ns a call; between bursts the event loop turns, and what is sent there is not counted. */
async function cost(run) {
  let micros = 0;
  for (let calls = -order.calls * WARM_UP_SHARE; calls < order.calls; calls += order.burst) {
    const before = CPU();
    await run(calls, calls + order.burst);
    const after = CPU(before);
    if (calls >= 0) micros += after.user + after.system;
    if (order.restMs > 0) await wait(order.restMs);
  }
  return (micros * 1_000) / order.calls;
}

const nanos = {};
const before = process.cpuUsage();
for (const [kind, run] of Object.entries(KINDS)) nanos[kind] = await cost(run);
await flush();
const after = process.cpuUsage(before);
const calls = order.calls * (1 + WARM_UP_SHARE) * Object.keys(KINDS).length;
const processNanos = ((after.user + after.system) * 1_000) / calls;
process.stdout.write(`${JSON.stringify({ ...nanos, process: processNanos, kept: kept & 1 })}\n`);
