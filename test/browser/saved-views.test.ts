/** Views that are given a name, found again, in another tab too, and forgotten. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { settled } from './support/settled.ts';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Save this view' });
const palette = (page: Page) => page.getByRole('dialog', { name: 'Commands' });
const PLACE = '/traces?last=3h&live=off&service=checkout&status=failed';

test('by keys: saved, found, forgotten', async ({ open }) => {
  const page = await open(PLACE);
  await settled(page);
  await page.keyboard.press('Shift+V');
  await dialog(page).waitFor();
  await expectAccessible(page);
  await page.keyboard.type('failing checkouts');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor({ state: 'detached' });
  await page.goto('/services');
  await settled(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('failing');
  await palette(page).getByRole('option', { name: 'failing checkouts saved view' }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.url()).toMatch(new RegExp(`${PLACE.replace('?', '\\?')}$`));
  await page.keyboard.press('Control+k');
  await page.keyboard.type('forget failing');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('failing checkouts');
  await palette(page).getByText('Nothing goes by that name.').waitFor();
});

test('what is typed right after its key is meant for the palette', async ({ open }) => {
  const page = await open('/traces?live=off');
  await settled(page);
  const focused = await page.evaluate(async () => {
    const key = { key: 'k', code: 'KeyK', ctrlKey: true, bubbles: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', key));
    await new Promise((resolve) => setTimeout(resolve));
    return document.activeElement?.getAttribute('role');
  });
  expect(focused).toBe('combobox');
});

test('by mouse, and in another tab that is open', async ({ open }) => {
  const page = await open(PLACE);
  const other = await page.context().newPage();
  await other.goto('/statistics');
  await page.getByRole('button', { name: /^Go to or do/ }).click();
  await page.getByRole('option', { name: /^Save this view/ }).click();
  await dialog(page).getByRole('textbox', { name: 'Name' }).fill('<b>mine</b>');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).waitFor({ state: 'detached' });
  await other.getByRole('button', { name: /^Go to or do/ }).click();
  await other.getByRole('option', { name: '<b>mine</b> saved view' }).click();
  await expect.poll(() => other.url()).toMatch(new RegExp(`${PLACE.replace('?', '\\?')}$`));
});
