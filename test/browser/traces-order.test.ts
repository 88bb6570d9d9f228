/** The slowest first: chosen by mouse and by key, kept by the URL, bounded and said so, with what arrives in its place. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { sendTrace, sendTraces } from './support/send-trace.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const grid = (page: Page) => page.getByRole('grid', { name: 'Traces' });
const links = (page: Page) => grid(page).getByRole('link');
const names = async (page: Page) => (await links(page).allInnerTexts()).slice(0, 4);
const sortOf = (page: Page, title: string) =>
  grid(page).getByRole('columnheader', { name: title }).getAttribute('aria-sort');
const order = (page: Page) => new URL(page.url()).searchParams.get('order');

let service: SyntonService;
beforeAll(async () => {
  service = await startService();
  for (const durationMs of [300, 900, 100])
    await sendTrace(service.http, { service: 'web', name: `took ${durationMs}`, durationMs });
});
afterAll(() => service.close());

test('is chosen by mouse at the head of its column, and Back and reload keep it', async ({
  open,
}) => {
  const page = await open('/traces', { url: service.url });
  await expect.poll(() => names(page)).toEqual(['took 100', 'took 900', 'took 300']);
  expect(await sortOf(page, 'when')).toBe('descending');
  await grid(page).getByRole('button', { name: 'duration' }).click();
  await expect.poll(() => names(page)).toEqual(['took 900', 'took 300', 'took 100']);
  expect([await sortOf(page, 'when'), await sortOf(page, 'duration')]).toEqual([
    'none',
    'descending',
  ]);
  await page.getByText('slowest 3 of all 3 traces').waitFor();
  await page.reload();
  await expect.poll(() => names(page)).toEqual(['took 900', 'took 300', 'took 100']);
  await page.goBack();
  await expect.poll(() => names(page)).toEqual(['took 100', 'took 900', 'took 300']);
  expect(order(page)).toBe(null);
});

test('is chosen by key, and where it is narrow by its button', async ({ open }) => {
  const page = await open('/traces', { url: service.url });
  await links(page).first().waitFor();
  await page.keyboard.press('s');
  await expect.poll(() => names(page)).toEqual(['took 900', 'took 300', 'took 100']);
  await page.keyboard.press('s');
  await expect.poll(() => order(page)).toBe(null);
  const size = { width: 390, height: 844 };
  const narrow = await open('/traces', { url: service.url, size });
  await narrow.getByRole('button', { name: 'Slowest first' }).click();
  await expect.poll(() => names(narrow)).toEqual(['took 900', 'took 300', 'took 100']);
  await expectAccessible(narrow);
});

test('has what arrives where it belongs, and while one reads it waits', async ({ open }) => {
  const page = await open('/traces?order=slowest', { url: service.url });
  await links(page).first().waitFor();
  await sendTrace(service.http, { service: 'web', name: 'took 500', durationMs: 500 });
  await expect.poll(() => names(page)).toEqual(['took 900', 'took 500', 'took 300', 'took 100']);
  await page.keyboard.press('j');
  await sendTrace(service.http, { service: 'web', name: 'took 1000', durationMs: 1_000 });
  await page.getByRole('button', { name: '1 new' }).waitFor();
  expect((await names(page))[0]).toBe('took 900');
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await names(page))[0]).toBe('took 1000');
});

test('is of as many as a look reaches, which goes further back when asked', async ({ open }) => {
  const large = await startService();
  onTestFinished(() => large.close());
  await sendTrace(large.http, { service: 'web', name: 'oldest', durationMs: 5_000 });
  for (let i = 0; i < 3; i++) {
    const thousand = Array.from({ length: 1_000 }, (_, k) => ({
      ...{ service: 'web', name: `GET /${i}`, durationMs: 1 + (k % 50) },
    }));
    await sendTraces(large.http, thousand);
  }
  const page = await open('/traces?order=slowest&live=off', { url: large.url });
  await page.getByText(/^slowest 100 of [12],\d00 traces looked at, back to \d\d:/).waitFor();
  expect(await names(page)).not.toContain('oldest');
  await expectAccessible(page);
  const further = page.getByRole('button', { name: 'Look further back' });
  const all = page.getByText('slowest 100 of all 3,001 traces');
  // More than once where the machine is busy and a look ends early.
  for (let looks = 0; looks < 20 && !(await all.isVisible()); looks++) {
    await further.click();
    await further.and(page.locator(':enabled')).or(all).waitFor();
  }
  await all.waitFor();
  expect((await names(page))[0]).toBe('oldest');
  expect(await further.isVisible()).toBe(false);
});
