/** Traces by when they began and how long they took: pointed at, opened, drawn around and taken back, by mouse and by keys. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { sendTrace, sendTraces } from './support/send-trace.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DURATIONS = '/traces?chart=durations&live=off';

const plot = (page: Page) => page.getByRole('slider', { name: 'Traces by start and duration' });
const chart = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const grid = (page: Page) => page.getByRole('grid', { name: 'Traces' });
const names = async (page: Page) => (await grid(page).getByRole('link').allInnerTexts()).sort();
const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const told = (page: Page) => plot(page).getAttribute('aria-valuetext');
const readout = (page: Page) => page.locator('.scatter-readout');

/** Where what is chosen stands on the screen. */
async function ring(page: Page): Promise<{ readonly x: number; readonly y: number }> {
  const { x, y, width, height } = (await page.locator('.scatter-drawing-chosen').boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

/** By keys to the trace of a name; lets go of it again. */
async function placeOf(page: Page, name: string): ReturnType<typeof ring> {
  await plot(page).press('Home');
  for (let i = 0; i < 9 && !(await told(page))?.startsWith(name); i++) {
    await page.keyboard.press('ArrowRight');
  }
  expect(await told(page)).toMatch(name);
  const at = await ring(page);
  await page.keyboard.press('Escape');
  await plot(page).blur();
  return at;
}

async function ready(page: Page, count: string): Promise<void> {
  await page.getByText(count, { exact: true }).waitFor();
}

let service: SyntonService;
beforeAll(async () => {
  service = await startService();
  const { http } = service;
  await sendTrace(http, { service: 'web', name: 'quick', durationMs: 5, agoMs: 50 * MINUTE_MS });
  const failed = { durationMs: 80, agoMs: 40 * MINUTE_MS, isFailed: true };
  await sendTrace(http, { service: 'web', name: 'refused', ...failed });
  await sendTrace(http, {
    ...{ service: 'mail', name: 'digest', durationMs: 20 * SECOND_MS, agoMs: 30 * MINUTE_MS },
  });
  await sendTrace(http, { service: 'web', name: 'even', durationMs: 90, agoMs: 20 * MINUTE_MS });
  await sendTrace(http, { service: 'web', name: 'slow', durationMs: 900, agoMs: 10 * MINUTE_MS });
});
afterAll(() => service.close());

describe('the chart of durations', () => {
  test('is chosen by mouse, and reload and Back keep it', async ({ open }) => {
    const page = await open('/traces', { url: service.url, isTimeStill: true });
    await chart(page, 'durations').click();
    await ready(page, '5 traces');
    expect(await chart(page, 'durations').getAttribute('aria-current')).toBe('true');
    await page.reload();
    await ready(page, '5 traces');
    await page.goBack();
    await page.getByRole('slider', { name: 'What was found over time' }).waitFor();
    expect(param(page, 'chart')).toBe(null);
  });

  test('is chosen by key, and by the palette', async ({ open }) => {
    const page = await open('/traces', { url: service.url, isTimeStill: true });
    await grid(page).waitFor();
    await page.keyboard.press('d');
    await plot(page).waitFor();
    await page.keyboard.press('d');
    await plot(page).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    const command = page.getByRole('combobox', { name: /what to do/ });
    await command.fill('count over time');
    await page
      .getByRole('option', { name: /^Count over time, or durations/, selected: true })
      .waitFor();
    await command.press('Enter');
    await plot(page).waitFor();
  });

  test('says what a mark is to whoever points at it, and a click opens the trace', async ({
    open,
  }) => {
    const page = await open(DURATIONS, { url: service.url, isTimeStill: true });
    await ready(page, '5 traces');
    const at = await placeOf(page, 'refused');
    await page.mouse.move(at.x + 4, at.y + 3);
    await expect
      .poll(() => readout(page).innerText())
      .toMatch(/^web\s+refused\s+80.0 ms · failed · 1 span · 1 failed · \d\d:\d\d:\d\d$/);
    await page.mouse.click(at.x + 4, at.y + 3);
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/trace\/[0-9a-f]{32}$/);
    await page.getByRole('heading', { name: 'refused' }).waitFor();
  });

  test('says what a mark is to a finger first, and opens it when touched again', async ({
    open,
  }) => {
    const page = await open(DURATIONS, { url: service.url, isTimeStill: true });
    await ready(page, '5 traces');
    const at = await placeOf(page, 'digest');
    const touch = async () => {
      for (const type of ['pointerdown', 'pointerup']) {
        const given = { pointerType: 'touch', pointerId: 1, clientX: at.x + 9, clientY: at.y + 9 };
        await plot(page).dispatchEvent(type, { ...given, bubbles: true });
      }
    };
    await touch();
    await expect.poll(() => told(page)).toMatch(/^digest/);
    expect(new URL(page.url()).pathname).toBe('/traces');
    await touch();
    await page.getByRole('heading', { name: 'digest' }).waitFor();
  });

  test('is gone through by keys, by time and by duration, and Enter opens', async ({ open }) => {
    const page = await open(DURATIONS, { url: service.url, isTimeStill: true });
    await ready(page, '5 traces');
    expect(await told(page)).toBe('5 traces');
    await plot(page).press('ArrowLeft');
    await expect.poll(() => told(page)).toMatch(/^slow, web, 900 ms, 1 span, \d\d:\d\d:\d\d$/);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => told(page)).toMatch(/^even, web, 90.0 ms/);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => told(page)).toMatch(/^refused, web, 80.0 ms, failed, 1 span/);
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => told(page)).toMatch(/^digest, mail, 20.0 s/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'digest' }).waitFor();
  });

  test('has chosen what the list has chosen, and the other way round', async ({ open }) => {
    const page = await open(DURATIONS, { url: service.url, isTimeStill: true });
    await ready(page, '5 traces');
    const row = grid(page).locator('[aria-selected="true"]');
    await page.keyboard.press('j');
    await expect.poll(() => row.getByRole('link').innerText()).toBe('slow');
    expect(await told(page)).toMatch(/^slow/);
    // Arrows that the list has no use for are those of the chart.
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => row.getByRole('link').innerText()).toBe('even');
    await page.keyboard.press('Home');
    await expect.poll(() => row.getByRole('link').innerText()).toBe('quick');
    // Where the plot has the focus too.
    await page.keyboard.press('k');
    await expect.poll(() => told(page)).toMatch(/^refused/);
    await page.keyboard.press('Escape');
    await expect.poll(() => row.count()).toBe(0);
    expect(await page.locator('.scatter-drawing-chosen').count()).toBe(0);
  });
});

describe('a rectangle', () => {
  test('that is dragged finds what is in it by time and whole duration; Escape takes it back', async ({
    open,
  }) => {
    const page = await open(DURATIONS, { url: service.url, isTimeStill: true });
    await ready(page, '5 traces');
    const [refused, even] = [await placeOf(page, 'refused'), await placeOf(page, 'even')];
    await page.mouse.move(refused.x - 12, refused.y - 14);
    await page.mouse.down();
    await page.mouse.move(even.x + 12, even.y + 14, { steps: 4 });
    expect(await readout(page).innerText()).toMatch(
      /^\d\d:\d\d:\d\d – \d\d:\d\d:\d\d, [\d.]+ ms – \d+ ms: 2 traces, 1 failed$/,
    );
    await page.mouse.up();
    await ready(page, '2 traces');
    await expect.poll(() => names(page)).toEqual(['even', 'refused']);
    expect(param(page, 'min_trace_duration')).toMatch(/^[\d.]+ms$/);
    expect(param(page, 'max_trace_duration')).toMatch(/^[\d.]+ms$/);
    expect(Number(param(page, 'to')) - Number(param(page, 'from'))).toBeGreaterThan(
      19 * MINUTE_MS * 1e6,
    );
    await page.getByRole('button', { name: /^Edit took>=/ }).waitFor();
    await page.keyboard.press('Escape');
    await ready(page, '5 traces');
    expect([param(page, 'from'), param(page, 'min_trace_duration')]).toEqual([null, null]);
  });

  test('tells what those in it have in common that the others do not', async ({ open }) => {
    const apart = await startService();
    onTestFinished(() => apart.close());
    const sent = Array.from({ length: 12 }, (_, i) => ({
      ...{ service: 'web', agoMs: (40 - i) * MINUTE_MS },
      ...(i < 4 ? { name: 'slow', durationMs: 800 + i } : { name: 'quick', durationMs: 8 + i }),
    }));
    await sendTraces(apart.http, sent);
    const page = await open(DURATIONS, { url: apart.url, isTimeStill: true });
    await ready(page, '12 traces');
    await plot(page).press('Home');
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
    const common = '4 traces. 4 are slow, of 4 in all';
    await expect.poll(() => told(page)).toMatch(new RegExp(`${common}$`));
    expect(await readout(page).innerText()).toMatch(
      /4 traces\n4 are slow, of 4 in all\nEnter shows these, Esc lets go$/,
    );
  });

  test('that is thin is of durations alone, and its edges are no bounds', async ({ open }) => {
    const page = await open('/traces?chart=durations', { url: service.url, isTimeStill: true });
    await ready(page, '5 traces');
    const slow = await placeOf(page, 'slow');
    const { y } = (await plot(page).boundingBox())!;
    await page.mouse.move(slow.x - 60, slow.y + 10);
    await page.mouse.down();
    await page.mouse.move(slow.x - 60, y + 1, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => names(page)).toEqual(['digest', 'slow']);
    expect(param(page, 'from')).toBe(null);
    expect(param(page, 'max_trace_duration')).toBe(null);
    // It goes on into what arrives.
    await sendTraces(service.http, [
      { service: 'web', name: 'too quick', durationMs: 3 },
      { service: 'web', name: 'slow too', durationMs: 950 },
    ]);
    await expect.poll(() => names(page)).toEqual(['digest', 'slow', 'slow too']);
    await page.goBack();
    await ready(page, '7 traces');
  });

  test('is drawn by keys from one mark to another; Escape lets go, then takes back', async ({
    open,
  }) => {
    const page = await open(`${DURATIONS}&service=web&operation=even&last=1h`, {
      url: service.url,
      isTimeStill: true,
    });
    await ready(page, '1 trace');
    await page.getByRole('button', { name: 'Remove operation=even' }).click();
    await page.getByText(/^[4-6] traces$/).waitFor();
    await plot(page).press('Home');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => told(page)).toMatch(/, 5.00 ms – 80.0 ms: 2 traces, 1 failed$/);
    await page.keyboard.press('Escape');
    await expect.poll(() => told(page)).toMatch(/^refused/);
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => told(page)).toMatch(/: 2 traces, 1 failed$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => names(page)).toEqual(['even', 'refused']);
    expect(param(page, 'min_trace_duration')).toBe('80ms');
    expect(param(page, 'max_trace_duration')).toBe('90ms');
    await ready(page, '2 traces');
    await page.keyboard.press('Escape');
    await expect.poll(() => param(page, 'min_trace_duration')).toBe(null);
    expect(param(page, 'last')).toBe('1h');
    expect(param(page, 'service')).toBe('web');
  });
});

describe('what is drawn', () => {
  test('is all that there is, however little', async ({ open }) => {
    const alone = await startService();
    onTestFinished(() => alone.close());
    await sendTrace(alone.http, { service: 'web', name: 'x'.repeat(10_000), durationMs: 0 });
    for (const theme of ['light', 'dark'] as const) {
      const page = await open(`${DURATIONS}&last=all`, {
        ...{ url: alone.url, theme, size: { width: 390, height: 844 } },
      });
      await ready(page, '1 trace');
      await plot(page).press('ArrowLeft');
      await expect.poll(async () => (await told(page))!.length).toBeLessThan(300);
      const [outer, box] = [await plot(page).boundingBox(), await readout(page).boundingBox()];
      expect(box!.x).toBeGreaterThanOrEqual(outer!.x);
      expect(box!.x + box!.width).toBeLessThanOrEqual(outer!.x + outer!.width + 1);
      await expectAccessible(page);
    }
    const none = await open(`${DURATIONS}&service=nobody`, { url: alone.url });
    await ready(none, '0 traces');
    await none.getByText('Nothing in this time').waitFor();
    await plot(none).press('ArrowLeft');
    await none.keyboard.press('Enter');
    expect(new URL(none.url()).pathname).toBe('/traces');
    await expectAccessible(none);
  });

  test('is the newest where there are more, and it says so', async ({ open }) => {
    const many = await startService();
    onTestFinished(() => many.close());
    const all = Array.from({ length: 1_300 }, (_, i) => ({
      ...{
        service: 'web',
        name: `GET /${i}`,
        durationMs: 1 + (i % 97),
        agoMs: 3_000_000 - i * 2_000,
      },
    }));
    for (let i = 0; i < 1_300; i += 325) await sendTraces(many.http, all.slice(i, i + 325));
    const page = await open(DURATIONS, { url: many.url, isTimeStill: true });
    await page.getByText(/^newest 1,000 of the range back to \d\d:\d\d:\d\d$/).waitFor();
    await page.locator('.scatter-drawing-beyond').waitFor();
    // Further down the list there are more of them.
    await page.getByRole('button', { name: 'duration', exact: true }).click();
    await page
      .getByText(/^newest 1,000 of the range back to .* and \d+ slow ones before$/)
      .waitFor();
    await page.getByRole('button', { name: 'when', exact: true }).click();
    await expect
      .poll(async () => {
        await grid(page).evaluate((element) => element.scrollTo(0, element.scrollHeight));
        return await page.getByText('1,300 traces', { exact: true }).count();
      })
      .toBe(1);
  });

  test('goes on with what arrives, and stands while one looks', async ({ open }) => {
    const live = await startService();
    onTestFinished(() => live.close());
    await sendTrace(live.http, { service: 'web', name: 'first', durationMs: 50, agoMs: 5_000 });
    const page = await open('/traces?chart=durations&last=15m', { url: live.url });
    await ready(page, '1 trace');
    await sendTrace(live.http, { service: 'web', name: 'second', durationMs: 50, agoMs: 4_000 });
    await ready(page, '2 traces');
    // Looked at: what is there stays in its place, and what is new is there all the same.
    await plot(page).press('Home');
    await expect.poll(() => told(page)).toMatch(/^first/);
    const before = await ring(page);
    await page.waitForTimeout(2_500);
    await sendTrace(live.http, { service: 'web', name: 'third', durationMs: 50 });
    await ready(page, '3 traces');
    expect(await ring(page)).toEqual(before);
    expect(await told(page)).toMatch(/^first/);
  });

  test('has shapes of its own where colours are forced', async ({ open }) => {
    const page = await open(DURATIONS, { url: service.url, isTimeStill: true });
    await page.emulateMedia({ forcedColors: 'active' });
    await ready(page, '7 traces');
    const colours = await page.locator('.scatter-plot path').evaluateAll((paths) => {
      const colour = (path: Element) => getComputedStyle(path).stroke;
      const of = (name: string) =>
        paths.filter((path) => path.classList.contains(name)).map(colour);
      return [of('scatter-marks-failed')[0], of('scatter-marks-ended')[0]];
    });
    expect(colours[0]).toBe(colours[1]);
    await page.getByText(/^1 failed$/).waitFor();
  });
});
