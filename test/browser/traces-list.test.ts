/** The list of the traces view: rows that are chosen and opened, many of them, come back to; what arrives while somebody looks. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { sendTrace } from './support/send-trace.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const grid = (page: Page) => page.getByRole('grid', { name: 'Traces' });
const rows = (page: Page) => grid(page).getByRole('link');
const chosen = (page: Page) => grid(page).locator('[aria-selected="true"]');
const firstName = async (page: Page) => (await rows(page).allInnerTexts())[0];
const top = (page: Page) => grid(page).evaluate((element) => element.scrollTop);

describe('rows', () => {
  test('are chosen by keys, and Enter opens one; Back comes to the same row and place', async ({
    open,
  }) => {
    const page = await open('/traces?live=off');
    await rows(page).first().waitFor();
    for (const key of ['j', 'j', 'ArrowDown', 'k', 'PageDown', 'PageDown', 'PageDown']) {
      await page.keyboard.press(key);
    }
    await expect.poll(() => chosen(page).getAttribute('aria-rowindex')).toBe('63');
    await expect.poll(() => top(page)).toBeGreaterThan(0);
    const before = { id: await chosen(page).getAttribute('id'), top: await top(page) };
    await page.keyboard.press('Enter');
    await expect
      .poll(() => new URL(page.url()).pathname)
      .toBe(before.id!.replace('-', '/').replace(/^/, '/'));
    await page.goBack();
    await chosen(page).waitFor();
    expect({ id: await chosen(page).getAttribute('id'), top: await top(page) }).toEqual(before);
    await page.keyboard.press('Escape');
    await chosen(page).waitFor({ state: 'detached' });
  });

  test('are gone to at either end by keys', async ({ open }) => {
    const page = await open('/traces?live=off');
    await rows(page).first().waitFor();
    const index = () => chosen(page).getAttribute('aria-rowindex');
    await page.keyboard.press('G');
    await expect.poll(async () => Number(await index())).toBeGreaterThan(50);
    const last = Number(await index());
    await page.keyboard.press('PageUp');
    await expect.poll(async () => Number(await index())).toBe(last - 20);
    await page.keyboard.press('Home');
    await expect.poll(index).toBe('2');
    await expect.poll(() => top(page)).toBe(0);
    await page.keyboard.press('End');
    await expect.poll(async () => Number(await index())).toBeGreaterThanOrEqual(last);
    await page.keyboard.press('g');
    await expect.poll(index).toBe('2');
  });

  test('are links all over, by mouse', async ({ open }) => {
    const page = await open('/traces?live=off');
    for (const cell of [0, 2, 5, 6]) {
      await rows(page).first().waitFor();
      const box = await grid(page)
        .getByRole('row')
        .nth(3)
        .getByRole('gridcell')
        .nth(cell)
        .boundingBox();
      // Wherever in it: what is there is the bar, or the link that lies over the row.
      await page.mouse.click(box!.x + box!.width / 2, box!.y + box!.height / 2);
      await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/trace\/[0-9a-f]{32}$/);
      await page.goBack();
    }
  });

  test('come page by page while one scrolls, and few of them are in the document', async ({
    open,
  }) => {
    const page = await open('/traces?live=off&last=all');
    await rows(page).first().waitFor();
    const shown = async () =>
      Number(
        (await page.getByText(/^shown /).innerText()).match(/shown ([\d,]+)/)![1]!.replace(',', ''),
      );
    expect(await shown()).toBe(100);
    await expect
      .poll(async () => {
        await grid(page).evaluate((element) => element.scrollTo(0, element.scrollHeight));
        return await shown();
      })
      .toBeGreaterThan(300);
    expect(await rows(page).count()).toBeLessThan(80);
  });

  test('say how their bars are scaled, and can be scaled by length', async ({ open }) => {
    const page = await open('/traces?live=off');
    await page.getByRole('button', { name: 'Scale of the bars: log. Change it' }).click();
    await page.getByRole('button', { name: 'Scale of the bars: linear. Change it' }).waitFor();
    expect(page.url()).toContain('scale=linear');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Scale of the bars: log. Change it' }).waitFor();
  });

  test('have two lines where it is narrow, and nobody is left out', async ({ open }) => {
    for (const theme of ['light', 'dark'] as const) {
      const page = await open('/traces?live=off', { theme, size: { width: 390, height: 844 } });
      await rows(page).first().waitFor();
      const row = await grid(page).getByRole('row').first().boundingBox();
      expect(row!.height).toBe(52);
      await page.keyboard.press('/');
      await page.keyboard.type('s');
      await page.getByRole('option').first().waitFor();
      await expectAccessible(page);
    }
  });
});

describe('what arrives', () => {
  let service: SyntonService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  test('turns the empty page into the list, comes in at the top, changes in its place, and waits while one reads', async ({
    open,
  }) => {
    const page = await open('/', { url: service.url });
    await page.getByRole('heading', { name: 'No traces yet' }).waitFor();
    await page.getByText(`OTEL_EXPORTER_OTLP_ENDPOINT=${service.http}`).waitFor();
    await expectAccessible(page);
    const send = (name: string, traceId?: string) =>
      sendTrace(service.http, { service: 'web', name, ...(traceId !== undefined && { traceId }) });
    const first = await send('first');
    await expect.poll(() => firstName(page)).toBe('first');
    const second = await send('second');
    await expect.poll(() => firstName(page)).toBe('second');
    // Another span of the first: its row stays where it is.
    await send('child', first);
    const spans = grid(page).getByRole('row').nth(2).getByRole('gridcell').nth(3);
    await expect.poll(() => spans.innerText()).toMatch(/^2/);
    expect(await firstName(page)).toBe('second');
    // Chosen by keys: what is new waits.
    await page.keyboard.press('j');
    expect(await chosen(page).getAttribute('id')).toBe(`trace-${second}`);
    await send('third');
    const pill = page.getByRole('button', { name: '1 new' });
    await pill.waitFor();
    expect(await firstName(page)).toBe('second');
    await page.keyboard.press('Escape');
    await expect.poll(() => firstName(page)).toBe('third');
    // Pointed at: the same, and the pill lets it in.
    await rows(page).nth(1).hover();
    await send('fourth');
    await pill.waitFor();
    expect(await firstName(page)).toBe('third');
    await pill.click();
    await expect.poll(() => firstName(page)).toBe('fourth');
  });

  test('is not listed while live is off: by mouse and by key', async ({ open }) => {
    const page = await open('/traces', { url: service.url });
    const live = page.getByRole('button', { name: 'Live: show traces as they arrive' });
    await rows(page).first().waitFor();
    const before = await firstName(page);
    await live.click();
    expect(await live.getAttribute('aria-pressed')).toBe('false');
    expect(page.url()).toContain('live=off');
    await page.mouse.move(0, 0);
    await sendTrace(service.http, { service: 'web', name: 'unseen' });
    // Another page that is live has it; this one had as much time.
    const other = await open('/traces', { url: service.url });
    await expect.poll(() => firstName(other)).toBe('unseen');
    expect(await firstName(page)).toBe(before);
    await page.keyboard.press('l');
    await expect.poll(() => live.getAttribute('aria-pressed')).toBe('true');
    await expect.poll(() => firstName(page)).toBe('unseen');
    await sendTrace(service.http, { service: 'web', name: 'seen' });
    await expect.poll(() => firstName(page)).toBe('seen');
  });

  test.for(['mouse', 'keys'])(
    'from the demo, which the empty page starts, by %s',
    async (way, { open }) => {
      const empty = await startService();
      onTestFinished(() => empty.close());
      const page = await open('/', { url: empty.url });
      const button = page.getByRole('button', { name: 'Show me with a demo' });
      if (way === 'mouse') await button.click();
      else await button.press('Enter');
      await expect.poll(() => rows(page).count()).toBeGreaterThan(20);
    },
  );
});

describe('the histogram', () => {
  const plot = (page: Page) => page.getByRole('slider');
  const range = (page: Page) => {
    const { searchParams } = new URL(page.url());
    return [searchParams.get('from'), searchParams.get('to')].map((nanos) => Number(nanos) / 1e6);
  };

  test('is brushed by mouse to a range, and Back undoes it', async ({ open }) => {
    const page = await open('/traces?live=off');
    await rows(page).first().waitFor();
    const { x, y, width } = (await plot(page).boundingBox())!;
    await page.mouse.move(x + width * 0.25, y + 20);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + 20, { steps: 4 });
    await page.mouse.up();
    const [from, to] = range(page);
    expect(to! - from!).toBeGreaterThan(10 * 60_000);
    expect(to! - from!).toBeLessThan(20 * 60_000);
    await page.goBack();
    expect(new URL(page.url()).searchParams.has('from')).toBe(false);
  });

  test('is brushed by keys, and tells what a column holds', async ({ open }) => {
    const page = await open('/traces?live=off');
    await rows(page).first().waitFor();
    await plot(page).focus();
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
    expect(await plot(page).getAttribute('aria-valuetext')).toMatch(
      /^\d\d:\d\d:\d\d – .*: [\d,]+ \w+/,
    );
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    const [from, to] = range(page);
    expect(to! - from!).toBe(3 * 60_000);
    await page.goBack();
    expect(new URL(page.url()).searchParams.has('from')).toBe(false);
  });
});
