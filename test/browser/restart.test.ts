/** The collector goes away under an open page and comes back: the page says so, keeps what was looked at, and goes on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeEach, expect, onTestFinished } from 'vitest';
import { demoTrace } from './support/demo-traces.ts';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { sendTrace } from './support/send-trace.ts';
import { settled } from './support/settled.ts';
import { feedDemo, type SyntonService, startService } from './support/synton-service.ts';

// While it is away the browser says in its console that nobody answers.
const expected = [
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/,
];
const lost = (page: Page) => page.getByRole('status').filter({ hasText: 'does not answer' });

let folder: string;
let first: SyntonService;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'synton-restart-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  first = await startService({ folder });
  onTestFinished(() => first.close());
});

async function startAgain(): Promise<SyntonService> {
  const second = await startService({ folder, at: first });
  onTestFinished(() => second.close());
  return second;
}

test('a collector that is killed and started again', async ({ open }) => {
  const page = await open('/nowhere', { url: first.url, expected });
  await page.getByRole('heading', { level: 1 }).waitFor();
  await first.kill();
  await lost(page).waitFor({ timeout: 20_000 });
  await expectAccessible(page);
  await startAgain();
  await page.getByRole('button', { name: 'Try now' }).click();
  await lost(page).waitFor({ state: 'detached' });
});

test('a trace stays as it was looked at, and the page finds the collector by itself', async ({
  open,
}) => {
  await feedDemo(first);
  const { traceId } = await demoTrace(first.url, 'POST /orders', { spansMin: 20 });
  const size = { width: 1280, height: 480 };
  const page = await open(`/trace/${traceId}`, { url: first.url, expected, size });
  const grid = page.getByRole('treegrid', { name: 'Spans of this trace' });
  const scroller = page.locator('.timeline-scroll');
  await settled(page);
  await grid.getByRole('row').nth(8).click();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('/');
  await page.keyboard.type('stock');
  await scroller.evaluate((element) => element.scrollTo(0, 96));
  await page.getByRole('complementary').getByRole('heading', { name: 'Attributes' }).waitFor();
  await settled(page);
  const seen = async () => ({
    url: page.url(),
    top: await scroller.evaluate(({ scrollTop }) => scrollTop),
    selected: await grid.locator('[aria-selected="true"]').getAttribute('aria-label'),
    rows: await grid.getAttribute('aria-rowcount'),
    details: await page.getByRole('complementary').innerText(),
  });
  const before = await seen();
  expect(before).toMatchObject({ top: 96, url: expect.stringMatching(/find=stock.*from=.*span=/) });
  await first.kill();
  await lost(page).waitFor({ timeout: 20_000 });
  // Details of another span cannot be had now, and are said to be missing; the trace is still there.
  expect(await seen()).toEqual(before);
  await startAgain();
  await lost(page).waitFor({ state: 'detached', timeout: 20_000 });
  await settled(page);
  expect(await seen()).toEqual(before);
  await page.reload();
  await settled(page);
  expect(await seen()).toMatchObject({ url: before.url, selected: before.selected });
});

test('the list of traces keeps its place, and goes on with what arrives', async ({ open }) => {
  await feedDemo(first);
  const page = await open('/traces?last=all', { url: first.url, expected });
  const list = page.getByRole('grid', { name: 'Traces' });
  await settled(page);
  await list.evaluate((element) => element.scrollTo(0, 480));
  await page.keyboard.press('j');
  await settled(page);
  const topRow = () => list.evaluate(({ scrollTop }) => scrollTop);
  const before = await topRow();
  await first.kill();
  await lost(page).waitFor({ timeout: 20_000 });
  const rows = await list.getByRole('link').count();
  expect(rows).toBeGreaterThan(10);
  const second = await startAgain();
  await lost(page).waitFor({ state: 'detached', timeout: 20_000 });
  await settled(page);
  expect(await topRow()).toBe(before);
  await sendTrace(second.http, { service: 'web', name: 'after all' });
  await page.getByRole('button', { name: '1 new' }).click();
  await list.getByRole('link', { name: 'after all' }).waitFor();
});

test('statistics and services tell on', async ({ open }) => {
  await feedDemo(first);
  const pages = [
    await open('/statistics', { url: first.url, expected }),
    await open('/services', { url: first.url, expected }),
  ];
  for (const page of pages) await settled(page);
  await first.kill();
  for (const page of pages) await lost(page).waitFor({ timeout: 20_000 });
  for (const page of pages)
    await page.getByText('checkout').filter({ visible: true }).first().waitFor();
  await startAgain();
  for (const page of pages) {
    await lost(page).waitFor({ state: 'detached', timeout: 20_000 });
    await settled(page);
    await page.getByText('checkout').filter({ visible: true }).first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  }
});

test('every other tab of a trace stays what it was, and goes on', async ({ open }) => {
  await feedDemo(first);
  const { traceId } = await demoTrace(first.url, 'POST /orders', { spansMin: 20 });
  const views = ['lifecycle', 'flame', 'table', 'raw'];
  const pages = await Promise.all(
    views.map((view) => open(`/trace/${traceId}?view=${view}`, { url: first.url, expected })),
  );
  const seen = async (page: Page) => {
    await settled(page);
    // The first of it: what says that nobody answers takes some of the room.
    return (await page.locator('.trace-tab').innerText()).slice(0, 500);
  };
  const before: string[] = [];
  for (const page of pages) {
    await page.keyboard.press('f');
    before.push(await seen(page));
  }
  expect(before[0]).toContain('POST /orders');
  await first.kill();
  for (const [at, page] of pages.entries()) {
    await lost(page).waitFor({ timeout: 20_000 });
    expect(await seen(page), views[at]!).toBe(before[at]);
  }
  await startAgain();
  for (const [at, page] of pages.entries()) {
    await lost(page).waitFor({ state: 'detached', timeout: 20_000 });
    expect(await seen(page), views[at]!).toBe(before[at]);
    expect(await page.getByRole('alert').count()).toBe(0);
    // It answers again: what was not asked for before is there.
    await page.getByRole('link', { name: 'Timeline' }).click();
    await page.getByRole('treegrid').getByRole('row').first().waitFor();
  }
});
