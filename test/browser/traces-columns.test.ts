/** Attributes as columns of the list: chosen by mouse and by keys, kept by the URL, told of what arrives too, a line where it is narrow. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { sendTrace } from './support/send-trace.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const grid = (page: Page) => page.getByRole('grid', { name: 'Traces' });
const heads = async (page: Page) =>
  (await grid(page).getByRole('columnheader').allInnerTexts()).map((head) => head.trim());
/** Of a row, the first one is 0: what stands in a column, which may be cut on the screen. */
const cell = (page: Page, row: number, column: number) =>
  grid(page)
    .getByRole('row')
    .nth(row + 1)
    .getByRole('gridcell')
    .nth(column)
    .textContent();

let service: SyntonService;
beforeAll(async () => {
  service = await startService();
  await sendTrace(service.http, { service: 'web', name: 'old', attributes: { tenant: 'acme' } });
  await sendTrace(service.http, {
    ...{ service: 'web', name: 'new' },
    attributes: { tenant: 'initech', 'cart.size': '3' },
  });
});
afterAll(() => service.close());

test('are chosen by mouse, from what the traces have, and Back takes them away', async ({
  open,
}) => {
  const page = await open('/traces?live=off', { url: service.url });
  await grid(page).getByRole('button', { name: 'Choose attributes to show' }).click();
  const dialog = page.getByRole('dialog', { name: 'Attributes to show' });
  const suggested = dialog.locator('datalist option');
  await expect
    .poll(() => suggested.evaluateAll((all) => all.map((one) => one.getAttribute('value'))))
    .toEqual(expect.arrayContaining(['tenant', 'cart.size', 'service.name']));
  await dialog.getByLabel('Column 1').fill('tenant');
  await dialog.getByLabel('Column 2').fill('cart.size');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Show' }).click();
  await expect.poll(() => heads(page)).toEqual(expect.arrayContaining(['tenant', 'cart.size']));
  await expect.poll(() => cell(page, 0, 3)).toBe('initech');
  expect([await cell(page, 0, 4), await cell(page, 1, 3), await cell(page, 1, 4)]).toEqual([
    ...['3', 'acme', ''],
  ]);
  await expectAccessible(page);
  expect(new URL(page.url()).searchParams.getAll('column')).toEqual(['tenant', 'cart.size']);
  await page.goBack();
  await expect.poll(() => heads(page)).not.toContain('tenant');
});

test('are chosen by keys, and told of what arrives', async ({ open }) => {
  const page = await open('/traces', { url: service.url });
  await grid(page).getByRole('link').first().waitFor();
  await page.keyboard.press('c');
  await page.getByRole('dialog').locator(':focus').waitFor();
  await page.keyboard.type('tenant');
  await page.keyboard.press('Enter');
  await expect.poll(() => cell(page, 0, 3)).toBe('initech');
  await sendTrace(service.http, {
    service: 'web',
    name: 'newest',
    attributes: { tenant: 'hooli' },
  });
  await expect.poll(() => cell(page, 0, 3)).toBe('hooli');
  await page.keyboard.press('s');
  await expect.poll(() => new URL(page.url()).search).toBe('?column=tenant&order=slowest');
  await expect.poll(() => cell(page, 0, 3)).toMatch(/^(hooli|initech|acme)$/);
});

test('are a line of each row where it is narrow', async ({ open }) => {
  const size = { width: 390, height: 844 };
  const path = '/traces?live=off&column=tenant&column=cart.size';
  const page = await open(path, { url: service.url, size, theme: 'dark' });
  await grid(page).getByText('tenant: initech · cart.size: 3').waitFor();
  const row = await grid(page).getByRole('row').first().boundingBox();
  expect(row!.height).toBe(70);
  await expectAccessible(page);
});
