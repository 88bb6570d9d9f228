/** A part of the time that the trace does not have: a link of another trace, or of one that was longer. */
import { expect } from 'vitest';
import { openTab } from './support/open-tab.ts';
import { test } from './support/page-test.ts';
import { settled } from './support/settled.ts';

for (const view of ['timeline', 'flame'])
  test(`${view}: all is shown instead`, async ({ open }) => {
    const page = await openTab(open, view, '&from=900000000000&to=900000001000');
    await settled(page);
    expect(await page.locator('.zoom-crumbs').allTextContents()).toEqual(['All']);
  });
