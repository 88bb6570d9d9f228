/** The endpoints that show traces and numbers, asked over HTTP. */
import { describe, expect, test } from 'vitest';
import type { ExportResponse } from '../../../src/model/export-response.ts';
import { NOW, ORDER_ID, REBUILD_ID, runningApi, SHOP_ID } from './running-api.ts';

const BASE = '/api/v1/instr';
interface Page {
  readonly items: readonly { readonly traceId: string; readonly status: string }[];
  readonly next?: string;
}
interface Timeline {
  readonly rows: readonly { readonly spanId: string; readonly name: string }[];
  readonly next?: string;
}

interface Spans {
  readonly spans: readonly { readonly spanId: string; readonly name: string }[];
  readonly next?: string;
}

test('the life of a trace, by its id in any case', async () => {
  const api = await runningApi();
  const answer = await api.ask(`${BASE}/lifecycle/${ORDER_ID.toUpperCase()}`);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  const view = answer.json<{
    trace: { traceId: string; spanCount: number; durationNano: string };
    events: { type: string; name: string }[];
  }>();
  expect(view.trace).toMatchObject({ traceId: ORDER_ID, spanCount: 33 });
  expect(view.trace.durationNano).toBe('1500000000');
  expect(view.events.filter(({ type }) => type === 'Checkpoint')).toMatchObject([
    { name: 'cart.validated' },
  ]);
  expect(answer.text).toBe(await api.renderer.renderJson('lifecycle', { trace_id: ORDER_ID }));
});

test('what still runs says so', async () => {
  const api = await runningApi();
  const { running, orphans } = (await api.ask(`${BASE}/lifecycle/${REBUILD_ID}`)).json<{
    running: string[];
    orphans: string[];
  }>();
  expect([running.length, orphans.length]).toEqual([2, 1]);
});

test('a timeline page by page, and a sub-tree alone', async () => {
  const api = await runningApi();
  const rows: string[] = [];
  let after = '';
  do {
    const url = `${BASE}/timeline/${ORDER_ID}?limit=10&after=${encodeURIComponent(after)}`;
    const page = (await api.ask(url)).json<Timeline>();
    rows.push(...page.rows.map(({ spanId }) => spanId));
    after = page.next ?? '';
  } while (after !== '');
  expect(new Set(rows).size).toBe(33);
  const whole = (await api.ask(`${BASE}/timeline/${ORDER_ID}`)).json<Timeline>();
  const charge = whole.rows.find(({ name }) => name === 'charge')!.spanId;
  const below = (await api.ask(`${BASE}/timeline/${ORDER_ID}?subtree=${charge}`)).json<Timeline>();
  expect(below.rows.map(({ name }) => name)).toEqual([
    'charge',
    'POST',
    'POST /charges',
    'POST psp.example',
  ]);
});

describe('export', () => {
  test.each([
    ['', 'application/json', /^\{"modelVersion":1,"trace":/],
    ['?format=json&flavor=otlp', 'application/json', /^\{"resourceSpans":/],
    ['?format=mermaid', 'text/vnd.mermaid; charset=utf-8', /sequenceDiagram/],
    ['?format=mermaid&diagram=gantt', 'text/vnd.mermaid; charset=utf-8', /gantt/],
    ['?format=text', 'text/plain; charset=utf-8', /POST \/orders/],
  ])('%s is the content itself, in its own type', async (query, type, opening) => {
    const api = await runningApi();
    const answer = await api.ask(`${BASE}/export/${ORDER_ID}${query}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.headers['synton-truncated']).toBe('false');
    expect(Number(answer.headers['synton-span-count'])).toBeGreaterThan(0);
    expect(answer.text).toMatch(opening);
  });

  test('comes in pages whose place is in a header, and by sub-trees', async () => {
    const api = await runningApi();
    const whole = (await api.ask(`${BASE}/export/${ORDER_ID}`)).json<Spans>().spans;
    const ids: string[] = [];
    for (let after = ''; ; ) {
      const page = await api.ask(`${BASE}/export/${ORDER_ID}?limit=10${after}`);
      const { spans, next } = page.json<Spans>();
      ids.push(...spans.map(({ spanId }) => spanId));
      expect(page.headers['synton-next']).toBe(next);
      expect(page.headers['synton-truncated']).toBe('true');
      if (next === undefined) break;
      after = `&after=${next}`;
    }
    expect(ids).toEqual(whole.map(({ spanId }) => spanId));
    const charge = whole.find(({ name }) => name === 'charge')!.spanId;
    const part = await api.ask(`${BASE}/export/${ORDER_ID}?subtree=${charge}`);
    expect(part.json<Spans>().spans).toHaveLength(4);
    expect(part.headers['synton-truncated']).toBe('false');
    const life = await api.ask(`${BASE}/lifecycle/${ORDER_ID}?subtree=${charge}`);
    expect(life.json<{ tree: unknown[] }>().tree).toHaveLength(4);
  });

  test('as=response: the same with what is known of it', async () => {
    const api = await runningApi();
    const query = 'format=text&as=response';
    const response = (await api.ask(`${BASE}/export/${ORDER_ID}?${query}`)).json<ExportResponse>();
    const content = await api.ask(`${BASE}/export/${ORDER_ID}?format=text&as=content`);
    expect(response).toMatchObject({ traceId: ORDER_ID, format: 'text', truncated: false });
    expect(response.content).toBe(content.text);
  });
});

test('a search by several filters, and every trace once in a chain of pages', async () => {
  const api = await runningApi();
  const filters = 'service=shop&kind=DatabaseQuery&attribute=db.system.name%3Dpostgresql';
  const seen: string[] = [];
  let cursor = '';
  do {
    const url = `${BASE}/traces?${filters}&limit=4&cursor=${encodeURIComponent(cursor)}`;
    const page = (await api.ask(url)).json<Page>();
    seen.push(...page.items.map(({ traceId }) => traceId));
    cursor = page.next ?? '';
  } while (cursor !== '');
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toHaveLength(11);
  expect(seen).toContain(SHOP_ID);
  const failed = await api.ask(`${BASE}/traces?status=failed&operation=charge&min_duration=0.5s`);
  expect(failed.json<Page>().items).toMatchObject([{ traceId: ORDER_ID, status: 'Failed' }]);
  const both = 'attribute=host.name%3Dnode-1&attribute=http.response.status_code%3D502';
  expect((await api.ask(`${BASE}/traces?${both}`)).json<Page>().items).toHaveLength(1);
  const early = await api.ask(`${BASE}/traces?to=2020-01-01`);
  expect(early.json<Page>().items).toEqual([]);
});

test('numbers: the dashboard, series, services', async () => {
  const api = await runningApi();
  const stats = (await api.ask(`${BASE}/stats?last=30m`)).json<{
    spans: number;
    running: number;
    storage: { spans: number };
    dropped: Record<string, number>;
  }>();
  expect(stats.running).toBe(2);
  expect(stats.storage.spans).toBe(117);
  expect(stats.dropped['sampled_out']).toBe(0);
  const series = (await api.ask(`${BASE}/stats/series?by=kind&step=10m&last=30m`)).json<{
    to: string;
    stepNano: string;
    series: { key: string; points: { count: number }[] }[];
  }>();
  expect(series.stepNano).toBe('600000000000');
  expect(BigInt(series.to)).toBeGreaterThanOrEqual(NOW);
  expect(series.series.map(({ key }) => key).sort()).toEqual(
    ['AsyncTask', 'DatabaseQuery', 'ExternalCall', 'Function'].sort(),
  );
  const { services } = (await api.ask(`${BASE}/services?service=worker`)).json<{
    services: { name: string; operations: { name: string }[] }[];
  }>();
  expect(services).toMatchObject([{ name: 'worker' }]);
  expect(services[0]!.operations.map(({ name }) => name)).toContain('nightly.rebuild');
});

test('GET / says what this is and lists every endpoint', async () => {
  const api = await runningApi();
  const { text, headers } = await api.ask('/');
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(text).toMatch(/^Synton 1\.2\.3/);
  for (const path of ['lifecycle/{trace_id}', 'stats', 'stats/series', 'traces', 'openapi.json']) {
    expect(text).toContain(`GET ${BASE}/${path} `);
  }
});
