/** What holds of every view: no fault, nobody left out, nothing out of reach, and a reload that brings back what was seen. */
import type { Page } from 'playwright-core';
import { describe, expect, inject } from 'vitest';
import { allViews } from './support/all-views.ts';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { settled } from './support/settled.ts';

const views = await allViews(inject('service').url);

const isWider = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

describe.for(views)('$name', ({ path }) => {
  test.for(['light', 'dark'] as const)('%s: nobody is left out', async (theme, { open }) => {
    const page = await open(path, { theme });
    await settled(page);
    expect(await page.getByRole('main').innerText()).not.toBe('');
    await expectAccessible(page);
  });

  test.for([390, 1280, 2560])(
    '%i wide: nothing is out of reach sideways',
    async (width, { open }) => {
      const page = await open(path, { size: { width, height: 844 } });
      await settled(page);
      expect(await isWider(page)).toBe(false);
    },
  );

  test('a reload brings back what was seen', async ({ open }) => {
    const page = await open(path);
    await settled(page);
    const before = { url: page.url(), title: await page.title() };
    await page.reload();
    await settled(page);
    expect({ url: page.url(), title: await page.title() }).toEqual(before);
  });
});
