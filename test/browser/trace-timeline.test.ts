/** The timeline of a trace: each thing that it does, by mouse and by keys. */
import type { Page } from 'playwright-core';
import { describe, expect, inject } from 'vitest';
import { demoTrace } from './support/demo-traces.ts';
import { type Open, type OpenOptions, test } from './support/page-test.ts';
import { settled } from './support/settled.ts';

const grid = (page: Page) => page.getByRole('treegrid', { name: 'Spans of this trace' });
const rows = (page: Page) => grid(page).getByRole('row');
const selected = (page: Page) => grid(page).locator('[aria-selected="true"]');
const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const crumbs = (page: Page) => page.getByRole('navigation', { name: /^The way back/ });

async function openTrace(
  open: Open,
  root: string,
  wanted: { failed?: boolean; spansMin?: number } = {},
  options: OpenOptions = {},
): Promise<Page> {
  const { traceId } = await demoTrace(inject('service').url, root, wanted);
  const page = await open(`/trace/${traceId}`, options);
  await rows(page).first().waitFor();
  return page;
}

/** Of the bars, at shares of their width and height. */
async function placeAt(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const all = (await grid(page).boundingBox())!;
  const name = (await rows(page).first().getByRole('gridcell').boundingBox())!;
  const width = all.width - name.width;
  return { x: all.x + name.width + width * x, y: all.y + all.height * y };
}

async function drag(
  page: Page,
  from: { x: number; y: number },
  to: { x: number; y: number },
): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

describe('rows', () => {
  test('say what they are', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders', { failed: true });
    const first = rows(page).first();
    expect(await first.getAttribute('aria-label')).toMatch(/^POST \/orders, web, [\d.]+ \w+/);
    expect(await first.getAttribute('aria-level')).toBe('1');
    expect(await first.getAttribute('aria-expanded')).toBe('true');
    await expect
      .poll(() =>
        grid(page)
          .getByRole('row', { name: /, failed/ })
          .count(),
      )
      .toBeGreaterThan(0);
  });

  test('fold by their triangle', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    const before = Number(await grid(page).getAttribute('aria-rowcount'));
    await rows(page).first().locator('.timeline-fold').click();
    await expect.poll(() => grid(page).getAttribute('aria-rowcount')).toBe('1');
    expect(await rows(page).first().getAttribute('aria-expanded')).toBe('false');
    await rows(page).first().locator('.timeline-fold').click();
    await expect.poll(() => grid(page).getAttribute('aria-rowcount')).toBe(String(before));
  });

  test('fold by keys: one, a level, all', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    const count = async () => Number(await grid(page).getAttribute('aria-rowcount'));
    const before = await count();
    await page.keyboard.press('f');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(count).toBe(1);
    await page.keyboard.press('ArrowRight');
    await expect.poll(count).toBe(before);
    await page.keyboard.press('p');
    await expect.poll(count).toBeLessThan(before);
    await page.keyboard.press('o');
    await expect.poll(count).toBe(before);
    await page.keyboard.press('[');
    await expect.poll(count).toBe(1);
    await page.keyboard.press('o');
    await expect.poll(count).toBeGreaterThan(1);
    await page.keyboard.press(']');
    await expect.poll(count).toBeGreaterThanOrEqual(before);
  });

  test('stay folded in a link, on reload, and on the way back', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    const count = async () => Number(await grid(page).getAttribute('aria-rowcount'));
    await page.keyboard.press('[');
    await expect.poll(() => param(page, 'folds')).toBe('0');
    await page.keyboard.press('o');
    await expect.poll(() => param(page, 'folds')).not.toBe('0');
    const opened = await count();
    expect(opened).toBeGreaterThan(1);
    await page.reload();
    await expect.poll(count).toBe(opened);
    await page.keyboard.press('f');
    await page.keyboard.press('f');
    await page.keyboard.press('z');
    await expect.poll(() => param(page, 'focus')).not.toBeNull();
    const before = param(page, 'folds');
    await page.keyboard.press(']');
    await expect.poll(() => param(page, 'folds')).not.toBe(before);
    await page.goBack();
    await expect.poll(count).toBe(opened);
  });

  test('many of a kind are one, and told apart when asked for', async ({ open }) => {
    const page = await openTrace(open, 'GET /orders', { spansMin: 20 });
    const run = grid(page).getByRole('row', { name: /N\+1: \d+ queries in a loop/ });
    await run.waitFor();
    const before = Number(await grid(page).getAttribute('aria-rowcount'));
    await run.locator('.timeline-fold').click();
    await expect
      .poll(async () => Number(await grid(page).getAttribute('aria-rowcount')))
      .toBeGreaterThan(before + 9);
  });
});

describe('selection', () => {
  test('by a click opens the details, and a link brings it back', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    await rows(page).nth(1).click();
    const details = page.getByRole('complementary', { name: 'Details of the selected span' });
    await details.getByRole('heading', { name: 'Attributes' }).waitFor();
    await expect.poll(() => param(page, 'span')).toMatch(/^[0-9a-f]{16}$/);
    const label = await selected(page).getAttribute('aria-label');
    await page.reload();
    await details.getByRole('heading', { name: 'Attributes' }).waitFor();
    expect(await selected(page).getAttribute('aria-label')).toBe(label);
    await details.getByRole('button', { name: 'Close the details' }).click();
    await expect.poll(() => details.count()).toBe(0);
  });

  test('by keys: forth, back, the next error, details, away', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders', { failed: true });
    const index = () => selected(page).getAttribute('aria-rowindex');
    await page.keyboard.press('f');
    await expect.poll(index).toBe('1');
    await page.keyboard.press('f');
    await expect.poll(index).toBe('2');
    await page.keyboard.press('b');
    await expect.poll(index).toBe('1');
    await page.keyboard.press('e');
    await expect.poll(() => selected(page).getAttribute('aria-label')).toContain('failed');
    const details = page.getByRole('complementary', { name: 'Details of the selected span' });
    await details.getByRole('heading', { name: 'Exceptions' }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => details.count()).toBe(0);
    await page.keyboard.press('Escape');
    await expect.poll(() => selected(page).count()).toBe(0);
  });

  test('is where a screen reader stands', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    await page.keyboard.press('f');
    await expect.poll(() => selected(page).count()).toBe(1);
    const id = await selected(page).getAttribute('id');
    await expect.poll(() => grid(page).getAttribute('aria-activedescendant')).toBe(id);
  });
});

describe('zoom', () => {
  test('by dragging, back by Back and by the crumbs', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    await drag(page, await placeAt(page, 0.3, 0.5), await placeAt(page, 0.6, 0.5));
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    const from = param(page, 'from');
    await drag(page, await placeAt(page, 0.3, 0.5), await placeAt(page, 0.6, 0.5));
    await expect.poll(() => param(page, 'from')).not.toBe(from);
    await expect.poll(() => crumbs(page).locator('.zoom-crumb').count()).toBe(3);
    await page.goBack();
    await expect.poll(() => param(page, 'from')).toBe(from);
    await crumbs(page).getByRole('button', { name: 'All' }).click();
    await expect.poll(() => param(page, 'from')).toBeNull();
  });

  test('by the wheel, where the pointer is', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    const at = await placeAt(page, 0.5, 0.5);
    await page.mouse.move(at.x, at.y);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    const before = Number(param(page, 'from'));
    await page.keyboard.down('Shift');
    await page.mouse.wheel(0, 200);
    await page.keyboard.up('Shift');
    await expect.poll(() => Number(param(page, 'from'))).toBeGreaterThan(before);
  });

  test('by keys: nearer, sideways, all', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    const width = () => Number(param(page, 'to')) - Number(param(page, 'from'));
    await page.keyboard.press('ArrowUp');
    await expect.poll(width).toBeGreaterThan(0);
    const [first, from] = [width(), Number(param(page, 'from'))];
    await page.keyboard.press('ArrowUp');
    await expect.poll(width).toBeLessThan(first);
    await page.keyboard.press('d');
    await page.keyboard.press('d');
    await expect.poll(() => Number(param(page, 'from'))).toBeGreaterThan(from);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('0');
    await expect.poll(() => param(page, 'from')).toBeNull();
  });

  test('by the map: drag over it, move its window, its edges by keys', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    const map = page.getByRole('region', { name: /^All of the trace/ });
    const box = (await map.boundingBox())!;
    const at = (share: number) => ({ x: box.x + box.width * share, y: box.y + box.height / 2 });
    await drag(page, at(0.2), at(0.4));
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    const from = Number(param(page, 'from'));
    await drag(page, at(0.3), at(0.5));
    await expect.poll(() => Number(param(page, 'from'))).toBeGreaterThan(from);
    const to = Number(param(page, 'to'));
    await map.getByRole('slider', { name: 'End of what is shown' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => Number(param(page, 'to'))).toBeGreaterThan(to);
  });
});

describe('fingers', () => {
  test('two zoom, one pans sideways', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    const inside = await page.context().newCDPSession(page);
    await inside.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 2 });
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', xs: readonly number[]) =>
      inside.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: xs.map((x, id) => ({ x: at.x + x, y: at.y, id })),
      });
    const at = await placeAt(page, 0.5, 0.5);
    await touch('touchStart', [-50]);
    await touch('touchStart', [-50, 50]);
    for (const by of [70, 90, 110]) await touch('touchMove', [-by, by]);
    await touch('touchEnd', []);
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    const from = Number(param(page, 'from'));
    await touch('touchStart', [0]);
    for (const by of [20, 60, 120]) await touch('touchMove', [-by]);
    await touch('touchEnd', []);
    await expect.poll(() => Number(param(page, 'from'))).toBeGreaterThan(from);
  });
});

describe('focus', () => {
  test('shows one sub-tree in its own time, and Back shows all', async ({ open }) => {
    const page = await openTrace(open, 'POST /orders');
    const before = await grid(page).getAttribute('aria-rowcount');
    await page.keyboard.press('f');
    await page.keyboard.press('f');
    await page.keyboard.press('z');
    await expect.poll(() => param(page, 'focus')).toMatch(/^[0-9a-f]{16}$/);
    await expect.poll(() => rows(page).first().getAttribute('aria-level')).toBe('1');
    await page.getByText('one sub-tree is looked at').waitFor();
    await page.goBack();
    await expect.poll(() => grid(page).getAttribute('aria-rowcount')).toBe(before);
    await page.keyboard.press('z');
    await expect.poll(() => param(page, 'focus')).not.toBeNull();
    await page.keyboard.press('Z');
    await expect.poll(() => param(page, 'focus')).toBeNull();
  });
});

test('the width of the names is dragged, and moved by keys', async ({ open }) => {
  const page = await openTrace(open, 'POST /orders');
  const edge = page.getByRole('separator', { name: 'Width of the names' });
  const width = async () => Number(await edge.getAttribute('aria-valuenow'));
  const before = await width();
  const box = (await edge.boundingBox())!;
  await drag(page, { x: box.x, y: box.y + 200 }, { x: box.x + 60, y: box.y + 200 });
  await expect.poll(width).toBeGreaterThan(before + 50);
  const wide = await width();
  await edge.focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(width).toBe(wide - 16);
  await page.reload();
  await expect.poll(width).toBe(wide - 16);
});

test('what is drawn follows the theme and never stands empty', async ({ open }) => {
  // Reading a canvas back is what this test does, and the page does not.
  const expected = [/willReadFrequently/];
  const page = await openTrace(open, 'POST /orders', {}, { expected });
  const drawn = () =>
    page.locator('.timeline-canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) sum += data[at]! * (data[at + 3]! / 255);
      return Math.round(sum / 1000);
    });
  await expect.poll(drawn).toBeGreaterThan(0);
  // What happened in the spans is asked for, and drawn after them.
  await settled(page);
  const light = await drawn();
  await page.setViewportSize({ width: 900, height: 700 });
  await expect.poll(drawn).toBeGreaterThan(0);
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect.poll(drawn).toBe(light);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(drawn).not.toBe(light);
});
