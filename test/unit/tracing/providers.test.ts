/** Whatever provider a program has, or has not, or breaks: its functions do what they do. */
import {
  type Context,
  context,
  trace as otel,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Tracer,
} from '@opentelemetry/api';
import { AlwaysOffSampler, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, test } from 'vitest';
import { checkpoint, startSpan, trace, withSpan } from '../../../src/tracing/index.ts';
import { registerProvider, unregisterProvider } from './registered-provider.ts';

afterEach(unregisterProvider);
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function useEverything(): Promise<unknown[]> {
  using span = startSpan('by hand');
  span.setAttribute('a', 1);
  span.fail(new Error('x'));
  checkpoint('here', { b: 2 });
  const results = [
    trace((a: number) => a + 1)(1),
    await trace(async () => 'later')(),
    [
      ...trace(function* () {
        yield 'step';
      })(),
    ],
    withSpan('around', (given) => typeof given.spanContext().traceId),
    span.run(() => 'run'),
  ];
  try {
    trace(() => {
      throw new Error('mine');
    })();
  } catch (error) {
    results.push((error as Error).message);
  }
  return results;
}
const ALL = [2, 'later', ['step'], 'string', 'run', 'mine'];

describe('without a provider', () => {
  test('everything works, and nothing is set up', async () => {
    expect(await useEverything()).toEqual(ALL);
    const provider = otel.getTracerProvider() as ProxyTracerProvider;
    expect(provider.getDelegate()).toBe(new ProxyTracerProvider().getDelegate());
    const probe = ROOT_CONTEXT.setValue(Symbol.for('probe'), 1);
    expect(context.with(probe, () => context.active())).toBe(ROOT_CONTEXT);
  });

  test('a promise keeps its prototype, as nobody watches it', () => {
    const promise = trace(async () => 1)();
    expect(Object.getPrototypeOf(promise)).toBe(Promise.prototype);
  });
});

describe('a provider', () => {
  test('that is registered after the functions were traced is used', () => {
    const early = trace(function early() {});
    early();
    const exporter = new InMemorySpanExporter();
    registerProvider(exporter);
    early();
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['early']);
    expect(exporter.getFinishedSpans()[0]!.instrumentationScope.name).toBe('synton');
  });

  test('that replaces another is used from then on', () => {
    const exporters = [new InMemorySpanExporter(), new InMemorySpanExporter()] as const;
    const moves = trace(function moves() {});
    registerProvider(exporters[0]);
    moves();
    unregisterProvider();
    moves();
    registerProvider(exporters[1]);
    moves();
    expect(exporters.map((exporter) => exporter.getFinishedSpans().length)).toEqual([1, 1]);
  });

  test('that samples nothing still hands its decision down', async () => {
    const exporter = new InMemorySpanExporter();
    registerProvider(exporter, new AlwaysOffSampler());
    const flags: (number | undefined)[] = [];
    const note = () => flags.push(otel.getActiveSpan()?.spanContext().traceFlags);
    await trace(async () => {
      await turn();
      note();
    })();
    for (const _ of trace(function* () {
      note();
      yield 1;
    })());
    expect([flags, exporter.getFinishedSpans()]).toEqual([[0, 0], []]);
  });
});

describe('a provider that breaks', () => {
  function fail(): never {
    throw new Error('the provider is broken');
  }
  const brokenSpan = {
    spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
    isRecording: () => true,
    setAttribute: fail,
    addEvent: fail,
    recordException: fail,
    setStatus: fail,
    end: fail,
  };

  test.each([
    ['has no tracer', { getTracer: fail }],
    ['starts no span', { getTracer: () => ({ startSpan: fail }) }],
    ['starts nothing at all', { getTracer: () => ({ startSpan: () => undefined }) }],
    ['spans that take nothing', { getTracer: () => ({ startSpan: () => brokenSpan }) }],
    [
      'spans that do not even answer',
      { getTracer: () => ({ startSpan: () => ({ ...brokenSpan, isRecording: fail }) }) },
    ],
  ])('%s', async (_what, provider) => {
    otel.setGlobalTracerProvider(provider as unknown as { getTracer(): Tracer });
    expect(await useEverything()).toEqual(ALL);
  });

  test.each([
    ['before it runs the function', () => fail()],
    [
      'after it ran the function',
      (run: () => unknown) => {
        run();
        return fail();
      },
    ],
  ])('a context manager that fails %s', (_when, use) => {
    registerProvider(new InMemorySpanExporter());
    context.disable();
    context.setGlobalContextManager({
      active: () => ROOT_CONTEXT,
      with: (_context: Context, run: () => unknown) => use(run) as never,
      bind: (_context: Context, target: never) => target,
      enable() {
        return this;
      },
      disable() {
        return this;
      },
    } as never);
    let calls = 0;
    const counts = trace(() => ++calls);
    expect(counts()).toBe(1);
    expect(counts()).toBe(2);
  });
});
