/** A trace of a hundred thousand spans: what every view shows of it, and that it says what it does not. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExportResponse } from '../../../src/model/export-response.ts';
import type { LifecycleView } from '../../../src/model/lifecycle-view.ts';
import type { TimelineView } from '../../../src/model/timeline-view.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { buildRequest, type SpanSpec } from '../../support/otlp-request.ts';

const COUNT = 100_000;
const BATCH = 5_000;
const STEPS = 100;
const TRACE = 'ab'.repeat(16);
const idOf = (n: number): string => (n + 1).toString(16).padStart(16, '0');
const renderer = new LocalRenderer();

/** A job of a hundred steps, each with 998 or 999 queries in a loop; every thousandth query fails. */
function spanOf(n: number): SpanSpec {
  const spec: SpanSpec = { spanId: idOf(n), traceId: TRACE };
  if (n === 0) return { ...spec, name: 'job', durationMs: COUNT };
  if (n <= STEPS) {
    const atMs = (n - 1) * 1_000;
    return { ...spec, parent: idOf(0), name: `step ${n}`, atMs, durationMs: 999 };
  }
  const step = 1 + (n % STEPS);
  const nth = Math.floor(n / STEPS) - 1;
  return {
    ...spec,
    parent: idOf(step),
    name: 'SELECT',
    kind: 'client',
    atMs: (step - 1) * 1_000 + nth,
    durationMs: 0.5,
    ...(n % 1_000 === 500 ? { status: 'error' } : {}),
    attributes: { 'db.system.name': 'postgresql' },
  };
}

beforeAll(async () => {
  for (let first = 0; first < COUNT; first += BATCH) {
    const spans = Array.from({ length: BATCH }, (_, i) => spanOf(first + i));
    await renderer.receive(buildRequest({ service: 'shop', spans }));
  }
});

function ask<Result>(view: string, params: object = {}): Promise<Result> {
  return renderer.render<Result>(view, { trace_id: TRACE, ...params });
}

describe('a large trace', () => {
  it('is a timeline in pages, and any page can be gone to', async () => {
    const first = await ask<TimelineView>('timeline');
    expect(first.rows).toHaveLength(10_000);
    expect(first).toMatchObject({ rowFirst: 0, rowCount: COUNT });
    expect(first.trace).toMatchObject({ spanCount: COUNT, errorCount: 100, status: 'Failed' });
    expect(first.rows[0]).toMatchObject({ childCount: 100, spansBelow: COUNT - 1 });
    expect(first.rows[0]!.errorsBelow).toBe(100);
    const second = await ask<TimelineView>('timeline', { after: first.next, limit: 5 });
    const there = await ask<TimelineView>('timeline', { offset: 10_000, limit: 5 });
    expect(second.rows).toHaveLength(5);
    expect(there).toEqual(second);
    const last = await ask<TimelineView>('timeline', { offset: COUNT - 3 });
    expect(last).toMatchObject({ rowFirst: COUNT - 3, next: undefined });
    expect(last.rows).toHaveLength(3);
  });

  it('is a collapsed tree, opened a sub-tree at a time', async () => {
    const top = await ask<TimelineView>('timeline', { depth: 1 });
    expect(top).toMatchObject({ rowCount: 1 + STEPS, next: undefined });
    expect(top.rows.every(({ depth }) => depth <= 1)).toBe(true);
    const below = top.rows.slice(1).reduce((sum, { spansBelow }) => sum + spansBelow, 0);
    expect(below).toBe(COUNT - 1 - STEPS);
    const opened = await ask<TimelineView>('timeline', { subtree: top.rows[7]!.spanId, limit: 10 });
    expect(opened.rows[0]).toEqual(top.rows[7]);
    expect(opened.rowCount).toBe(1 + top.rows[7]!.spansBelow);
    expect(opened.rows).toHaveLength(10);
  });

  it('has a lifecycle that folds, and counts what it leaves out', async () => {
    const view = await ask<LifecycleView>('lifecycle');
    expect(view.tree.length).toBeLessThanOrEqual(2_000);
    expect(view.tree.slice(0, 3).map(({ name }) => name)).toEqual(['job', 'step 1', 'SELECT']);
    const queries = view.tree[view.tree.findIndex(({ name }) => name === 'step 2') + 1]!;
    expect(queries.folded!.count).toBeGreaterThan(900);
    expect(queries.folded!.spans).toBe(queries.folded!.count);
    expect(view.notShown!.spans).toBe(COUNT - view.tree.length);
    const failed = view.tree.filter(({ status }) => status === 'Failed').length;
    expect(failed + view.notShown!.errors).toBe(100);
    expect(view.notShown!.remedy).toContain('subtree=');
    const step = view.tree[1]!;
    const part = await ask<LifecycleView>('lifecycle', { subtree: step.spanId });
    expect(part.tree).toHaveLength(1 + step.spansBelow);
    expect(part).not.toHaveProperty('notShown');
    expect(part.gaps).toEqual([]);
    expect(part.events.length).toBeGreaterThan(2 * step.spansBelow);
  });

  it('is told by its id in pages, whole', async () => {
    let after: string | undefined;
    const ids = new Set<string>();
    let pages = 0;
    do {
      const page = await ask<ExportResponse>('export', { limit: 30_000, after });
      const { spans, next } = JSON.parse(page.content);
      for (const { spanId } of spans) ids.add(spanId);
      expect(page.truncated).toBe(true);
      expect(next).toBe(page.next);
      after = page.next;
      pages++;
    } while (after !== undefined);
    expect(ids.size).toBe(COUNT);
    expect(pages).toBe(4);
    const otlp = await ask<ExportResponse>('export', { flavor: 'otlp', limit: 2_500 });
    const { resourceSpans } = JSON.parse(otlp.content);
    expect(resourceSpans).toHaveLength(3);
    expect(otlp).toMatchObject({ spanCount: 2_500, truncated: true });
    expect(otlp.next).toBeDefined();
  });

  it('is text and diagrams with loops folded', async () => {
    const text = await ask<ExportResponse>('export', { format: 'text' });
    expect(text).toMatchObject({ spanCount: COUNT, truncated: false });
    expect(text.content).toMatch(/SELECT ×\d{3}/);
    expect(text.content.length).toBeLessThan(100_000);
    const mermaid = await ask<ExportResponse>('export', { format: 'mermaid' });
    expect(mermaid.truncated).toBe(true);
    expect(mermaid.content).toMatch(/… \d+ of 100000 spans not shown/);
    const part = await ask<ExportResponse>('export', { format: 'text', subtree: idOf(7) });
    expect(part.content).toContain('step 7');
    expect(part.content).not.toContain('step 8');
    expect(part.truncated).toBe(false);
  });

  it('is given up when nobody waits any more', async () => {
    const gone = AbortSignal.abort(new Error('gone'));
    const params = { trace_id: TRACE };
    await expect(renderer.render('timeline', params, gone)).rejects.toThrow('gone');
  });
});
