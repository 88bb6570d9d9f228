/** Recording: what a run holds, whose spans it sees, and when it refuses. */
import { context, trace as otel, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { RecordingFailed, record, recordingProcessor } from '../../../src/testing/index.ts';
import {
  checkpoint,
  startSpan,
  TraceCollector,
  trace,
  withSpan,
} from '../../../src/tracing/index.ts';
import { registerProvider, unregisterProvider } from '../tracing/registered-provider.ts';

afterEach(unregisterProvider);

const turn = () => new Promise((resolve) => setImmediate(resolve));
const names = (run: { spans: readonly { name: string }[] }) => run.spans.map(({ name }) => name);

describe('without a provider', () => {
  test('a run is the result and the tree of what was called', async () => {
    const charge = trace({ kind: 'ExternalCall' }, async function charge(amount: number) {
      checkpoint('asked', { attempt: 1 });
      await turn();
      return amount;
    });
    const run = await record(async () => {
      await withSpan('order', { attributes: { 'order.id': 7 } }, async () => {
        await charge(3);
        await charge(4);
      });
      return 'done';
    });
    expect(run.result).toBe('done');
    expect(run.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(names(run)).toEqual(['order', 'charge', 'charge']);
    const [order] = run.root.children;
    expect(order).toMatchObject({
      name: 'order',
      kind: 'AsyncTask',
      otelKind: 'internal',
      status: 'Completed',
      attributes: { 'order.id': 7 },
    });
    expect(order!.children.map(({ kind }) => kind)).toEqual(['ExternalCall', 'ExternalCall']);
    expect(order!.children[0]!.events).toMatchObject([
      { type: 'Checkpoint', name: 'asked', attributes: { attempt: 1 } },
    ]);
    expect(order!.durationNano).toBeGreaterThan(0);
    expect(run.root.durationNano).toBeGreaterThanOrEqual(order!.durationNano! - 1e6);
    expect(run.parentOf(order!.children[1]!)).toBe(order);
    expect(run.parentOf(run.root)).toBeUndefined();
    expect(run.called('charge')).toBe(true);
    expect(run.called(/^cha/g) && run.called(/^cha/g)).toBe(true);
    expect(run.called('refund')).toBe(false);
    expect(run.calls('charge')).toHaveLength(2);
    expect(run.unfinished).toEqual([]);
    expect(run.text()).toMatch(/ms {2}run\n.* {2}order\n.*charge\n +◆ asked\n.*charge/);
  });

  test('code that is not async, and code that makes no spans', async () => {
    const run = await record(() => withSpan('sum', () => 1 + 1), { name: 'adding' });
    expect([run.result, run.root.name, names(run)]).toEqual([2, 'adding', ['sum']]);
    expect((await record(() => 5)).spans).toEqual([]);
  });
});

describe('errors', () => {
  const fails = trace(async function fails() {
    throw new RangeError('too far');
  });

  test('come out as they were', async () => {
    const thrown = new Error('as it was');
    await expect(
      record(() => {
        throw thrown;
      }),
    ).rejects.toBe(thrown);
    await expect(record(fails)).rejects.toThrow('too far');
  });

  test('are kept where asked for, undefined too', async () => {
    const run = await record(fails, { throws: 'keep' });
    expect(run).toMatchObject({ result: undefined, hasThrown: true });
    expect(run.error).toBeInstanceOf(RangeError);
    expect(run.root).toMatchObject({ status: 'Failed', errorType: 'RangeError' });
    expect(run.spans[0]).toMatchObject({
      status: 'Failed',
      errorType: 'RangeError',
      statusMessage: 'too far',
      events: [{ type: 'Error' }],
    });
    const odd = await record(() => Promise.reject(undefined), { throws: 'keep' });
    expect([odd.hasThrown, odd.error]).toEqual([true, undefined]);
  });
});

describe('what outlives the code', () => {
  test('is waited for, and what it starts', async () => {
    const run = await record(() => {
      void withSpan('first', async () => {
        await turn();
        await turn();
      }).then(() => withSpan('second', turn));
    });
    expect(run.spans.map(({ name, status }) => [name, status])).toEqual([
      ['first', 'Completed'],
      ['second', 'Completed'],
    ]);
  });

  test('is a task, unless it says what it is', async () => {
    const run = await record(() => {
      const beside = startSpan('beside');
      const named = startSpan('named', { kind: 'Function' });
      startSpan('within').end();
      setImmediate(() => [beside, named].forEach((span) => void span.end()));
    });
    expect(run.spans.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'beside AsyncTask',
      'named Function',
      'within Function',
    ]);
  });

  test('is unfinished after settleMs, under fake timers too', async () => {
    vi.useFakeTimers();
    try {
      const run = await record(() => void startSpan('hangs'), { settleMs: 20 });
      expect(run.unfinished).toMatchObject([
        { name: 'hangs', status: 'Running', durationNano: undefined, endedAs: undefined },
      ]);
      expect(run.text()).toContain('… hangs  unfinished');
    } finally {
      vi.useRealTimers();
    }
  });

  test('is not noted once the recording is over', async () => {
    const late = Promise.withResolvers<void>();
    const run = await record(
      () => {
        void withSpan('waits', () => late.promise.then(() => withSpan('late', turn)));
      },
      { settleMs: 0 },
    );
    late.resolve();
    await turn();
    await turn();
    expect(run.spans.map(({ name, status }) => [name, status])).toEqual([['waits', 'Running']]);
  });
});

describe('runs do not see each other', () => {
  test('at the same time', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        record(async () => {
          for (let n = 0; n < i; n++) await withSpan(`step ${i}`, turn);
        }),
      ),
    );
    expect(runs.map(names)).toEqual(runs.map((_, i) => Array(i).fill(`step ${i}`)));
    expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(20);
  });

  test('one within another', async () => {
    const outer = await record(() =>
      withSpan('outer', async () => {
        const inner = await record(() => withSpan('inner', turn));
        await withSpan('after', turn);
        return inner;
      }),
    );
    expect(names(outer)).toEqual(['outer', 'after']);
    expect(names(outer.result)).toEqual(['inner']);
  });
});

describe('providers', () => {
  test('the program’s own gets the spans as before', async () => {
    const exporter = new InMemorySpanExporter();
    registerProvider(exporter);
    const run = await record(() =>
      otel.getTracer('lib').startActiveSpan('GET', { kind: SpanKind.CLIENT }, (span) => span.end()),
    );
    expect(run.spans).toMatchObject([{ name: 'GET', kind: 'ExternalCall', otelKind: 'client' }]);
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['GET', 'run']);
  });

  test('one without a context manager gets one', async () => {
    otel.setGlobalTracerProvider(new BasicTracerProvider());
    const run = await record(() => withSpan('a', () => withSpan('b', turn)));
    expect(run.root.children[0]!.children).toHaveLength(1);
  });

  test('one after another, and the collector beside', async () => {
    const collector = TraceCollector.global();
    await collector.clear();
    expect(names(await record(() => withSpan('first', turn)))).toEqual(['first']);
    expect((await collector.views.traces()).items).toHaveLength(1);
    unregisterProvider();
    registerProvider(new InMemorySpanExporter());
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(names(await record(() => withSpan('second', turn)))).toEqual(['second']);
    said.mockRestore();
  });

  test('a span whose parent is of another trace, or was not recorded, is below the root', async () => {
    registerProvider(new InMemorySpanExporter());
    const run = await record(() => {
      const { traceId, traceFlags } = otel.getActiveSpan()!.spanContext();
      const unknown = { traceId, traceFlags, spanId: 'ab'.repeat(8), isRemote: true };
      const parent = otel.setSpanContext(context.active(), unknown);
      otel.getTracer('lib').startSpan('orphan', {}, parent).end();
      otel.getTracer('lib').startSpan('elsewhere', {}, ROOT_CONTEXT).end();
    });
    expect(names(run)).toEqual(['orphan']);
    expect(run.parentOf(run.spans[0]!)).toBe(run.root);
  });
});

describe('refuses', () => {
  test('a run of more spans than are kept', async () => {
    const code = () => {
      for (let n = 0; n < 5; n++) withSpan('step', () => n);
    };
    await expect(record(code, { maxSpans: 5 })).rejects.toThrow(
      'the code made 6 spans, more than maxSpans (5)',
    );
    expect((await record(code, { maxSpans: 6 })).spans).toHaveLength(5);
  });

  test('a provider that samples the run out', async () => {
    registerProvider(new InMemorySpanExporter(), new AlwaysOffSampler());
    const code = vi.fn();
    await expect(record(code)).rejects.toThrow(/its sampler leaves it out/);
    expect(code).not.toHaveBeenCalled();
  });

  test('a provider that takes no processor, unless it was given ours', async () => {
    const frozen = (provider: BasicTracerProvider) => {
      Object.freeze((provider as unknown as { _activeSpanProcessor: object })._activeSpanProcessor);
      otel.setGlobalTracerProvider(provider);
    };
    // The collector of another test says so too.
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => said.mockRestore());
    const exporting = new SimpleSpanProcessor(new InMemorySpanExporter());
    frozen(new BasicTracerProvider({ spanProcessors: [exporting] }));
    await expect(record(() => 1)).rejects.toThrow(/pass it `recordingProcessor`/);
    otel.disable();
    frozen(new BasicTracerProvider({ spanProcessors: [exporting, recordingProcessor] }));
    expect(names(await record(() => withSpan('a', turn)))).toEqual(['a']);
  });

  test('a program in which no context can be active', async () => {
    registerProvider(new InMemorySpanExporter());
    context.disable();
    const refusing = vi.spyOn(context, 'setGlobalContextManager').mockReturnValue(false);
    onTestFinished(() => refusing.mockRestore());
    const code = vi.fn();
    await expect(record(code)).rejects.toThrow(/no context manager/);
    expect(code).not.toHaveBeenCalled();
  });

  test('a provider that comes while the code runs', async () => {
    const run = record(() => {
      otel.setGlobalTracerProvider(new BasicTracerProvider());
      withSpan('unseen', () => {});
    });
    await expect(run).rejects.toThrow(RecordingFailed);
    expect(names(await record(() => withSpan('seen', turn)))).toEqual(['seen']);
  });

  test('options that are none', async () => {
    for (const options of [{ maxSpans: 0 }, { settleMs: -1 }, { settleMs: Number.NaN }]) {
      await expect(record(() => 1, options)).rejects.toThrow(TypeError);
    }
    await expect(record(undefined as never)).rejects.toThrow('expected a function');
  });
});
