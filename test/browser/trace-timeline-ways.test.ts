/** The timeline again: the other way to what trace-timeline.test.ts does by one, and what is drawn and told beside the bars. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { demoTrace } from './support/demo-traces.ts';
import { paramOf } from './support/open-tab.ts';
import { type Open, type OpenOptions, test } from './support/page-test.ts';
import { settled } from './support/settled.ts';
import { type SyntonService, startService } from './support/synton-service.ts';
import { sendToldTrace, spanId } from './support/told-trace.ts';

const grid = (page: Page) => page.getByRole('treegrid', { name: 'Spans of this trace' });
const rows = (page: Page) => grid(page).getByRole('row');
const selected = (page: Page) => grid(page).locator('[aria-selected="true"]');
const rowCount = async (page: Page) => Number(await grid(page).getAttribute('aria-rowcount'));
const from = (page: Page) => Number(paramOf(page, 'from'));
const to = (page: Page) => Number(paramOf(page, 'to'));
const canvas = (page: Page) => page.locator('.timeline-canvas');
const drawn = (page: Page) => canvas(page).evaluate((it) => (it as HTMLCanvasElement).toDataURL());

async function openOrder(open: Open, options: OpenOptions = {}): Promise<Page> {
  const wanted = { failed: true, spansMin: 12 };
  const { traceId } = await demoTrace(inject('service').url, 'POST /orders', wanted);
  const page = await open(`/trace/${traceId}`, options);
  await rows(page).first().waitFor();
  await settled(page);
  return page;
}

/** Of an element, at shares of its size. */
async function placeIn(element: Locator, x: number, y = 0.5): Promise<{ x: number; y: number }> {
  const box = (await element.boundingBox())!;
  return { x: box.x + box.width * x, y: box.y + box.height * y };
}

describe('rows', () => {
  test('are scrolled by w and s, and by the wheel', async ({ open }) => {
    const page = await openOrder(open, { size: { width: 1280, height: 400 } });
    const top = () => page.locator('.timeline-scroll').evaluate(({ scrollTop }) => scrollTop);
    await page.keyboard.press('s');
    await expect.poll(top).toBeGreaterThan(0);
    await page.keyboard.press('w');
    await expect.poll(top).toBe(0);
    const { x, y } = await placeIn(canvas(page), 0.7);
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, 120);
    await expect.poll(top).toBeGreaterThan(0);
  });

  test('are gone to at either end by Home and End', async ({ open }) => {
    const page = await openOrder(open);
    const index = () => selected(page).getAttribute('aria-rowindex');
    await page.keyboard.press('End');
    await expect.poll(index).toBe(String(await rowCount(page)));
    await page.keyboard.press('Home');
    await expect.poll(index).toBe('1');
  });

  test('are all folded and unfolded by mouse; a double click folds one', async ({ open }) => {
    const page = await openOrder(open);
    const before = await rowCount(page);
    await page.getByRole('button', { name: 'Collapse all' }).click();
    await expect.poll(() => rowCount(page)).toBe(1);
    await page.getByText(`shown 1 of ${await spans(page)} spans`, { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Expand all' }).click();
    await expect.poll(() => rowCount(page)).toBeGreaterThanOrEqual(before);
    await rows(page).first().locator('[role="gridcell"]').dblclick();
    await expect.poll(() => rowCount(page)).toBe(1);
  });

  test('many of a kind are told apart and put together by keys', async ({ open }) => {
    const { url } = inject('service');
    const { traceId } = await demoTrace(url, 'GET /orders', { spansMin: 20 });
    const page = await open(`/trace/${traceId}`);
    const run = grid(page).getByRole('row', { name: /N\+1: \d+ queries in a loop/ });
    await run.waitFor();
    const before = await rowCount(page);
    const place = Number(await run.getAttribute('aria-rowindex'));
    for (let at = 0; at < place; at++) await page.keyboard.press('f');
    await expect.poll(() => run.getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => rowCount(page)).toBeGreaterThan(before + 9);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => rowCount(page)).toBe(before);
  });
});

const spans = async (page: Page) =>
  Number(/\d+/.exec((await page.getByText(/^\d+ spans$/).innerText())!)![0]);

test('errors are gone to one by one: forth and back by keys, forth by mouse', async ({ open }) => {
  const page = await openOrder(open);
  const index = () => selected(page).getAttribute('aria-rowindex');
  await page.keyboard.press('e');
  await expect.poll(() => selected(page).getAttribute('aria-label')).toContain('failed');
  const first = await index();
  await page.keyboard.press('e');
  await expect.poll(index).not.toBe(first);
  const second = await index();
  await page.keyboard.press('E');
  await expect.poll(index).toBe(first);
  await page.getByRole('button', { name: /\d+ errors/ }).click();
  await expect.poll(index).toBe(second);
  await expect.poll(() => selected(page).getAttribute('aria-label')).toContain('failed');
});

describe('zoom', () => {
  test('to a span by a double click, also where its details come to stand', async ({ open }) => {
    const page = await openOrder(open);
    const last = String(await rowCount(page));
    const row = grid(page).locator(`[aria-rowindex="${last}"]`);
    const cell = (await row.boundingBox())!;
    for (const share of [0.5, 0.9]) {
      await page.goto(new URL(page.url()).pathname);
      await settled(page);
      const { x } = await placeIn(canvas(page), share);
      await page.mouse.dblclick(x, cell.y + cell.height / 2, { delay: 30 });
      await expect.poll(() => paramOf(page, 'from')).not.toBeNull();
      await page.getByRole('complementary').waitFor();
      expect(await selected(page).getAttribute('aria-rowindex')).toBe(last);
    }
  });

  test('to a span by its key, panned both ways, out again', async ({ open }) => {
    const page = await openOrder(open);
    await page.keyboard.press('End');
    await page.keyboard.press('.');
    await expect.poll(() => paramOf(page, 'from')).not.toBeNull();
    const [begin, end] = [from(page), to(page)];
    await page.keyboard.press('a');
    await expect.poll(() => from(page)).toBeLessThan(begin);
    expect(to(page) - from(page)).toBeCloseTo(end - begin, -1);
    const panned = to(page) - from(page);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => to(page) - from(page)).toBeGreaterThan(panned);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect.poll(() => paramOf(page, 'from')).toBeNull();
  });

  test('is panned by a drag with Shift, which chooses nothing', async ({ open }) => {
    const page = await openOrder(open);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => to(page)).toBeGreaterThan(0);
    const [begin, width] = [from(page), to(page) - from(page)];
    const [one, other] = [await placeIn(canvas(page), 0.8), await placeIn(canvas(page), 0.7)];
    await page.keyboard.down('Shift');
    await page.mouse.move(one.x, one.y);
    await page.mouse.down();
    await page.mouse.move(other.x, other.y, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await expect.poll(() => from(page)).toBeGreaterThan(begin);
    expect(Math.abs(to(page) - from(page) - width)).toBeLessThan(3);
  });

  test('by the edges of the map’s window, a click beside it, a double click; crumbs by keys', async ({
    open,
  }) => {
    const page = await openOrder(open);
    const map = page.getByRole('region', { name: /^All of the trace/ });
    const drag = async (begin: number, end: number): Promise<void> => {
      const [one, other] = [await placeIn(map, begin), await placeIn(map, end)];
      await page.mouse.move(one.x, one.y);
      await page.mouse.down();
      await page.mouse.move(other.x, other.y, { steps: 4 });
      await page.mouse.up();
    };
    await drag(0.4, 0.6);
    await expect.poll(() => to(page)).toBeGreaterThan(0);
    const [begin, end] = [from(page), to(page)];
    const edge = await placeIn(map.getByRole('slider', { name: 'End of what is shown' }), 0.5);
    const wider = await placeIn(map, 0.8);
    await page.mouse.move(edge.x, edge.y);
    await page.mouse.down();
    await page.mouse.move(wider.x, wider.y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => to(page)).toBeGreaterThan(end);
    expect(from(page)).toBe(begin);
    const width = to(page) - from(page);
    const { x, y } = await placeIn(map, 0.95);
    await page.mouse.click(x, y);
    await expect.poll(() => from(page)).toBeGreaterThan(begin);
    expect(Math.abs(to(page) - from(page) - width)).toBeLessThan(3);
    const all = page
      .getByRole('navigation', { name: /^The way back/ })
      .getByRole('button', { name: 'All' });
    await all.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => paramOf(page, 'from')).toBeNull();
    await drag(0.4, 0.6);
    await expect.poll(() => to(page)).toBeGreaterThan(0);
    const inside = await placeIn(map, 0.5);
    await page.mouse.dblclick(inside.x, inside.y);
    await expect.poll(() => paramOf(page, 'from')).toBeNull();
  });
});

test('the critical path is drawn, by mouse and by a key, and the link keeps it', async ({
  open,
}) => {
  const page = await openOrder(open);
  const choice = page.getByRole('checkbox', { name: 'critical path' });
  expect(await choice.isChecked()).toBe(true);
  await grid(page)
    .getByRole('row', { name: /, on the critical path/ })
    .first()
    .waitFor();
  const withIt = await drawn(page);
  await choice.click();
  await expect.poll(() => drawn(page)).not.toBe(withIt);
  await expect.poll(() => paramOf(page, 'critical')).toBe('off');
  await page.reload();
  await rows(page).first().waitFor();
  expect(await choice.isChecked()).toBe(false);
  await page.mouse.move(0, 0);
  await page.keyboard.press('c');
  await expect.poll(() => choice.isChecked()).toBe(true);
  await expect.poll(() => paramOf(page, 'critical')).toBeNull();
  await expect.poll(() => drawn(page)).toBe(withIt);
});

test('another colour is drawn, and the map of all in it too', async ({ open }) => {
  const page = await openOrder(open);
  const map = () =>
    page
      .locator('.minimap canvas')
      .evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  const [bars, small] = [await drawn(page), await map()];
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('kind');
  await expect.poll(() => drawn(page)).not.toBe(bars);
  await expect.poll(map).not.toBe(small);
});

describe('a trace that has everything', () => {
  let service: SyntonService;
  let traceId: string;
  beforeAll(async () => {
    service = await startService();
    ({ traceId } = await sendToldTrace(service.http));
  });
  afterAll(() => service.close());

  async function opened(open: Open, more = '', options: OpenOptions = {}): Promise<Page> {
    const page = await open(`/trace/${traceId}?critical=off${more}`, {
      url: service.url,
      ...options,
    });
    await rows(page).first().waitFor();
    await settled(page);
    return page;
  }

  test('says what has not arrived, in the row and in the foot', async ({ open }) => {
    const page = await opened(open);
    await grid(page)
      .getByRole('row', { name: /^send mail, .*, its parent has not arrived/ })
      .waitFor();
    await page.getByText(/^all 5 spans shown · .*1 span’s parent has not arrived/).waitFor();
    await page.keyboard.press('End');
    await page
      .getByRole('complementary')
      .getByText(`${spanId(99)}, which has not arrived`)
      .waitFor();
  });

  test('has events on its bars', async ({ open }) => {
    const page = await opened(open, '&details=off');
    const told = await drawn(page);
    const without = await opened(open, '&details=off');
    await without.route('**/export/**', (route) => route.fulfill({ json: { spans: [] } }));
    await without.reload();
    await rows(without).first().waitFor();
    await settled(without);
    expect(await drawn(without)).not.toBe(told);
  });

  test('what is folded leaves a thin line as long as what is in it', async ({ open }) => {
    // Reading a canvas back is what this test does, and the page does not.
    const page = await opened(open, '&details=off', { expected: [/willReadFrequently/] });
    const names = (await rows(page).first().getByRole('gridcell').boundingBox())!.width;
    /** Below the bar of the first row, at shares of the bars’ width. */
    const line = (share: number) =>
      canvas(page).evaluate(
        (element, { names, share }) => {
          const it = element as HTMLCanvasElement;
          const x = Math.round(names + (it.width - names) * share);
          return it.getContext('2d')!.getImageData(x, 21, 1, 1).data.join();
        },
        { names, share },
      );
    const open50 = await line(0.5);
    await page.mouse.move(0, 0);
    await rows(page).first().waitFor();
    await page.keyboard.press('[');
    await expect.poll(() => line(0.5)).not.toBe(open50);
  });
});
