/** The flame graph of a trace, by mouse, by fingers and by keys. */
import type { Page } from 'playwright-core';
import { describe, expect, inject } from 'vitest';
import { openTab, paramOf } from './support/open-tab.ts';
import { type Open, test } from './support/page-test.ts';
import { sendTrace } from './support/send-trace.ts';
import { settled } from './support/settled.ts';

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
    await expect.poll(() => paramOf(page, 'from')).not.toBeNull();
    expect(paramOf(page, 'span')).not.toBeNull();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await expect.poll(() => paramOf(page, 'from')).toBeNull();
  });

  test('is gone through by keys', async ({ open }) => {
    const page = await opened(open);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => shown(page)).toMatch(/: POST \/orders, web, /);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => shown(page)).not.toMatch(/: POST \/orders, web, /);
    const below = await shown(page);
    await page.keyboard.press('Space');
    await expect.poll(() => paramOf(page, 'from')).not.toBeNull();
    await page.keyboard.press('0');
    await expect.poll(() => paramOf(page, 'from')).toBeNull();
    await page.keyboard.press('+');
    await expect.poll(() => paramOf(page, 'from')).not.toBeNull();
    const from = paramOf(page, 'from');
    await page.keyboard.press('d');
    await expect.poll(() => paramOf(page, 'from')).not.toBe(from);
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => shown(page)).toMatch(/: POST \/orders, web, /);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => shown(page)).toBe(below);
  });

  test('is panned back and zoomed out by keys, gone through sideways, and left by a crumb', async ({
    open,
  }) => {
    const page = await opened(open);
    const [from, to] = [() => Number(paramOf(page, 'from')), () => Number(paramOf(page, 'to'))];
    for (const key of ['+', '+']) await page.keyboard.press(key);
    await expect.poll(to).toBeGreaterThan(0);
    // The link follows when the eye has come to rest.
    await settled(page);
    const begin = from();
    await page.keyboard.press('a');
    await expect.poll(from).toBeLessThan(begin);
    await settled(page);
    const width = to() - from();
    await page.keyboard.press('-');
    await expect.poll(() => to() - from()).toBeGreaterThan(width);
    await page.getByRole('button', { name: 'All', exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => paramOf(page, 'from')).toBeNull();
    // To the first that has another beside it, there and back; arrows the same.
    const beside = async (key: string, back: string): Promise<boolean> => {
      const before = await shown(page);
      await page.keyboard.press(key);
      await page.waitForTimeout(50);
      if ((await shown(page)) === before) return false;
      await page.keyboard.press(back);
      await expect.poll(() => shown(page)).toBe(before);
      return true;
    };
    let isBeside = false;
    for (let level = 0; level < 8 && !isBeside; level++) {
      await page.keyboard.press('ArrowDown');
      isBeside = await beside('f', 'b');
    }
    expect(isBeside).toBe(true);
    expect(await beside('ArrowRight', 'ArrowLeft')).toBe(true);
  });

  test('is merged by name, by mouse and by a key, and the link keeps it', async ({ open }) => {
    const page = await opened(open);
    await page.getByRole('button', { name: 'merged by name' }).click();
    await expect.poll(() => paramOf(page, 'flame')).toBe('merged');
    await canvas(page).hover({ position: { x: 600, y: 10 } });
    await expect.poll(() => told(page)).toMatch(/^POST \/orders web 1 call · .*100% of the/);
    await canvas(page).click({ position: { x: 300, y: 30 } });
    await expect.poll(() => paramOf(page, 'at')).toMatch(/^[0-9a-f]{16}$/);
    await page.reload();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await expect.poll(() => paramOf(page, 'at')).toBeNull();
    await page.keyboard.press('o');
    await expect.poll(() => paramOf(page, 'flame')).toBeNull();
  });

  test('merged, shows calls that took no time by their number', async ({ open }) => {
    const sent = { service: 'till', name: 'beep', durationMs: 0 };
    const traceId = await sendTrace(inject('service').http, sent);
    const page = await open(`/trace/${traceId}?view=flame`);
    await page.getByRole('button', { name: 'merged by name' }).click();
    await page.getByText('No call took any time').waitFor();
    await canvas(page).hover({ position: { x: 600, y: 10 } });
    await expect.poll(() => told(page)).toMatch(/^beep till 1 call .* 100% of the whole/);
  });

  test('is zoomed by Enter and back by Escape, in time and merged', async ({ open }) => {
    const page = await opened(open);
    const down = async () => {
      for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowDown');
    };
    await down();
    await page.keyboard.press('Enter');
    await expect.poll(() => paramOf(page, 'from')).not.toBeNull();
    await page.keyboard.press('Escape');
    await expect.poll(() => paramOf(page, 'from')).toBeNull();
    expect(paramOf(page, 'span')).not.toBeNull();
    await page.keyboard.press('o');
    await page.keyboard.press('Enter');
    await expect.poll(() => paramOf(page, 'at')).not.toBeNull();
    for (const _ of [1, 2, 3]) await page.keyboard.press('Escape');
    await expect.poll(() => paramOf(page, 'at')).toBeNull();
    await page.keyboard.press('Escape');
    await expect.poll(() => paramOf(page, 'span')).toBeNull();
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
    await expect.poll(() => paramOf(page, 'part')).toMatch(/^0\.\d+-0\.\d+$/);
    const before = paramOf(page, 'part')!;
    await page.mouse.down();
    await page.mouse.move(400, 200, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => paramOf(page, 'part')).not.toBe(before);
    const [from = 0, to = 0] = paramOf(page, 'part')!.split('-').map(Number);
    const [fromBefore = 0, toBefore = 0] = before.split('-').map(Number);
    expect(to - from).toBeCloseTo(toBefore - fromBefore, 6);
    const kept = paramOf(page, 'part');
    await page.reload();
    await canvas(page).waitFor();
    expect(paramOf(page, 'part')).toBe(kept);
    // Keys are there a moment after the canvas is.
    const partAfterEscape = async () => {
      await page.keyboard.press('Escape');
      return paramOf(page, 'part');
    };
    await expect.poll(partAfterEscape).toBeNull();
    await page.keyboard.press('+');
    await expect.poll(() => paramOf(page, 'part')).not.toBeNull();
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
    await expect.poll(() => paramOf(page, 'from')).not.toBeNull();
    const range = () => Number(paramOf(page, 'to')) - Number(paramOf(page, 'from'));
    const zoomed = range();
    const from = Number(paramOf(page, 'from'));
    await send('touchStart', 600);
    for (const by of [10, 40, 80]) await send('touchMove', 600 - by);
    await send('touchEnd');
    await expect.poll(() => Number(paramOf(page, 'from'))).toBeGreaterThan(from);
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
