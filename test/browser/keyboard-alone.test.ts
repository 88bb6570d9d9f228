/** Without a mouse: from the first Tab to an attribute of a span in the clipboard, and every view's state by a link, Back and a reload. */
import type { Page } from 'playwright-core';
import { describe, expect, inject } from 'vitest';
import { demoTrace } from './support/demo-traces.ts';
import { test } from './support/page-test.ts';
import { settled } from './support/settled.ts';

const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    const { outlineStyle, outlineWidth, borderColor } = getComputedStyle(element!);
    return {
      name: element?.getAttribute('aria-label') ?? element?.textContent ?? '',
      tag: element?.tagName ?? '',
      isSeen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0,
      borderColor,
    };
  });

/** @returns what was passed on the way */
async function tabTo(page: Page, wanted: RegExp, presses = 60): Promise<readonly string[]> {
  const passed: string[] = [];
  for (let press = 0; press < presses; press++) {
    await page.keyboard.press('Tab');
    const { name, tag } = await focused(page);
    passed.push(`${tag} ${name}`);
    if (wanted.test(name)) return passed;
  }
  throw new Error(`Tab never came to ${wanted}: ${passed.join(' · ')}`);
}

test('from the first Tab to a copied attribute', async ({ open }) => {
  const page = await open('/traces?live=off&service=web&operation=POST+%2Forders&status=failed');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await settled(page);
  await tabTo(page, /^Skip to content$/, 1);
  await page.keyboard.press('Enter');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('treegrid').waitFor();
  await settled(page);
  await page.keyboard.press('e');
  const details = page.getByRole('complementary');
  await details.getByRole('heading', { name: 'Attributes' }).waitFor();
  await page.getByRole('treegrid').focus();
  const row = details.locator('.attribute').filter({ hasText: 'http.request.method' }).first();
  const value = (await row.locator('.long-text').innerText()).trim();
  const copy = row.getByRole('button', { name: 'Copy' });
  let isThere = false;
  for (let press = 0; press < 60 && !isThere; press++) {
    await page.keyboard.press('Tab');
    isThere = await copy.evaluate((element) => element === document.activeElement);
  }
  expect(isThere).toBe(true);
  // Seen by whoever has come there by Tab.
  expect(await copy.evaluate((it) => getComputedStyle(it).opacity)).toBe('1');
  expect(await row.locator('.attribute-copy').evaluate((it) => getComputedStyle(it).opacity)).toBe(
    '1',
  );
  expect((await focused(page)).isSeen).toBe(true);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(value);
});

test.for(['/traces?live=off', '/statistics', '/services', 'trace'])(
  '%s: Tab goes all around, each stop is seen, none is a trap',
  async (path, { open }) => {
    const { traceId } = await demoTrace(inject('service').url, 'POST /orders');
    const page = await open(path === 'trace' ? `/trace/${traceId}` : path);
    await settled(page);
    const unseen: string[] = [];
    const stops = new Set<string>();
    for (let press = 0; press < 150; press++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        if (element === document.body) return undefined;
        const shown = [element, element.parentElement!, element.parentElement!.parentElement!];
        const isSeen = shown.some((one) => {
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0;
        });
        const isDrawn = element.closest('svg') !== null;
        const box = element.getBoundingClientRect();
        return {
          what: `${element.tagName}.${element.getAttribute('class')} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 30)}`,
          isSeen: (isSeen || isDrawn) && box.width > 0 && box.height > 0,
        };
      });
      if (stop === undefined) break;
      if (!stop.isSeen) unseen.push(stop.what);
      stops.add(stop.what);
    }
    expect(unseen).toEqual([]);
    expect(stops.size).toBeGreaterThan(8);
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
  },
);

describe('what a link, a reload and Back bring back', () => {
  const PLACES: readonly (readonly [name: string, query: string])[] = [
    ['/traces', 'live=off&last=3h&scale=linear&service=checkout&status=failed'],
    ['/statistics', 'service=checkout&sort=p95&by=split&quantile=p95&last=3h'],
    ['/services', 'node=checkout&view=table&last=3h'],
    ['timeline', 'colour=kind&critical=off&find=stock&focus=2&span=3'],
    ['lifecycle', 'view=lifecycle&hide=calls&find=stock&span=3'],
    ['flame', 'view=flame&flame=merged&span=3'],
    ['table', 'view=table&sort=duration&desc=false&filter=stock&span=3'],
    ['raw', 'view=raw&format=text&find=stock'],
  ];

  test.for(PLACES)('%s', async ([name, query], { open }) => {
    const { url } = inject('service');
    const { traceId } = await demoTrace(url, 'POST /orders', { spansMin: 20 });
    const asked = await fetch(`${url}/api/v1/instr/timeline/${traceId}`);
    const { rows } = (await asked.json()) as { rows: { spanId: string }[] };
    const named = query.replace(
      /(focus|span)=(\d)/g,
      (_, key, at) => `${key}=${rows[Number(at)]!.spanId}`,
    );
    const path = name.startsWith('/') ? name : `/trace/${traceId}`;
    const page = await open(`${path}?${named}`, { isTimeStill: true });
    await settled(page);
    const seen = async () => ({
      query: [...new URL(page.url()).searchParams].map(String).sort(),
      // What is told of drops comes with the first rate, whenever that is.
      text: (await page.getByRole('main').innerText()).replace(/\n?.*sampled out.*/g, ''),
      pressed: await page
        .locator('[aria-pressed="true"], [aria-current], [aria-sort]')
        .allInnerTexts(),
      selected: await page.locator('main [aria-selected="true"]').allInnerTexts(),
    });
    const before = await seen();
    expect(before.query).toEqual([...new URLSearchParams(named)].map(String).sort());
    await page.reload();
    await settled(page);
    expect(await seen()).toEqual(before);
    await page.getByRole('banner').getByRole('link', { name: 'synton' }).click();
    await settled(page);
    await page.goBack();
    await settled(page);
    expect(await seen()).toEqual(before);
    // What a link shows is that and not the first state.
    await page.goto(path);
    await settled(page);
    expect(await seen()).not.toEqual(before);
  });
});
