/** The statistics view: what it tells, how its charts are read and brushed, and that a link brings all of it back. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { sendTraces } from './support/send-trace.ts';
import { settled } from './support/settled.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const pathOf = (page: Page) => new URL(page.url()).pathname;
const chart = (page: Page, name: string) => page.getByRole('slider', { name, exact: true });
const table = (page: Page) => page.getByRole('table', { name: 'Operations' });
const operations = (page: Page) => table(page).getByRole('rowheader').getByRole('link');
const RATE = 'Spans a second over time';
const DURATIONS = 'Spans by duration';

async function drag(page: Page, name: string, from: number, to: number): Promise<void> {
  const box = (await chart(page, name).boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, y, { steps: 4 });
  await page.mouse.up();
}

const drawn = (page: Page) => page.locator('.time-chart canvas').nth(2).waitFor();

describe('tells', () => {
  test('how much, how often wrong, how slow, each against the time before', async ({ open }) => {
    const page = await open('/statistics?last=15m');
    await drawn(page);
    for (const name of [RATE, 'Errors over time', 'Duration over time']) {
      await chart(page, name).waitFor();
    }
    const figures = page.getByRole('figure');
    expect(await figures.count()).toBe(3);
    expect(await figures.nth(0).innerText()).toMatch(/[\d.]+\/s\s+was [\d.]+\/s/);
    expect(await figures.nth(1).innerText()).toMatch(/[\d.]+%/);
    expect(await figures.nth(2).innerText()).toMatch(/[\d.]+ (?:ms|s)/);
  });

  test('what the numbers rest on', async ({ open }) => {
    const page = await open('/statistics');
    const foot = page.locator('.statistics-foot');
    await foot.getByText(/spans counted, .* traces begun: every span that came/).waitFor();
    await foot.getByText(/quantiles within ±1%/).waitFor();
    await foot.getByText(/^stored: .* spans, .* since Synton started$/).waitFor();
  });

  test('what one points at, in all charts at once', async ({ open }) => {
    const page = await open('/statistics');
    await drawn(page);
    await chart(page, RATE).hover();
    await expect.poll(() => page.locator('.time-chart-when').count()).toBe(3);
    await page.mouse.move(2, 2);
    await expect.poll(() => page.locator('.time-chart-when').count()).toBe(0);
    await chart(page, RATE).focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator('.time-chart-when').count()).toBe(3);
    const told = await chart(page, RATE).getAttribute('aria-valuetext');
    expect(told).toMatch(/^\d\d:\d\d:00: Spans a second /);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => chart(page, RATE).getAttribute('aria-valuetext')).not.toBe(told);
  });
});

describe('a range of time', () => {
  test('is brushed by mouse, and Back undoes it', async ({ open }) => {
    const page = await open('/statistics?last=1h');
    await drawn(page);
    await drag(page, RATE, 0.4, 0.8);
    await expect.poll(() => param(page, 'from')).toMatch(/^\d{19}$/);
    expect(param(page, 'last')).toBeNull();
    const range = Number(param(page, 'to')) - Number(param(page, 'from'));
    expect(range / 60e9).toBeGreaterThan(15);
    expect(range / 60e9).toBeLessThan(35);
    await page.goBack();
    await expect.poll(() => param(page, 'last')).toBe('1h');
  });

  test('is brushed by keys', async ({ open }) => {
    const page = await open('/statistics?last=1h');
    await drawn(page);
    await chart(page, RATE).focus();
    for (const key of ['End', 'Shift+ArrowLeft', 'Shift+ArrowLeft']) await page.keyboard.press(key);
    await expect
      .poll(() => chart(page, RATE).getAttribute('aria-valuetext'))
      .toMatch(/ to .* chosen, Enter shows it$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => param(page, 'from')).toMatch(/^\d{19}$/);
    expect(Number(param(page, 'to')) - Number(param(page, 'from'))).toBe(180e9);
  });

  test('is chosen from the list, and made longer and shorter by keys', async ({ open }) => {
    const page = await open('/statistics');
    const picker = page.getByRole('combobox', { name: 'Time range' });
    await picker.selectOption({ label: 'last 6 h' });
    await expect.poll(() => param(page, 'last')).toBe('6h');
    await picker.blur();
    await page.keyboard.press('-');
    await expect.poll(() => param(page, 'last')).toBe('1h');
    await page.keyboard.press('+');
    await expect.poll(() => param(page, 'last')).toBe('6h');
  });

  test('is written, where no list has it', async ({ open }) => {
    const page = await open('/statistics');
    await page.getByRole('combobox', { name: 'Time range' }).selectOption({ label: 'from … to …' });
    const dialog = page.getByRole('dialog', { name: 'A range of time' });
    await dialog.getByLabel('From').fill('2026-01-02T03:04:05');
    await dialog.getByLabel('To', { exact: true }).fill('2026-01-02T03:00:00');
    await dialog.getByText('The end has to lie after the beginning.').waitFor();
    await dialog.getByLabel('To', { exact: true }).fill('2026-01-02T04:00:00');
    await dialog.getByRole('button', { name: 'Show this range' }).click();
    await expect.poll(() => param(page, 'to')).not.toBeNull();
    expect(Number(param(page, 'to')) - Number(param(page, 'from'))).toBe(3355e9);
    await page.getByText('Nothing arrived in this time').waitFor();
  });
});

describe('operations', () => {
  test('are put in order by mouse and by keys', async ({ open }) => {
    const page = await open('/statistics');
    await operations(page).first().waitFor();
    const sorts = page.getByRole('navigation', { name: 'Order' });
    await sorts.getByRole('link', { name: 'slowest' }).click();
    await expect.poll(() => param(page, 'sort')).toBe('p95');
    const slowest = await operations(page).first().getAttribute('title');
    await page.keyboard.press('s');
    await expect.poll(() => param(page, 'sort')).toBe('rate');
    await expect.poll(() => operations(page).first().getAttribute('title')).not.toBe(slowest);
    await page.goBack();
    await expect.poll(() => operations(page).first().getAttribute('title')).toBe(slowest);
  });

  test('are all there when they are asked for', async ({ open }) => {
    const page = await open('/statistics');
    const first = await operations(page)
      .first()
      .waitFor()
      .then(() => operations(page).count());
    await page.getByRole('button', { name: /^Show \d+ more$/ }).click();
    await expect.poll(() => operations(page).count()).toBeGreaterThan(first);
    const all = Number(await table(page).getAttribute('aria-rowcount')) - 1;
    expect(await operations(page).count()).toBeLessThanOrEqual(all);
    await page.getByRole('button', { name: 'Show fewer' }).click();
    await expect.poll(() => operations(page).count()).toBe(first);
  });

  test('one of them has all the numbers to itself, and lets them go again', async ({ open }) => {
    const page = await open('/statistics?sort=rate');
    const link = operations(page).first();
    const name = (await link.getAttribute('title'))!;
    await link.click();
    await expect.poll(() => param(page, 'operation')).toBe(name);
    const button = page.getByRole('button', { name: 'All operations again' });
    await button.waitFor();
    await page.reload();
    await button.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => param(page, 'operation')).toBeNull();
  });

  test('lead to their traces', async ({ open }) => {
    const page = await open('/statistics?sort=errors');
    await table(page)
      .getByRole('link', { name: /^Traces with / })
      .first()
      .click();
    await expect.poll(() => pathOf(page)).toBe('/traces');
    expect(param(page, 'operation')).not.toBeNull();
    expect(param(page, 'last')).toBe('1h');
  });
});

describe('services', () => {
  test('are chosen, and drawn apart by mouse and by a key', async ({ open }) => {
    const page = await open('/statistics');
    await page.getByRole('combobox', { name: 'Lines' }).selectOption({ label: 'by service' });
    await expect.poll(() => param(page, 'by')).toBe('split');
    await page.locator('.time-chart-values').first().getByText('checkout').waitFor();
    await page.getByRole('combobox', { name: 'Lines' }).blur();
    await page.keyboard.press('b');
    await expect.poll(() => param(page, 'by')).toBeNull();
    await page.keyboard.press('/');
    const select = page.getByRole('combobox', { name: 'Service' });
    await expect.poll(() => select.evaluate((it) => it === document.activeElement)).toBe(true);
    await select.selectOption('payment');
    await expect.poll(() => param(page, 'service')).toBe('payment');
    await expect
      .poll(
        async () =>
          new Set(await table(page).locator('td.operation-table-service').allInnerTexts()),
      )
      .toEqual(new Set(['payment']));
  });
});

test('the quantile of lines apart is chosen, and what is told follows', async ({ open }) => {
  const page = await open('/statistics?by=split');
  await drawn(page);
  await page.getByText('Duration, p99', { exact: true }).waitFor();
  await page.getByRole('combobox', { name: 'Quantile' }).selectOption('p50');
  await expect.poll(() => param(page, 'quantile')).toBe('p50');
  await page.getByText('Duration, p50', { exact: true }).waitFor();
});

test('the numbers are asked for again, by mouse and by a key', async ({ open }) => {
  const page = await open('/statistics');
  await drawn(page);
  const refresh = page.getByRole('button', { name: 'Refresh' });
  for (const ask of [() => refresh.click(), () => page.keyboard.press('r')]) {
    // What was asked for before has come.
    await settled(page);
    await Promise.all([page.waitForRequest(/\/api\/v1\/instr\/(?!tail)/), ask()]);
  }
});

describe('durations', () => {
  test('are brushed by mouse to a search', async ({ open }) => {
    const page = await open('/statistics');
    await chart(page, DURATIONS).waitFor();
    await chart(page, DURATIONS).scrollIntoViewIfNeeded();
    await drag(page, DURATIONS, 0.5, 0.9);
    await expect.poll(() => param(page, 'min')).not.toBeNull();
    const [min, max] = [Number(param(page, 'min')), Number(param(page, 'max'))];
    expect(max).toBeGreaterThan(min);
    await page.getByRole('link', { name: 'Search these traces' }).click();
    await expect.poll(() => pathOf(page)).toBe('/traces');
    expect(param(page, 'min_duration')).toMatch(/^[\d.]+(?:us|ms|s)$/);
    await page.goBack();
    await page.getByRole('link', { name: 'All durations' }).click();
    await expect.poll(() => param(page, 'min')).toBeNull();
  });

  test('are brushed by keys to a search', async ({ open }) => {
    const page = await open('/statistics');
    await chart(page, DURATIONS).waitFor();
    await chart(page, DURATIONS).focus();
    await page.keyboard.press('End');
    for (let at = 0; at < 12; at++) await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(() => param(page, 'min')).not.toBeNull();
    await page.keyboard.press('Enter');
    await expect.poll(() => pathOf(page)).toBe('/traces');
    expect(param(page, 'max_duration')).not.toBeNull();
  });
});

test('examples open their trace, by mouse and by keys', async ({ open }) => {
  const page = await open('/statistics');
  const example = page.getByRole('region', { name: 'Failed' }).getByRole('link').nth(1);
  await example.click();
  await expect.poll(() => pathOf(page)).toMatch(/^\/trace\/[0-9a-f]{32}$/);
  await page.goBack();
  await example.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => pathOf(page)).toMatch(/^\/trace\/[0-9a-f]{32}$/);
});

describe('a service that has nothing', () => {
  let service: SyntonService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  test('says what to do', async ({ open }) => {
    const page = await open('/statistics', { url: service.url });
    await page.getByText('Nothing arrived in this time').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Show the last 7 days' }).click();
    await expect.poll(() => param(page, 'last')).toBe('7d');
    await page.getByRole('link', { name: 'How to send the first span' }).click();
    await expect.poll(() => pathOf(page)).toBe('/traces');
  });

  test('tells of the first that comes how long it took, and shows it among the slowest', async ({
    open,
  }) => {
    const same = { service: 'job', name: 'step', durationMs: 12_345 };
    await sendTraces(service.http, [same, same]);
    const page = await open('/statistics', { url: service.url });
    const slowest = page.getByRole('region', { name: 'Slower than 12.3 s (p95)' });
    await expect.poll(() => slowest.getByRole('link', { name: /step/ }).count()).toBe(2);
    const row = table(page).getByRole('row').filter({ hasText: 'step' });
    expect((await row.innerText()).match(/12\.\d s/g)).toEqual(['12.3 s', '12.3 s', '12.3 s']);
  });

  test('leads to no traces of what was only counted together', async ({ open }) => {
    const agoMs = 30_000;
    const many = Array.from({ length: 1_100 }, (_, i) => ({
      ...{ service: 'many', name: `GET /${i}`, agoMs },
    }));
    await sendTraces(service.http, many);
    const page = await open('/statistics?sort=rate', { url: service.url });
    const other = table(page).getByRole('row').filter({ hasText: '(other)' });
    await other.getByTitle(/too many of to be counted apart/).waitFor();
    expect(await other.getByRole('link', { name: /^Traces with/ }).count()).toBe(0);
  });
});

test('another theme draws the charts in its colours', async ({ open }) => {
  const page = await open('/statistics', { theme: 'light', url: inject('service').url });
  await drawn(page);
  const pixels = () =>
    page
      .locator('.time-chart canvas')
      .first()
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const light = await pixels();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(pixels).not.toBe(light);
});
