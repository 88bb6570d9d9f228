/** Questions about a trace that were not answered once: asked again by themselves, and told in words that fit meanwhile. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { openTab } from './support/open-tab.ts';
import { test } from './support/page-test.ts';

/** The first of what is asked fails. */
async function failOnce(page: Page, url: string): Promise<void> {
  let asked = 0;
  await page.route(url, (route) =>
    asked++ === 0 ? route.fulfill({ status: 500, json: { title: 'planted' } }) : route.continue(),
  );
}

const expected = [/500/];

test('colours by an attribute come when the collector can answer again', async ({ open }) => {
  const page = await openTab(
    (path) => open(path, { expected }),
    'timeline',
    '&colour=attribute:none',
  );
  await failOnce(page, '**/attributes/*/values?key=http.route');
  const [before] = page.url().split('&colour');
  await page.goto(`${before}&colour=attribute:http.route`);
  await page.getByText('could not look').waitFor();
  await expect.poll(() => page.locator('.legend').textContent()).toContain('/orders');
});

test('what is found comes when the collector can answer again', async ({ open }) => {
  const page = await openTab((path) => open(path, { expected }), 'timeline');
  await failOnce(page, '**/find/**');
  await page.goto(`${page.url()}&find=${encodeURIComponent('http.route=/orders')}`);
  await page.getByText('could not look').waitFor();
  await expect.poll(() => page.locator('.find-box').textContent()).toMatch(/\d+ found/);
});

test('what only names could be looked for in is not said to be all', async ({ open }) => {
  const page = await openTab((path) => open(path, { expected }), 'timeline');
  await page.route('**/find/**', (route) => route.fulfill({ status: 500, json: { title: 'no' } }));
  await page.goto(`${page.url()}&find=order`);
  await expect
    .poll(() => page.locator('.find-box').textContent())
    .toMatch(/\d+ found; could not look into attributes/);
});

test('an answer that is cut says so, and another is asked for', async ({ open }) => {
  const page = await openTab((path) => open(path), 'timeline');
  await page.evaluate(() => {
    const whole = Response.prototype.text;
    Response.prototype.text = function text(): Promise<string> {
      Response.prototype.text = whole;
      return Promise.reject(new TypeError('network error'));
    };
  });
  await page
    .getByRole('tab', { name: 'Raw' })
    .or(page.getByRole('link', { name: 'Raw' }))
    .click();
  await page.getByText('The answer could not be read').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('"traceId"').first().waitFor();
});
