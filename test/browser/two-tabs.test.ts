/** The same collector looked at in two tabs: both are told of what arrives, a link opens what the other sees, neither moves the other. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { demoTrace } from './support/demo-traces.ts';
import { paramOf } from './support/open-tab.ts';
import { test } from './support/page-test.ts';
import { sendTrace } from './support/send-trace.ts';
import { settled } from './support/settled.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

let service: SyntonService;
beforeAll(async () => {
  service = await startService();
  await sendTrace(service.http, { service: 'web', name: 'before' });
});
afterAll(() => service.close());

async function beside(page: Page, path: string): Promise<Page> {
  const other = await page.context().newPage();
  await other.goto(path);
  await settled(other);
  return other;
}

test('what arrives is listed in both; one that is held back does not hold the other', async ({
  open,
}) => {
  const names = (page: Page) => page.getByRole('grid', { name: 'Traces' }).getByRole('link');
  const page = await open('/traces', { url: service.url });
  await settled(page);
  const other = await beside(page, '/traces');
  await sendTrace(service.http, { service: 'web', name: 'seen by both' });
  for (const tab of [page, other])
    await expect.poll(() => names(tab).first().innerText()).toBe('seen by both');
  await page.keyboard.press('j');
  await sendTrace(service.http, { service: 'web', name: 'held by one' });
  await expect.poll(() => names(other).first().innerText()).toBe('held by one');
  await page.getByRole('button', { name: '1 new' }).waitFor();
  expect(await names(page).first().innerText()).toBe('seen by both');
});

test('a trace is looked at in each in its own way; a link takes over the other’s', async ({
  open,
}) => {
  const { traceId } = await demoTrace(inject('service').url, 'POST /orders', { failed: true });
  const page = await open(`/trace/${traceId}`);
  const selected = (tab: Page) =>
    tab.getByRole('treegrid').locator('[aria-selected="true"]').getAttribute('aria-label');
  await settled(page);
  for (const key of ['e', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
  await expect.poll(() => paramOf(page, 'from')).not.toBeNull();
  await settled(page);
  const before = { url: page.url(), selected: await selected(page) };
  const other = await beside(page, page.url());
  expect({ url: other.url(), selected: await selected(other) }).toEqual(before);
  for (const key of ['b', '0', '[']) await other.keyboard.press(key);
  await expect.poll(() => paramOf(other, 'from')).toBeNull();
  await settled(page);
  expect({ url: page.url(), selected: await selected(page) }).toEqual(before);
  await page.reload();
  await settled(page);
  expect({ url: page.url(), selected: await selected(page) }).toEqual(before);
});

test.for([
  ['/statistics', 'service', 'payment'],
  ['/services', 'node', 'payment'],
] as const)(
  '%s: what one chooses is not chosen in the other',
  async ([path, name, value], { open }) => {
    const page = await open(path);
    await settled(page);
    const other = await beside(page, `${path}?${name}=${value}`);
    expect(paramOf(other, name)).toBe(value);
    const text = async (tab: Page) =>
      (await tab.getByRole('main').innerText()).replaceAll(/as of .*/g, '');
    await settled(page);
    expect(paramOf(page, name)).toBeNull();
    expect(await text(page)).not.toBe(await text(other));
    await page.reload();
    await settled(page);
    expect(paramOf(page, name)).toBeNull();
  },
);

test('the theme of one is that of the next, and of those that are open', async ({ open }) => {
  const page = await open('/traces', { url: service.url });
  await settled(page);
  const ground = (tab: Page) => tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground(page);
  const button = page.getByRole('button', { name: /^Theme:/ });
  // From the system's to light, and on to dark; by keys.
  await button.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect.poll(() => ground(page)).not.toBe(light);
  const other = await beside(page, '/statistics');
  expect(await ground(other)).toBe(await ground(page));
  // Back to the system's, which is light.
  await other.getByRole('button', { name: /^Theme:/ }).click();
  await expect.poll(() => ground(page)).toBe(light);
});
