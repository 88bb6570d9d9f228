/** Where the system forces a few colours on every page: what colours and grounds tell is told all the same. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { openTab } from './support/open-tab.ts';
import { type Open, test } from './support/page-test.ts';
import { settled } from './support/settled.ts';

const THEMES = ['light', 'dark'] as const;

async function forced(page: Page): Promise<Page> {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.reload();
  await settled(page);
  return page;
}

const styleOf = (page: Page, selector: string, property: string) =>
  page
    .locator(selector)
    .evaluateAll(
      (elements, name) => elements.map((one) => getComputedStyle(one).getPropertyValue(name)),
      property,
    );

const groundOf = async (page: Page) => (await styleOf(page, 'body', 'background-color'))[0];

describe.each(THEMES)('%s', (theme) => {
  const timeline = async (open: Open) =>
    await forced(await openTab((path) => open(path, { theme }), 'timeline'));

  test('the page and the tab that one is on are underlined, and no other', async ({ open }) => {
    const page = await timeline(open);
    const ground = await groundOf(page);
    for (const links of ['.nav a', '.tab']) {
      const isCurrent = (await styleOf(page, links, 'border-bottom-color')).map(
        (colour) => colour !== ground,
      );
      expect(isCurrent, links).toEqual(isCurrent.map((_, at) => at === 0));
    }
  });

  test('what is pressed has an outline', async ({ open }) => {
    const page = await forced(await open('/traces', { theme }));
    const outlineOf = (name: string) =>
      page.getByRole('button', { name }).evaluate((one) => getComputedStyle(one).outlineStyle);
    expect([await outlineOf('Failed traces alone'), await outlineOf('Live')]).toEqual([
      'none',
      'solid',
    ]);
    await page.getByRole('button', { name: 'Failed traces alone' }).click();
    await expect.poll(() => outlineOf('Failed traces alone')).toBe('solid');
  });

  test('services keep their colours', async ({ open }) => {
    const page = await timeline(open);
    const marks = await styleOf(page, '.legend-mark', 'background-color');
    expect(marks.length).toBeGreaterThan(2);
    expect(new Set([...marks, await groundOf(page)]).size).toBe(marks.length + 1);
    const list = await forced(await open('/traces', { theme }));
    const bars = await styleOf(list, '.duration-bar-part', 'background-color');
    expect(bars.length).toBeGreaterThan(2);
    expect(bars).not.toContain(await groundOf(list));
  });

  test('what is drawn stands on the ground of what is not', async ({ open }) => {
    const page = await forced(await openTab((path) => open(path, { theme }), 'flame'));
    const below = await page.locator('canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const context = canvas.getContext('2d')!;
      const [red, green, blue] = context.getImageData(0, canvas.height - 2, 1, 1).data;
      return `rgb(${red}, ${green}, ${blue})`;
    });
    expect(below).toBe(await groundOf(page));
  });
});
