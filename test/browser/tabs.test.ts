/** The tabs of a trace besides the timeline: what each tells, by mouse and by keys, and that all look at one span. */
import type { Page } from 'playwright-core';
import { describe, expect, inject } from 'vitest';
import { demoTrace } from './support/demo-traces.ts';
import { type Open, type OpenOptions, test } from './support/page-test.ts';

const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

async function openTab(
  open: Open,
  view: string,
  more = '',
  options: OpenOptions = {},
): Promise<Page> {
  const { traceId } = await demoTrace(inject('service').url, 'POST /orders', { failed: true });
  return await open(`/trace/${traceId}?view=${view}${more}`, options);
}

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
    await expect.poll(() => param(page, 'span')).toMatch(/^[0-9a-f]{16}$/);
    await page.keyboard.press('End');
    await expect.poll(() => said(page)).toMatch(/ (?:Exit|Failed) POST \/orders, in .*, web$/);
    await page.getByRole('link', { name: 'Table' }).click();
    const row = page.getByRole('grid').locator('[aria-selected="true"]');
    await expect.poll(() => row.innerText()).toMatch(/^POST \/orders/);
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
    await expect.poll(() => param(page, 'span')).not.toBeNull();
    await page.getByRole('complementary').waitFor();
  });

  test('kinds are left out and told again, by mouse and by keys', async ({ open }) => {
    const page = await openTab(open, 'lifecycle');
    await lines(page).first().waitFor();
    const calls = page.getByRole('button', { name: /^Enter and exit/ });
    const count = async () => Number(await lines(page).first().getAttribute('aria-setsize'));
    const before = await count();
    await calls.click();
    await expect.poll(() => param(page, 'hide')).toBe('calls');
    await expect.poll(count).toBeLessThan(before);
    await page.reload();
    await expect.poll(() => calls.getAttribute('aria-pressed')).toBe('false');
    await calls.focus();
    await page.keyboard.press('Enter');
    await expect.poll(count).toBe(before);
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

describe('flame graph', () => {
  const canvas = (page: Page) => page.locator('.flame-canvas');
  const told = (page: Page) => page.locator('.flame-graph-told').innerText();
  const shown = (page: Page) => canvas(page).getAttribute('aria-label');

  async function opened(open: Open, more = ''): Promise<Page> {
    const page = await openTab(open, 'flame', more);
    await canvas(page).waitFor();
    return page;
  }

  test('tells what is pointed at; a click zooms to it, and a crumb leads back', async ({
    open,
  }) => {
    const page = await opened(open);
    await canvas(page).hover({ position: { x: 600, y: 10 } });
    await expect.poll(() => told(page)).toMatch(/^POST \/orders web .* by itself · 100% of the/);
    await canvas(page).hover({ position: { x: 600, y: 50 } });
    await expect.poll(() => told(page)).not.toMatch(/^POST \/orders web/);
    await canvas(page).click({ position: { x: 600, y: 50 } });
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    expect(param(page, 'span')).not.toBeNull();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await expect.poll(() => param(page, 'from')).toBeNull();
  });

  test('is gone through by keys', async ({ open }) => {
    const page = await opened(open);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => shown(page)).toMatch(/: POST \/orders, web, /);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => shown(page)).not.toMatch(/: POST \/orders, web, /);
    const below = await shown(page);
    await page.keyboard.press('Space');
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    await page.keyboard.press('0');
    await expect.poll(() => param(page, 'from')).toBeNull();
    await page.keyboard.press('+');
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    const from = param(page, 'from');
    await page.keyboard.press('d');
    await expect.poll(() => param(page, 'from')).not.toBe(from);
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => shown(page)).toMatch(/: POST \/orders, web, /);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => shown(page)).toBe(below);
  });

  test('is merged by name, by mouse and by a key, and the link keeps it', async ({ open }) => {
    const page = await opened(open);
    await page.getByRole('button', { name: 'merged by name' }).click();
    await expect.poll(() => param(page, 'flame')).toBe('merged');
    await canvas(page).hover({ position: { x: 600, y: 10 } });
    await expect.poll(() => told(page)).toMatch(/^POST \/orders web 1 call · .*100% of the/);
    await canvas(page).click({ position: { x: 300, y: 30 } });
    await expect.poll(() => param(page, 'at')).toMatch(/^[0-9a-f]{16}$/);
    await page.reload();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await expect.poll(() => param(page, 'at')).toBeNull();
    await page.keyboard.press('o');
    await expect.poll(() => param(page, 'flame')).toBeNull();
  });

  test('is zoomed by Enter and back by Escape, in time and merged', async ({ open }) => {
    const page = await opened(open);
    const down = async () => {
      for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowDown');
    };
    await down();
    await page.keyboard.press('Enter');
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    await page.keyboard.press('Escape');
    await expect.poll(() => param(page, 'from')).toBeNull();
    expect(param(page, 'span')).not.toBeNull();
    await page.keyboard.press('o');
    await page.keyboard.press('Enter');
    await expect.poll(() => param(page, 'at')).not.toBeNull();
    for (const _ of [1, 2, 3]) await page.keyboard.press('Escape');
    await expect.poll(() => param(page, 'at')).toBeNull();
    await page.keyboard.press('Escape');
    await expect.poll(() => param(page, 'span')).toBeNull();
  });

  test('is zoomed by wheel and moved by a drag, which the link keeps merged too', async ({
    open,
  }) => {
    const page = await opened(open, '&flame=merged');
    const zoom = async () => {
      await canvas(page).hover({ position: { x: 600, y: 10 } });
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -240);
      await page.keyboard.up('Control');
    };
    await zoom();
    await expect.poll(() => param(page, 'part')).toMatch(/^0\.\d+-0\.\d+$/);
    const before = param(page, 'part')!;
    await page.mouse.down();
    await page.mouse.move(400, 200, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => param(page, 'part')).not.toBe(before);
    const [from = 0, to = 0] = param(page, 'part')!.split('-').map(Number);
    const [fromBefore = 0, toBefore = 0] = before.split('-').map(Number);
    expect(to - from).toBeCloseTo(toBefore - fromBefore, 6);
    const kept = param(page, 'part');
    await page.reload();
    await canvas(page).waitFor();
    expect(param(page, 'part')).toBe(kept);
    await page.keyboard.press('Escape');
    await expect.poll(() => param(page, 'part')).toBeNull();
    await page.keyboard.press('+');
    await expect.poll(() => param(page, 'part')).not.toBeNull();
  });

  test('is zoomed by two fingers and moved by one', async ({ open }) => {
    const page = await opened(open, '&details=off');
    const box = (await canvas(page).boundingBox())!;
    const touch = await page.context().newCDPSession(page);
    const send = (type: string, ...xs: number[]) =>
      touch.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: xs.map((x, id) => ({ x: box.x + x, y: box.y + 100, id })),
      });
    await send('touchStart', 500);
    await send('touchStart', 500, 700);
    for (const by of [20, 60, 120, 200]) await send('touchMove', 500 - by, 700 + by);
    await send('touchEnd');
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    const range = () => Number(param(page, 'to')) - Number(param(page, 'from'));
    const zoomed = range();
    const from = Number(param(page, 'from'));
    await send('touchStart', 600);
    for (const by of [10, 40, 80]) await send('touchMove', 600 - by);
    await send('touchEnd');
    await expect.poll(() => Number(param(page, 'from'))).toBeGreaterThan(from);
    expect(Math.abs(range() - zoomed)).toBeLessThan(3);
  });

  test('what is looked for stands out, with its share of the whole', async ({ open }) => {
    const page = await opened(open);
    const pixels = () => canvas(page).evaluate((it) => (it as HTMLCanvasElement).toDataURL());
    const before = await pixels();
    await page.keyboard.press('/');
    await page.keyboard.type('authoris');
    await expect.poll(pixels).not.toBe(before);
    const found = page.getByText(/^\d+ found, [\d.]+% of the time, [\d.]+ m?s$/);
    await found.waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#trace-find').blur();
    await page.keyboard.press('n');
    await expect.poll(() => shown(page)).toMatch(/: .*authoris.*, payment, /);
    const first = await shown(page);
    await page.keyboard.press('n');
    await expect.poll(() => shown(page)).not.toBe(first);
    await page.keyboard.press('N');
    await expect.poll(() => shown(page)).toBe(first);
    await page.keyboard.press('Escape');
    await expect.poll(() => found.count()).toBe(0);
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
    expect([param(page, 'sort'), param(page, 'desc')]).toEqual(['duration', 'false']);
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

  test('rows are put together by operation, filtered, and copied', async ({ open }) => {
    const page = await openTab(open, 'table');
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: 'by operation' }).click();
    await expect.poll(() => param(page, 'group')).toBe('operation');
    await head(page, 'p50').waitFor();
    await page.keyboard.press('g');
    await expect.poll(() => param(page, 'group')).toBe('service');
    const services = await texts(page, 'service');
    expect(new Set(services).size).toBe(services.length);
    expect(await texts(page, 'name')).toEqual([]);
    await page.keyboard.press('g');
    await expect.poll(() => param(page, 'group')).toBeNull();
    await page.keyboard.press('\\');
    await page.keyboard.type('payment');
    await expect.poll(() => param(page, 'filter')).toBe('payment');
    await page.getByText(/^\d+ of \d+ rows$/).waitFor();
    expect(new Set(await texts(page, 'service'))).toEqual(new Set(['payment']));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as CSV' }).click();
    const csv = await page.evaluate(() => navigator.clipboard.readText());
    expect(csv.split('\r\n')[0]).toMatch(/^span_id,name,service,/);
    expect(csv.trim().split('\r\n')).toHaveLength((await rows(page).count()) + 1);
  });
});

describe('raw', () => {
  const text = (page: Page) => page.getByRole('region', { name: 'The trace as text' });
  const format = (page: Page) => page.getByRole('combobox', { name: 'Format' });

  test('has every format, by mouse and by a key', async ({ open }) => {
    const page = await openTab(open, 'raw');
    await text(page).getByText('"modelVersion"').waitFor();
    for (const [name, content] of [
      ['OTLP JSON', '"resourceSpans"'],
      ['Text tree', 'POST /orders'],
      ['Mermaid sequence', 'sequenceDiagram'],
      ['Mermaid flowchart', 'flowchart'],
    ] as const) {
      await format(page).selectOption({ label: name });
      await text(page).getByText(content).first().waitFor();
    }
    await format(page).blur();
    await page.keyboard.press('o');
    await text(page).getByText('"modelVersion"').waitFor();
    await expect.poll(() => param(page, 'format')).toBeNull();
  });

  test('what is looked for is marked and gone to', async ({ open }) => {
    const page = await openTab(open, 'raw', '&find=payment');
    await page.getByText(/^\d+ lines found$/).waitFor();
    const at = page.locator('.raw-line-at .raw-line-number');
    await expect.poll(() => at.count()).toBe(1);
    await expect
      .poll(() => page.locator('.raw-line-at mark').first().innerText())
      .toMatch(/payment/i);
    const first = await at.innerText();
    await page.keyboard.press('n');
    await expect.poll(() => at.innerText()).not.toBe(first);
    await page.keyboard.press('N');
    await expect.poll(() => at.innerText()).toBe(first);
  });

  test('is copied and downloaded as it came', async ({ open }) => {
    const page = await openTab(open, 'raw', '&format=otlp');
    await text(page).getByText('"resourceSpans"').waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('.raw-trace').getByRole('button', { name: 'Copy' }).click();
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    expect(copied.resourceSpans.length).toBeGreaterThan(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^[0-9a-f]{12}-otlp\.json$/);
  });

  test('blocks are folded, by mouse and by keys', async ({ open }) => {
    const page = await openTab(open, 'raw');
    await text(page).getByText('"modelVersion"').waitFor();
    const height = () => page.locator('.raw-trace-tall').evaluate((it) => it.clientHeight);
    const whole = await height();
    await page.getByRole('button', { name: 'Fold each span' }).click();
    await expect.poll(height).toBeLessThan(whole / 4);
    const spans = await height();
    await text(page).getByText('"name": "POST /orders"', { exact: false }).first().waitFor();
    await page.keyboard.press(']');
    await expect.poll(height).toBe(whole);
    await page.keyboard.press('[');
    await expect.poll(height).toBe(spans);
    await page.keyboard.press(']');
    await page
      .getByRole('button', { name: /^Block of/ })
      .nth(1)
      .click();
    await expect.poll(height).toBeLessThan(whole);
    const less = await height();
    for (const key of ['Home', 'ArrowLeft']) await page.keyboard.press(key);
    await expect.poll(height).toBeLessThan(less);
    await page.keyboard.press('ArrowRight');
    await expect.poll(height).toBe(less);
  });

  test('is scrolled by keys', async ({ open }) => {
    const page = await openTab(open, 'raw');
    await text(page).getByText('"modelVersion"').waitFor();
    await page.keyboard.press('s');
    await expect.poll(() => text(page).evaluate((it) => it.scrollTop)).toBeGreaterThan(0);
    await page.keyboard.press('w');
    await expect.poll(() => text(page).evaluate((it) => it.scrollTop)).toBe(0);
  });
});
