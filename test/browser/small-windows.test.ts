/** Windows as they are at four times the size, and paper: nothing is out of reach, nothing is light on white. */
import { describe, expect, inject } from 'vitest';
import { allViews } from './support/all-views.ts';
import { openTab } from './support/open-tab.ts';
import { test } from './support/page-test.ts';
import { settled } from './support/settled.ts';

/** 1280 × 1024 at 400 %. */
const SIZE = { width: 320, height: 256 };
/** A few rows. */
const ROOM_PX = 96;

describe('at 400 %', () => {
  test('the list of traces, and the rows of a trace, have room to be read', async ({ open }) => {
    const pages = [
      [await open('/traces', { size: SIZE }), '.trace-list-scroller'],
      [await open('/traces?chart=durations', { size: SIZE }), '.trace-list-scroller'],
      [await openTab((path) => open(path, { size: SIZE }), 'timeline'), '.trace-tab'],
      [await openTab((path) => open(path, { size: SIZE }), 'table'), '.trace-tab'],
    ] as const;
    for (const [page, selector] of pages) {
      await settled(page);
      const place = page.locator(selector).first();
      await place.evaluate((element) => element.scrollIntoView({ block: 'end' }));
      const { y, height } = (await place.boundingBox())!;
      expect(Math.min(y + height, SIZE.height) - y, page.url()).toBeGreaterThan(ROOM_PX);
    }
  });

  test('no view is wider than the window', async ({ open }) => {
    for (const { name, path } of await allViews(inject('service').url)) {
      const page = await open(path, { size: SIZE });
      await settled(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, name).toBe(SIZE.width);
    }
  });
});

test('on paper the page is light, whatever it is on the screen', async ({ open }) => {
  const page = await open('/traces', { theme: 'dark' });
  await settled(page);
  const ink = () => page.evaluate(() => getComputedStyle(document.body).color);
  const onScreen = await ink();
  await page.emulateMedia({ media: 'print' });
  expect(await ink()).not.toBe(onScreen);
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  const light = await ink();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await ink()).toBe(light);
});
