/** The lifecycle and the table of a trace: what each tells, by mouse and by keys, and that all tabs look at one span. */
import type { Page } from 'playwright-core';
import { describe, expect, inject } from 'vitest';
import { demoTrace } from './support/demo-traces.ts';
import { openTab, paramOf } from './support/open-tab.ts';
import { test } from './support/page-test.ts';

describe('lifecycle', () => {
  const list = (page: Page) => page.getByRole('listbox', { name: 'What happened, in order' });
  const lines = (page: Page) => list(page).getByRole('option');
  const chosen = (page: Page) => list(page).locator('[aria-selected="true"]');
  const said = (page: Page) => chosen(page).getAttribute('aria-label');

  test('tells what happened, in order', async ({ open }) => {
    const page = await openTab(open, 'lifecycle');
    await lines(page).first().waitFor();
    expect(await lines(page).first().getAttribute('aria-label')).toMatch(
      /^\+0 ns Enter POST \/orders, web$/,
    );
    const all = await lines(page).evaluateAll((found) =>
      found.map((line) => line.getAttribute('aria-label') ?? ''),
    );
    expect(all.some((line) => / Error /.test(line))).toBe(true);
    expect(all.some((line) => / Exit .*, in .* m?s/.test(line))).toBe(true);
  });

  test('is gone through by keys, and every tab has the same span', async ({ open }) => {
    const page = await openTab(open, 'lifecycle');
    await lines(page).first().waitFor();
    await page.keyboard.press('Home');
    await expect.poll(() => chosen(page).getAttribute('aria-posinset')).toBe('1');
    for (const key of ['ArrowDown', 'f', 'ArrowUp']) await page.keyboard.press(key);
    await expect.poll(() => chosen(page).getAttribute('aria-posinset')).toBe('2');
    await expect.poll(() => paramOf(page, 'span')).toMatch(/^[0-9a-f]{16}$/);
    await page.keyboard.press('End');
    await expect.poll(() => said(page)).toMatch(/ (?:Exit|Failed) POST \/orders, in .*, web$/);
    await page.getByRole('link', { name: 'Table' }).click();
    const row = page.getByRole('grid').locator('[aria-selected="true"]');
    await expect.poll(() => row.innerText()).toMatch(/^POST \/orders/);
  });

  test('is one key from the other tabs, and a name in the palette; a span id is known in any case', async ({
    open,
  }) => {
    const page = await openTab(open, 'lifecycle');
    await lines(page).first().waitFor();
    await page.keyboard.press('Home');
    await expect.poll(() => paramOf(page, 'span')).toMatch(/^[0-9a-f]{16}$/);
    const id = paramOf(page, 'span')!;
    await page.keyboard.press('4');
    const grid = page.getByRole('grid');
    await grid.waitFor();
    expect(paramOf(page, 'view')).toBe('table');
    await page.keyboard.press('1');
    await expect.poll(() => paramOf(page, 'view')).toBe(null);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('flame');
    await page.keyboard.press('Enter');
    await expect.poll(() => paramOf(page, 'view')).toBe('flame');
    await page.goBack();
    await expect.poll(() => paramOf(page, 'view')).toBe(null);
    const { pathname } = new URL(page.url());
    const shouted = await open(`${pathname}?span=${id.toUpperCase()}`);
    await shouted.getByText(id, { exact: true }).waitFor();
  });

  test('a loop is one line, told each when it is opened, by mouse and by keys', async ({
    open,
  }) => {
    const { traceId } = await demoTrace(inject('service').url, 'GET /orders', { spansMin: 12 });
    const page = await open(`/trace/${traceId}?view=lifecycle`);
    const run = page.getByRole('option', { name: /\d+ × SELECT order_lines/ });
    await run.waitFor();
    const count = async () => Number(await lines(page).first().getAttribute('aria-setsize'));
    const before = await count();
    await run.click();
    await expect.poll(count).toBeGreaterThan(before);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(count).toBe(before);
    await page.keyboard.press('ArrowRight');
    await expect.poll(count).toBeGreaterThan(before);
  });

  test('attempts are numbered, and who tried again says so', async ({ open }) => {
    const { url } = inject('service');
    const { traceId } = await demoTrace(url, 'POST /orders', { errorsMin: 9 });
    const page = await open(`/trace/${traceId}?view=lifecycle`, {
      size: { width: 1280, height: 2400 },
    });
    await page.getByRole('option', { name: / Failed .*HTTP 503.* attempt 3 of 3,/ }).waitFor();
    await page.getByRole('option', { name: / Failed authorise, .* retried 2 times,/ }).waitFor();
  });

  test('a click selects the span of a line and shows what it says', async ({ open }) => {
    const page = await openTab(open, 'lifecycle');
    await lines(page).nth(2).click();
    await expect.poll(() => paramOf(page, 'span')).not.toBeNull();
    await page.getByRole('complementary').waitFor();
  });

  test('kinds are left out and told again, by mouse and by keys', async ({ open }) => {
    const page = await openTab(open, 'lifecycle');
    await lines(page).first().waitFor();
    const calls = page.getByRole('button', { name: /^Enter and exit/ });
    const count = async () => Number(await lines(page).first().getAttribute('aria-setsize'));
    const before = await count();
    await calls.click();
    await expect.poll(() => paramOf(page, 'hide')).toBe('calls');
    await expect.poll(count).toBeLessThan(before);
    await page.reload();
    await expect.poll(() => calls.getAttribute('aria-pressed')).toBe('false');
    await calls.focus();
    await page.keyboard.press('Enter');
    await expect.poll(count).toBe(before);
  });

  test('kinds are left out together; pages are gone through by keys', async ({ open }) => {
    const page = await openTab(open, 'lifecycle', '&details=off');
    await lines(page).first().waitFor();
    const place = async () => Number(await chosen(page).getAttribute('aria-posinset'));
    await page.keyboard.press('Home');
    await page.keyboard.press('PageDown');
    await expect.poll(place).toBeGreaterThan(5);
    await page.keyboard.press('PageUp');
    await expect.poll(place).toBe(1);
    await page.getByRole('button', { name: /^Enter and exit/ }).click();
    await page.getByRole('button', { name: /^Errors/ }).click();
    await expect.poll(() => paramOf(page, 'hide')).toMatch(/calls.*error|error.*calls/);
    const told = await lines(page).evaluateAll((all) =>
      all.map((line) => line.getAttribute('aria-label') ?? ''),
    );
    expect(told.filter((line) => /^\+[^ ]+ \w+ (?:Enter|Exit|Error) /.test(line))).toEqual([]);
    expect(told.length).toBeGreaterThan(0);
  });

  test('what is looked for is gone to by n', async ({ open }) => {
    const page = await openTab(open, 'lifecycle', '&find=authoris');
    await lines(page).first().waitFor();
    await page.keyboard.press('n');
    await expect.poll(() => said(page)).toMatch(/authoris/);
    const first = await chosen(page).getAttribute('aria-posinset');
    await page.keyboard.press('n');
    await expect.poll(() => chosen(page).getAttribute('aria-posinset')).not.toBe(first);
    await page.keyboard.press('N');
    await expect.poll(() => chosen(page).getAttribute('aria-posinset')).toBe(first);
  });
});

describe('table', () => {
  const grid = (page: Page) => page.getByRole('grid');
  const rows = (page: Page) => grid(page).locator('tbody tr');
  const head = (page: Page, name: string) => page.getByRole('columnheader', { name, exact: true });
  const texts = (page: Page, column: string) =>
    grid(page).locator(`tbody .table-cell-${column}`).allInnerTexts();

  test('is sorted by every column, both ways', async ({ open }) => {
    const page = await openTab(open, 'table');
    await rows(page).first().waitFor();
    expect(await head(page, 'start').getAttribute('aria-sort')).toBe('ascending');
    for (const name of ['service', 'kind', 'state', 'self', 'children', 'errors below', 'name']) {
      await head(page, name).getByRole('button').click();
      await expect.poll(() => head(page, name).getAttribute('aria-sort')).not.toBe('none');
    }
    const names = await texts(page, 'name');
    expect(names.map((name) => name.replaceAll(/\s/g, ''))).toEqual(
      names.map((name) => name.replaceAll(/\s/g, '')).toSorted(),
    );
    await head(page, 'duration').getByRole('button').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => head(page, 'duration').getAttribute('aria-sort')).toBe('descending');
    await expect.poll(async () => (await texts(page, 'name'))[0]).toMatch(/POST \/orders/);
    await page.keyboard.press('Enter');
    await expect.poll(() => head(page, 'duration').getAttribute('aria-sort')).toBe('ascending');
    expect([paramOf(page, 'sort'), paramOf(page, 'desc')]).toEqual(['duration', 'false']);
  });

  test('rows are chosen by mouse and by keys', async ({ open }) => {
    const page = await openTab(open, 'table');
    await rows(page).nth(3).click();
    const chosen = grid(page).locator('tbody [aria-selected="true"]');
    await expect.poll(() => chosen.getAttribute('aria-rowindex')).toBe('5');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
    await expect.poll(() => chosen.getAttribute('aria-rowindex')).toBe('6');
    await page.keyboard.press('Home');
    await expect.poll(() => chosen.getAttribute('aria-rowindex')).toBe('2');
  });

  test('the column that sorts is chosen by keys, and spans by their figures', async ({ open }) => {
    const page = await openTab(open, 'table');
    await rows(page).first().waitFor();
    await page.keyboard.press('>');
    await expect.poll(() => head(page, 'duration').getAttribute('aria-sort')).toBe('descending');
    await page.keyboard.press('r');
    await expect.poll(() => head(page, 'duration').getAttribute('aria-sort')).toBe('ascending');
    await page.keyboard.press('<');
    await expect.poll(() => head(page, 'start').getAttribute('aria-sort')).toBe('ascending');
    await page.keyboard.press('\\');
    await page.keyboard.type('errors>0 duration>1ms');
    await page.getByText(/^\d+ of \d+ rows$/).waitFor();
    expect(await texts(page, 'errors')).not.toContain('0');
  });

  test('rows are put together by service and told each again by mouse; filtered and copied too', async ({
    open,
  }) => {
    const page = await openTab(open, 'table');
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: 'by service' }).click();
    await expect.poll(() => paramOf(page, 'group')).toBe('service');
    await page.getByRole('grid', { name: 'Services of this trace' }).waitFor();
    await page.getByRole('button', { name: 'each span' }).click();
    await expect.poll(() => paramOf(page, 'group')).toBeNull();
    const filter = page.getByRole('searchbox', { name: /^Filter/ });
    await filter.click();
    await page.keyboard.type('service:nobody');
    await page.getByText('No span matches.').waitFor();
    await filter.fill('');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as CSV' }).focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toMatch(/^span_id,name,service,/);
  });

  test('rows are put together by operation, filtered, and copied', async ({ open }) => {
    const page = await openTab(open, 'table');
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: 'by operation' }).click();
    await expect.poll(() => paramOf(page, 'group')).toBe('operation');
    await head(page, 'p50').waitFor();
    await page.keyboard.press('g');
    await expect.poll(() => paramOf(page, 'group')).toBe('service');
    const services = await texts(page, 'service');
    expect(new Set(services).size).toBe(services.length);
    expect(await texts(page, 'name')).toEqual([]);
    await page.keyboard.press('g');
    await expect.poll(() => paramOf(page, 'group')).toBeNull();
    await page.keyboard.press('\\');
    await page.keyboard.type('payment');
    await expect.poll(() => paramOf(page, 'filter')).toBe('payment');
    await page.getByText(/^\d+ of \d+ rows$/).waitFor();
    expect(new Set(await texts(page, 'service'))).toEqual(new Set(['payment']));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as CSV' }).click();
    const csv = await page.evaluate(() => navigator.clipboard.readText());
    expect(csv.split('\r\n')[0]).toMatch(/^span_id,name,service,/);
    expect(csv.trim().split('\r\n')).toHaveLength((await rows(page).count()) + 1);
  });
});
