/** The trace of 100,000 spans that the demo sends: it is what it is said to be, and the page shows it. */
import { afterAll, beforeAll, expect } from 'vitest';
import { test } from './support/page-test.ts';
import { settled } from './support/settled.ts';
import { feedDemo, type SyntonService, startService } from './support/synton-service.ts';

const SPANS = 100_000;
const FIRST_ROWS = 2_000;

let service: SyntonService;
let traceId: string;

async function asked<Answer>(path: string): Promise<Answer> {
  return (await (await fetch(`${service.url}/api/v1/instr${path}`)).json()) as Answer;
}

beforeAll(async () => {
  service = await startService();
  await feedDemo(service, ['--big']);
  const { items } = await asked<{ items: { traceId: string }[] }>(
    '/traces?operation=rebuild%20catalogue&last=1h',
  );
  traceId = items[0]!.traceId;
});
afterAll(() => service.close());

test('it has so many spans, of six services, twelve levels of them, all sound', async () => {
  const { trace, rows, concurrencyMax } = await asked<{
    trace: { spanCount: number; services: string[]; runningCount: number };
    rows: { depth: number }[];
    concurrencyMax: number;
  }>(`/timeline/${traceId}?limit=${FIRST_ROWS}`);
  expect(trace).toMatchObject({ spanCount: SPANS, runningCount: 0 });
  expect(trace.services).toHaveLength(6);
  expect(Math.max(...rows.map(({ depth }) => depth))).toBe(11);
  expect(concurrencyMax).toBeGreaterThan(50);
  expect(await asked(`/lifecycle/${traceId}`)).toMatchObject({ orphans: [], warnings: [] });
});

test('the page shows it', async ({ open }) => {
  const page = await open(`/trace/${traceId}`, { url: service.url });
  await page.getByRole('heading', { name: 'rebuild catalogue' }).waitFor();
  await page.getByText('100 k spans').first().waitFor();
  await settled(page);
});

test('what is not unfolded is told; all of it is gone through with few rows at a time', async ({
  open,
}) => {
  const page = await open(`/trace/${traceId}`, { url: service.url });
  const grid = page.getByRole('treegrid', { name: 'Spans of this trace' });
  const selected = grid.locator('[aria-selected="true"]');
  await page.getByText(/^shown \d+ of 100 k spans · .* folded/).waitFor();
  // The keys are the tab's, whose code may come after the outline.
  await grid.getByRole('row').first().waitFor();
  await page.keyboard.press(']');
  await expect
    .poll(async () => Number(await grid.getAttribute('aria-rowcount')))
    .toBeGreaterThan(SPANS / 2);
  const last = (await grid.getAttribute('aria-rowcount'))!;
  await page.keyboard.press('End');
  await expect.poll(() => selected.getAttribute('aria-rowindex')).toBe(last);
  expect(await grid.getByRole('row').count()).toBeLessThan(100);
  await page.mouse.move(600, 500);
  await page.mouse.wheel(0, -100_000);
  const top = grid.getByRole('row', { name: /^rebuild catalogue,/ });
  await expect.poll(() => top.count()).toBe(0);
  await page.mouse.wheel(0, -10_000_000);
  await top.waitFor();
  expect(await grid.getByRole('row').count()).toBeLessThan(100);
  await page.keyboard.press('/');
  await page.keyboard.type('shelf.checked');
  await page
    .getByRole('search')
    .getByText(/ found$/)
    .waitFor();
});

test('its text comes page by page, by mouse and by a key', async ({ open }) => {
  const page = await open(`/trace/${traceId}?view=raw`, { url: service.url });
  const loaded = page.getByRole('status').filter({ hasText: /spans, .* lines · there is more/ });
  const first = await loaded.innerText();
  await page.getByRole('button', { name: 'Load the next spans' }).click();
  await expect.poll(() => loaded.innerText()).not.toBe(first);
  const second = await loaded.innerText();
  await page.keyboard.press('+');
  await expect.poll(() => loaded.innerText()).not.toBe(second);
});
