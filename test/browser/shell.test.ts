/** What stands around every view: it opens, moves about and comes back, by mouse and by keys. */
import { describe, expect } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';

describe('opens', () => {
  test('without a fault, its name above it', async ({ open }) => {
    const page = await open('/');
    await page.getByRole('banner').getByRole('link', { name: 'Synton' }).waitFor();
    await page.getByRole('main').waitFor();
  });

  test('at a path that is no page, which says so and leads on', async ({ open }) => {
    const page = await open('/nowhere/at/all');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('main').getByRole('link').first().click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/traces');
  });
});

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  test('nobody is left out', async ({ open }) => {
    const page = await open('/nowhere', { theme });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(page);
  });
});
