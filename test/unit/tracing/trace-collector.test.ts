/** The traces of this process in memory: what the collector shows, forgets, and whom it gets them from. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, trace as otel } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { checkpoint, TraceCollector, trace, withSpan } from '../../../src/tracing/index.ts';
import { unregisterProvider } from './registered-provider.ts';

const PROGRAM = join(import.meta.dirname, 'collecting-program.ts');
const turn = () => new Promise((resolve) => setImmediate(resolve));

afterEach(unregisterProvider);

function collecting(...args: ConstructorParameters<typeof TraceCollector>): TraceCollector {
  const said = vi.spyOn(console, 'warn');
  const collector = new TraceCollector(...args);
  otel.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [collector.processor] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  onTestFinished(async () => {
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
    await collector.clear();
  });
  return collector;
}

describe('a collector', () => {
  test('shows what ran, in every view', async () => {
    const collector = collecting();
    const pay = trace(
      { kind: 'ExternalCall', captureArguments: true },
      async function pay(_n: number) {
        checkpoint('asked the bank');
        await turn();
        throw new Error('refused');
      },
    );
    await withSpan('order', async () => pay(3).catch(() => {}));
    const { views } = collector;
    const [summary] = (await views.traces()).items;
    const { traceId } = summary!;
    expect(summary).toMatchObject({ spanCount: 2, errorCount: 1, status: 'Failed' });
    const life = await views.lifecycle(traceId);
    expect(life.tree.map(({ name, kind }) => [name, kind])).toEqual([
      ['order', 'AsyncTask'],
      ['pay', 'ExternalCall'],
    ]);
    // The SDK gives each span a clock of its own, a millisecond apart: only a span's own events have an order.
    const paying = life.events.filter(({ spanId }) => spanId !== life.events[0]!.spanId);
    expect(paying.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'Enter pay',
      'Checkpoint asked the bank',
      'Error exception',
      'Exit pay',
    ]);
    expect(paying[0]!.attributes).toEqual([
      { key: 'synton.args', value: { type: 'string', value: '[3]' } },
    ]);
    expect((await views.timeline(traceId)).rows.length).toBe(2);
    expect((await views.dashboard({ last: '1h' })).spans).toBe(2);
    expect((await views.statistics({ by: 'operation' })).series.length).toBe(2);
    for (const format of ['json', 'mermaid', 'text'] as const) {
      expect((await views.export(traceId, { format })).content).toContain('pay');
    }
  });

  test('shows what still runs', async () => {
    const collector = collecting();
    const { promise, resolve } = Promise.withResolvers<void>();
    const hangs = trace(async function hangs() {
      await promise;
    })();
    expect((await collector.views.traces({ status: 'Running' })).items).toHaveLength(1);
    resolve();
    await hangs;
    expect((await collector.views.traces({ status: 'Running' })).items).toEqual([]);
  });

  test('remembers as many spans as it may, the latest', async () => {
    const collector = collecting({ maxSpans: 5 });
    for (let i = 0; i < 20; i++) withSpan(`span ${i}`, () => {});
    const { items } = await collector.views.traces({ limit: 100 });
    expect(items.map(({ root }) => root?.name)).toEqual(
      [19, 18, 17, 16, 15].map((i) => `span ${i}`),
    );
  });

  test('forgets everything when it is cleared, and goes on', async () => {
    const collector = collecting();
    withSpan('before', () => {});
    expect((await collector.views.traces()).items).toHaveLength(1);
    await collector.clear();
    expect((await collector.views.traces()).items).toEqual([]);
    expect((await collector.views.dashboard({ last: '1h' })).spans).toBe(0);
    withSpan('after', () => {});
    expect((await collector.views.traces()).items.map(({ root }) => root?.name)).toEqual(['after']);
  });

  test('answers still when its provider is shut down, and takes no more', async () => {
    const collector = collecting();
    withSpan('before', () => {});
    await collector.processor.shutdown();
    withSpan('after', () => {});
    expect((await collector.views.traces()).items.map(({ root }) => root?.name)).toEqual([
      'before',
    ]);
  });
});

describe('the stack of spans', () => {
  const names = (collector: TraceCollector) => collector.currentSpanStack().map(({ name }) => name);

  test('is that of the async context that asks', async () => {
    const collector = collecting();
    expect(collector.currentSpanStack()).toEqual([]);
    const leaf = trace(async (wait: number) => {
      await new Promise((resolve) => setTimeout(resolve, wait));
      return names(collector);
    });
    const branch = (name: string, wait: number) => withSpan(name, () => leaf(wait));
    const stacks = await withSpan('root', () =>
      Promise.all([branch('left', 8), branch('right', 2)]),
    );
    expect(stacks).toEqual([
      ['root', 'left', '(anonymous)'],
      ['root', 'right', '(anonymous)'],
    ]);
    expect(names(collector)).toEqual([]);
  });

  test('leaves out what has ended, and does not grow with a chain that never ends', async () => {
    const collector = collecting();
    let stack: readonly string[] = [];
    await new Promise<void>((resolve) => {
      const step = trace('step', (left: number) => {
        stack = names(collector);
        if (left === 0) resolve();
        else setImmediate(() => step(left - 1));
      });
      step(200);
    });
    expect(stack).toEqual(['step']);
  });

  test('has every span of a deep recursion', () => {
    const collector = collecting();
    const deep: (left: number) => number = trace('deep', (left: number) =>
      left === 0 ? collector.currentSpanStack().length : deep(left - 1),
    );
    expect(deep(99)).toBe(100);
  });
});

describe('the collector of the process', () => {
  function run(how: string, env: Record<string, string> = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'synton-collector-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return new Promise<Record<string, unknown> & { left: string[] }>((resolve, reject) => {
      const options = { cwd: folder, env: { ...process.env, ...env } };
      execFile(process.execPath, [PROGRAM, how], options, (error, stdout, stderr) => {
        if (error || stderr !== '') reject(new Error(stderr, { cause: error }));
        else resolve({ ...JSON.parse(stdout), left: readdirSync(folder) });
      });
    });
  }
  const TWICE = ['outer 2', 'outer 2'];
  const EXPORTED = ['inner', 'outer', 'inner', 'outer'];

  test('sets a provider up where there is none', async () => {
    const told = await run('nobody registers');
    expect(told).toMatchObject({ isOne: true, collected: TWICE, said: [], left: [] });
  });

  test('joins a provider that is there', async () => {
    const told = await run('registered before');
    expect(told).toMatchObject({ collected: TWICE, exported: EXPORTED, said: [] });
  });

  test('goes with a provider that is registered later, and says so once', async () => {
    const told = await run('registered after');
    expect(told).toMatchObject({ collected: [...TWICE, 'outer 2'], exported: EXPORTED });
    expect(told['said']).toEqual([
      expect.stringMatching(/spans go to the new one, and .* sees them/),
    ]);
  });

  test('goes with it when its views are asked for, too', async () => {
    const told = await run('registered after, and asked for views first');
    expect(told).toMatchObject({ collected: [...TWICE, 'by hand 1'] });
  });

  test('takes no spans of a provider that is shut down, and those of the next again', async () => {
    const told = await run('shut down, and another registered');
    expect(told).toMatchObject({ collected: [...TWICE, 'outer 2'], exported: EXPORTED, said: [] });
  });

  test('that finds no place with the provider says so once, and leaves it alone', async () => {
    const told = await run('closed, before');
    expect(told).toMatchObject({ collected: [], exported: EXPORTED });
    expect(told['said']).toEqual([expect.stringContaining('new TraceCollector().processor')]);
  });

  test('that finds no place with a provider registered later says so once, and gives way', async () => {
    const told = await run('closed, after');
    expect(told).toMatchObject({ answers: [true], collected: [], exported: EXPORTED });
    expect(told['said']).toEqual([expect.stringContaining('spans go to the new one')]);
  });

  test('is switched off with the SDK', async () => {
    const told = await run('nobody registers', { OTEL_SDK_DISABLED: 'true' });
    expect(told).toMatchObject({
      answers: ['ProcessorUnavailable', false],
      collected: [],
      said: [],
    });
  });

  test('neither stores nor sends anything, whatever the environment says', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const data = join(tmpdir(), `synton-nobody-asked-${process.pid}`);
    const told = await run('nobody registers', {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      SYNTON_INSTRUMENT__EXPORT__ENDPOINT: endpoint,
      SYNTON_INSTRUMENT__PERSISTENCE__PATH: data,
      SYNTON_INSTRUMENT__SAMPLE_RATE: '0',
    });
    expect(told).toMatchObject({ collected: TWICE, said: [], left: [] });
    expect([requests, existsSync(data)]).toEqual([0, false]);
  });
});
