/** Traces by how long they took as a whole, which no span of them need have taken. */
import { describe, expect, it } from 'vitest';
import type { SearchPage } from '../../../src/store/contracts/trace-query.ts';
import type { TraceHistogram } from '../../../src/views/histogram/histogram-view.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { buildRequest } from '../../support/otlp-request.ts';

const SECOND = 1_000_000_000n;
const START = 1_767_323_045_000_000_000n;
const NOW = START + 600n * SECOND;

const idOf = (i: number): string => (i + 1).toString(16).padStart(32, '0');
const names = ({ items }: SearchPage) => items.map(({ root }) => root.name);

async function rendererOf(traces: number): Promise<LocalRenderer> {
  const renderer = new LocalRenderer({ clock: new ManualClock(NOW) });
  const spans = Array.from({ length: traces }, (_, i) => ({
    ...{ name: `${i}`, traceId: idOf(i), atMs: i, durationMs: 1 + (i % 1_000) },
  }));
  await renderer.receive(buildRequest({ service: 'shop', spans, startUnixNano: START }));
  return renderer;
}

const searched = (renderer: LocalRenderer, params: object) =>
  renderer.render<SearchPage>('traces', params);

describe('traces by how long they took', () => {
  it('are found by the whole of them, not by a span', async () => {
    const renderer = new LocalRenderer({ clock: new ManualClock(NOW) });
    // Two spans of 100 ms, one after the other; and one of 150 ms with one of 100 ms in it.
    const two = [
      { name: 'two', traceId: idOf(0), durationMs: 100 },
      { name: 'second', traceId: idOf(0), parent: 0, atMs: 100, durationMs: 100 },
      { name: 'one', traceId: idOf(1), atMs: 1, durationMs: 150 },
      { name: 'within', traceId: idOf(1), parent: 2, atMs: 2, durationMs: 100 },
    ];
    await renderer.receive(buildRequest({ spans: two, startUnixNano: START }));
    const ask = async (params: object) => names(await searched(renderer, params));
    expect(await ask({ min_duration: '150ms' })).toEqual(['one']);
    expect(await ask({ min_trace_duration: '150ms' })).toEqual(['one', 'two']);
    expect(await ask({ min_trace_duration: '151ms' })).toEqual(['two']);
    expect(await ask({ max_duration: '100ms' })).toEqual(['one', 'two']);
    expect(await ask({ max_trace_duration: '150ms' })).toEqual(['one']);
    expect(await ask({ min_trace_duration: '160ms', max_trace_duration: '199ms' })).toEqual([]);
    expect(await ask({ min_trace_duration: '150ms', operation: 'second' })).toEqual(['two']);
  });

  it('are as long as they run, where they do', async () => {
    const renderer = new LocalRenderer({ clock: new ManualClock(NOW) });
    const open = [{ name: 'open', traceId: idOf(0), endUnixNano: 0n }];
    await renderer.receive(buildRequest({ spans: open, startUnixNano: START }));
    const ask = async (params: object) => names(await searched(renderer, params));
    expect(await ask({ min_trace_duration: '9m' })).toEqual(['open']);
    expect(await ask({ min_trace_duration: '11m' })).toEqual([]);
    expect(await ask({ max_trace_duration: '9m' })).toEqual([]);
  });

  it('come page by page, each once, of more traces than a page may find', async () => {
    const renderer = await rendererOf(3_000);
    const wanted = { min_trace_duration: '991ms', max_trace_duration: '995ms', limit: 4 };
    const found: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await searched(renderer, { ...wanted, ...(cursor && { cursor }) });
      found.push(...names(page));
      cursor = page.next;
      pages++;
    } while (cursor !== undefined && pages < 50);
    const all = [2, 1, 0].flatMap((k) => [994, 993, 992, 991, 990].map((i) => `${k * 1_000 + i}`));
    expect(found).toEqual(all);
    expect(pages).toBeLessThan(10);
  });

  it('are counted over time by being searched for', async () => {
    const renderer = await rendererOf(500);
    const counted = await renderer.render<TraceHistogram>('histogram', {
      last: '1h',
      min_trace_duration: '401ms',
    });
    expect(counted).toMatchObject({ source: 'search', what: 'traces' });
    expect(counted.points.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  });

  it.each([
    [{ min_trace_duration: '5' }, 'min_trace_duration: expected a number with a unit'],
    [
      { min_trace_duration: '2s', max_trace_duration: '1s' },
      'max_trace_duration: expected no less than min_trace_duration',
    ],
  ])('refuses %o', (raw, message) => {
    expect(() => new LocalRenderer().views.traces.parseParams(raw)).toThrow(message);
  });
});
