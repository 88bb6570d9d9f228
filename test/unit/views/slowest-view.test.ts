import { describe, expect, it } from 'vitest';
import type { SlowestTraces } from '../../../src/views/slowest/slowest-view.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { buildRequest } from '../../support/otlp-request.ts';

const START = 1_767_323_045_000_000_000n;
/** No order of time is that of durations: 1 to 997, each once. */
const durationOf = (i: number): number => 1 + ((i * 389) % 997);

/** As many traces of two spans each, a millisecond apart. */
async function received(count: number): Promise<LocalRenderer> {
  const renderer = new LocalRenderer();
  for (let from = 0; from < count; from += 500) {
    const spans = Array.from({ length: Math.min(500, count - from) }, (_, i) => {
      const traceId = (from + i + 1).toString(16).padStart(32, '0');
      const [atMs, durationMs] = [from + i, durationOf(from + i)];
      return { name: `GET /${(from + i) % 2}`, traceId, atMs, durationMs };
    });
    await renderer.receive(
      buildRequest({ service: 'shop', spans, startUnixNano: START, seed: from }),
    );
  }
  return renderer;
}

const ask = (renderer: LocalRenderer, params: object) =>
  renderer.render<SlowestTraces>('slowest', params);
const millis = ({ items }: SlowestTraces) =>
  items.map(({ durationNano }) => Number(durationNano) / 1e6);

describe('the slowest traces', () => {
  it('come slowest first, of all that were looked at', async () => {
    const renderer = await received(997);
    const found = await ask(renderer, { limit: 5 });
    expect(millis(found)).toEqual([997, 996, 995, 994, 993]);
    expect(found.among).toEqual({ traces: 997, until: START });
    expect(found).toMatchObject({ next: undefined, examined: { complete: true, spans: 997 } });
    expect(millis(await ask(renderer, {}))).toHaveLength(50);
  });

  it('are of what the filters find', async () => {
    const renderer = await received(997);
    const slow = Array.from({ length: 997 }, (_, i) => i)
      .filter((i) => i % 2 === 1 && durationOf(i) <= 500)
      .map(durationOf)
      .sort((a, b) => b - a);
    const found = await ask(renderer, { operation: 'GET /1', max_duration: '500ms', limit: 9 });
    expect(millis(found)).toEqual(slow.slice(0, 9));
    expect(found.among.traces).toBe(slow.length);
    const none = await ask(renderer, { service: 'nobody' });
    expect(none).toMatchObject({ items: [], among: { traces: 0, until: undefined } });
  });

  it('are told of a bounded effort, which goes on where it ended until all was looked at', async () => {
    const count = 4_300;
    const renderer = await received(count);
    const answers: SlowestTraces[] = [];
    let cursor: string | undefined;
    do {
      answers.push(await ask(renderer, { limit: 7, ...(cursor !== undefined && { cursor }) }));
      cursor = answers.at(-1)!.next;
    } while (cursor !== undefined);
    const first = answers[0]!;
    expect(first.examined.complete).toBe(false);
    expect(first.among.traces).toBeLessThanOrEqual(2_000);
    // Of the newest, and it says how far back.
    expect(first.among.until).toBe(START + BigInt(count - first.among.traces) * 1_000_000n);
    expect(answers.reduce((sum, { among }) => sum + among.traces, 0)).toBe(count);
    const all = Array.from({ length: count }, (_, i) => durationOf(i)).sort((a, b) => b - a);
    const together = answers.flatMap(millis).sort((a, b) => b - a);
    expect(together.slice(0, 7)).toEqual(all.slice(0, 7));
    expect(answers.at(-1)!.examined.complete).toBe(true);
  });

  it.each([
    [{ limit: '201' }, 'limit: expected a whole number from 1 to 200'],
    [{ cursor: 'x'.repeat(2_000) }, 'cursor: expected the `next` of another page'],
    [{ order: 'slowest' }, 'unknown parameter'],
  ])('refuse %o', (raw, message) => {
    const { slowest } = new LocalRenderer().views;
    expect(() => slowest.parseParams(raw)).toThrow(message);
  });
});
