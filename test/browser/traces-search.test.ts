/** The search of the traces view: its language, its chips, what it suggests; by mouse and by keys. The list that it leads to. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { test } from './support/page-test.ts';
import { sendTrace } from './support/send-trace.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const HOUR_MS = 3_600_000;
let service: SyntonService;

beforeAll(async () => {
  service = await startService();
  const { http } = service;
  await sendTrace(http, {
    service: 'checkout',
    name: 'POST /orders',
    durationMs: 900,
    isFailed: true,
  });
  await sendTrace(http, {
    service: 'checkout',
    name: 'GET /cart',
    attributes: { 'http.route': '/cart' },
  });
  await sendTrace(http, { service: 'stock', name: 'SELECT stock', durationMs: 3 });
  await sendTrace(http, { service: 'stock', name: 'nightly', durationMs: 50, agoMs: 30 * HOUR_MS });
});
afterAll(() => service.close());

const box = (page: Page) => page.getByRole('combobox', { name: 'Search traces' });
const rows = (page: Page) => page.getByRole('grid').getByRole('link');
const search = (page: Page) => new URL(page.url()).searchParams.toString();
const expectFound = (page: Page, names: readonly string[]) =>
  expect.poll(async () => (await rows(page).allInnerTexts()).toSorted()).toEqual(names.toSorted());

test('failed ones alone are one click or key away, and all of them again', async ({ open }) => {
  const page = await open('/traces', { url: service.url });
  const all = ['POST /orders', 'GET /cart', 'SELECT stock'];
  await expectFound(page, all);
  const failed = page.getByRole('button', { name: 'Failed traces alone' });
  await failed.click();
  await expectFound(page, ['POST /orders']);
  expect(search(page)).toBe('status=Failed');
  expect(await failed.getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Edit status=failed' }).waitFor();
  await page.keyboard.press('e');
  await expectFound(page, all);
  await page.keyboard.press('e');
  await expectFound(page, ['POST /orders']);
  await page.goBack();
  await expectFound(page, all);
  const byHand = await open('/traces?status=failed', { url: service.url });
  await expectFound(byHand, ['POST /orders']);
  await byHand.getByRole('button', { name: 'Failed traces alone', pressed: true }).click();
  await expectFound(byHand, all);
});

test('one span is not several where the row says what it counts', async ({ open }) => {
  const size = { width: 390, height: 844 };
  const page = await open('/traces', { url: service.url, size });
  await page.getByRole('gridcell', { name: '1 span', exact: true }).first().waitFor();
});

describe('terms', () => {
  test('are written by keys: suggested, taken, edited and removed', async ({ open }) => {
    const page = await open('/traces', { url: service.url });
    await expectFound(page, ['POST /orders', 'GET /cart', 'SELECT stock']);
    await page.keyboard.press('/');
    await page.keyboard.type('che');
    await page.getByRole('option', { name: /service=checkout/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await expectFound(page, ['POST /orders', 'GET /cart']);
    await page.keyboard.type('status=failed ');
    await expectFound(page, ['POST /orders']);
    expect(search(page)).toBe('service=checkout&status=Failed');
    // Into the chips, and away with the last one.
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Delete');
    await expectFound(page, ['POST /orders', 'GET /cart']);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => box(page).inputValue()).toBe('service=checkout');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('service=stock');
    await page.keyboard.press('Enter');
    await expectFound(page, ['SELECT stock']);
  });

  test('are chosen by mouse: suggested, edited and removed', async ({ open }) => {
    const page = await open('/traces', { url: service.url });
    await box(page).click();
    await page.getByRole('option', { name: 'service=' }).click();
    await page.getByRole('option', { name: /service=checkout/ }).click();
    await expectFound(page, ['POST /orders', 'GET /cart']);
    await page.getByRole('button', { name: 'Edit service=checkout' }).click();
    await expect.poll(() => box(page).inputValue()).toBe('service=checkout');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove service=checkout' }).click();
    await expectFound(page, ['POST /orders', 'GET /cart', 'SELECT stock']);
    expect(search(page)).toBe('');
  });

  test('of every kind are in the URL, and a link brings them back', async ({ open }) => {
    const page = await open('/traces', { url: service.url });
    await box(page).fill(
      'service=checkout operation="GET /cart" && duration<1s status=completed http.route=/cart',
    );
    await page.keyboard.press('Enter');
    await expectFound(page, ['GET /cart']);
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      ...{ service: 'checkout', operation: 'GET /cart', max_duration: '1s' },
      ...{ status: 'Completed', attribute: 'http.route=/cart' },
    });
    await page.reload();
    await expectFound(page, ['GET /cart']);
    await page.getByRole('button', { name: 'Edit duration<=1s' }).waitFor();
    await page.goBack();
    await expectFound(page, ['POST /orders', 'GET /cart', 'SELECT stock']);
  });

  test('that cannot be read are told where, and what is known', async ({ open }) => {
    const page = await open('/traces', { url: service.url });
    await box(page).fill('service=checkout status=fialed');
    await page.keyboard.press('Enter');
    const told = page.getByRole('alert');
    await told.waitFor();
    expect(await told.innerText()).toMatch(/At character 18: A status is failed.*Known: service/s);
    expect(await box(page).evaluate((input: HTMLInputElement) => input.selectionStart)).toBe(17);
    expect(search(page)).toBe('');
    await page.keyboard.type('x');
    await told.waitFor({ state: 'detached' });
  });

  test('that are a trace id open it', async ({ open }) => {
    const id = await sendTrace(service.http, {
      service: 'stock',
      name: 'by id',
      agoMs: 2 * HOUR_MS,
    });
    const page = await open('/traces', { url: service.url });
    await box(page).fill(id);
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/trace/${id}`);
  });
});

test('nothing found: what to leave out, and a longer range', async ({ open }) => {
  const page = await open('/traces?service=stock&operation=nightly&status=Failed', {
    url: service.url,
  });
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
  await page.getByText('finds nothing either').first().waitFor();
  await page.getByRole('button', { name: 'Look at all there is' }).click();
  await expect.poll(() => search(page)).toContain('last=all');
  await page.getByRole('button', { name: 'Without status=failed' }).click();
  await expectFound(page, ['nightly']);
});

test('the search is cleared, by mouse and by keys', async ({ open }) => {
  const path = '/traces?service=checkout&status=Failed';
  const page = await open(path, { url: service.url });
  await expectFound(page, ['POST /orders']);
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await expect.poll(() => search(page)).toBe('');
  await page.goBack();
  await expectFound(page, ['POST /orders']);
  const other = await open(path, { url: service.url });
  await expectFound(other, ['POST /orders']);
  await other.keyboard.press('j');
  await other.getByRole('grid').locator('[aria-selected="true"]').waitFor();
  // First the row that is selected, then the search.
  await other.keyboard.press('Escape');
  expect(search(other)).not.toBe('');
  await other.keyboard.press('Escape');
  await expect.poll(() => search(other)).toBe('');
});

test('the range is written by keys, where no list has it', async ({ open }) => {
  const page = await open('/traces?service=stock&last=7d', { url: service.url });
  await expectFound(page, ['SELECT stock', 'nightly', 'by id']);
  const picker = page.getByRole('combobox', { name: 'Time range' });
  await picker.focus();
  // To the last of the list, which asks for both ends.
  await page.keyboard.press('End');
  const dialog = page.getByRole('dialog', { name: 'A range of time' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(search(page)).toContain('last=7d');
});

test('the range is chosen, and Back undoes it', async ({ open }) => {
  const page = await open('/traces?service=stock', { url: service.url });
  await expectFound(page, ['SELECT stock']);
  await page.getByRole('combobox', { name: 'Time range' }).selectOption('7d');
  await expectFound(page, ['SELECT stock', 'nightly', 'by id']);
  await page.goBack();
  await expectFound(page, ['SELECT stock']);
});
