/** The details of a span: all that it says, where it leads and what can be taken away from it, by mouse and by keys. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { paramOf } from './support/open-tab.ts';
import { type Open, test } from './support/page-test.ts';
import { sendTrace } from './support/send-trace.ts';
import { settled } from './support/settled.ts';
import { type SyntonService, startService } from './support/synton-service.ts';
import {
  ROOT_ATTRIBUTES,
  STACK,
  sendToldTrace,
  spanId,
  type ToldTrace,
} from './support/told-trace.ts';

const details = (page: Page) =>
  page.getByRole('complementary', { name: 'Details of the selected span' });
const section = (page: Page, title: string) =>
  details(page)
    .locator('.details-section')
    .filter({ has: page.getByRole('heading', { name: title }) });
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

let service: SyntonService;
let trace: ToldTrace;
beforeAll(async () => {
  service = await startService();
  trace = await sendToldTrace(service.http);
});
afterAll(() => service.close());

async function opened(open: Open, span: number): Promise<Page> {
  const path = `/trace/${trace.traceId}?span=${spanId(span)}`;
  const page = await open(path, { url: service.url });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await section(page, 'Attributes').waitFor();
  await settled(page);
  return page;
}

test('a name without end is begun in the header, and told whole by mouse and by a key', async ({
  open,
}) => {
  const name = `SELECT ${'column, '.repeat(1_200)}end`;
  const long = await sendTrace(service.http, { service: 'shop', name });
  const page = await open(`/trace/${long}`, { url: service.url });
  await page
    .getByRole('treegrid')
    .getByRole('row', { name: /SELECT/ })
    .click();
  const heading = details(page).getByRole('heading', { level: 2 });
  const height = async () => (await heading.boundingBox())!.height;
  await expect.poll(height).toBeLessThan(200);
  await heading.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(height).toBeGreaterThan(500);
  expect(await heading.innerText()).toContain('end');
  await heading.getByRole('button', { name: 'Show less' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(height).toBeLessThan(200);
});

describe('attributes', () => {
  const keys = (page: Page) => section(page, 'Attributes').locator('dt').allInnerTexts();
  const filter = (page: Page) => details(page).getByRole('textbox', { name: 'Filter attributes' });

  test('are filtered by key and by value, by mouse and by keys', async ({ open }) => {
    const page = await opened(open, 1);
    expect(await keys(page)).toEqual(Object.keys(ROOT_ATTRIBUTES));
    await filter(page).click();
    await page.keyboard.type('key3');
    await expect.poll(() => keys(page)).toEqual(['told.key3']);
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await keys(page)).length).toBe(10);
    // It left the box, and not the span.
    expect(await filter(page).evaluate((it) => it === document.activeElement)).toBe(false);
    expect(paramOf(page, 'span')).toBe(spanId(1));
    await filter(page).focus();
    await page.keyboard.type('VALUE 5');
    await expect.poll(() => keys(page)).toEqual(['told.key5']);
    await page.keyboard.type('0');
    await details(page).getByText('No attribute matches.').waitFor();
  });

  test('are copied by mouse', async ({ open }) => {
    const page = await opened(open, 1);
    const row = details(page).locator('.attribute').filter({ hasText: 'told.key2' });
    await row.hover();
    await row.getByRole('button', { name: 'Copy' }).click();
    await expect.poll(() => copied(page)).toBe('value 2');
  });

  test('of resource and scope stand apart, opened by mouse and by keys', async ({ open }) => {
    const page = await opened(open, 1);
    const text = (words: string) => details(page).getByText(words, { exact: true });
    expect(await keys(page)).not.toContain('host.name');
    expect(await text('box-7').isVisible()).toBe(false);
    await details(page).locator('summary').filter({ hasText: 'Resource' }).click();
    await text('box-7').waitFor();
    const scope = details(page).locator('summary').filter({ hasText: 'cart-scope 1.2' });
    expect(await text('cart').isVisible()).toBe(false);
    await scope.focus();
    await page.keyboard.press('Enter');
    await text('cart').waitFor();
  });
});

describe('tells', () => {
  test('events in the order of their time, with it', async ({ open }) => {
    const page = await opened(open, 1);
    const told = await details(page).locator('.span-event').allInnerTexts();
    expect(told.map((line) => line.replaceAll(/\s+/g, ' ').trim())).toEqual([
      '+20.0 ms ◆ happened first',
      '+60.0 ms ◆ happened second',
    ]);
  });

  test('whom it called that sends nothing, in its row too', async ({ open }) => {
    const page = await opened(open, 4);
    await details(page).locator('dd').getByText('psp.example').first().waitFor();
    await page
      .getByRole('treegrid')
      .getByRole('row', { name: /^pay,/ })
      .getByText('psp.example')
      .waitFor();
  });

  test('an exception with its stack, whose own places open in the editor', async ({ open }) => {
    const page = await opened(open, 3);
    const exception = section(page, 'Exceptions');
    await exception.getByText('PspError: no money').first().waitFor();
    const own = exception.getByRole('link', { name: 'at charge (/srv/shop/charge.ts:88:7)' });
    expect(await own.getAttribute('href')).toBe('vscode://file/srv/shop/charge.ts:88');
    await exception.getByText('at run (/srv/shop/node_modules/psp/index.js:3:1)').waitFor();
    expect(await exception.getByRole('link').count()).toBe(1);
    await exception.getByRole('button', { name: 'Copy' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => copied(page)).toBe(STACK);
  });

  test('where in the code it was made, which opens in the editor', async ({ open }) => {
    const page = await opened(open, 1);
    const place = details(page).getByRole('link', { name: /cart\.ts:42/ });
    expect(await place.getAttribute('href')).toBe('vscode://file/srv/shop/cart.ts:42');
  });
});

describe('leads', () => {
  test('to what is linked, by mouse and by keys, and Back comes again', async ({ open }) => {
    const page = await opened(open, 1);
    const link = section(page, 'Links').getByRole('link');
    const title = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
    await link.click();
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/trace/${trace.linkedId}`);
    await title('asked before');
    await page.goBack();
    await title('GET /cart');
    expect(paramOf(page, 'span')).toBe(spanId(1));
    await link.focus();
    await page.keyboard.press('Enter');
    await title('asked before');
  });

  test('to children and parent by keys', async ({ open }) => {
    const page = await opened(open, 1);
    await section(page, 'Children')
      .getByRole('link', { name: /^charge/ })
      .focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => paramOf(page, 'span')).toBe(spanId(3));
    await section(page, 'Parent')
      .getByRole('link', { name: /^GET \/cart/ })
      .focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => paramOf(page, 'span')).toBe(spanId(1));
  });

  test('to the span alone, and to its time, by mouse', async ({ open }) => {
    const page = await opened(open, 3);
    await details(page).getByRole('button', { name: 'Zoom', exact: true }).click();
    await expect.poll(() => paramOf(page, 'from')).not.toBeNull();
    await details(page).getByRole('button', { name: 'Focus', exact: true }).click();
    await expect.poll(() => paramOf(page, 'focus')).toBe(spanId(3));
    await expect.poll(() => page.getByRole('treegrid').getAttribute('aria-rowcount')).toBe('1');
  });
});

describe('is copied', () => {
  test('as a link, a tree and a diagram, by mouse', async ({ open }) => {
    const page = await opened(open, 3);
    const copy = (name: string) => details(page).getByRole('button', { name, exact: true }).click();
    await copy('Link');
    await expect.poll(() => copied(page)).toBe(page.url());
    await copy('Text');
    await expect.poll(() => copied(page)).toMatch(/charge/);
    expect(await copied(page)).not.toContain('send mail');
    await copy('Mermaid');
    await expect.poll(() => copied(page)).toMatch(/^sequenceDiagram/m);
  });

  test('whole, from above every tab, by mouse and by keys', async ({ open }) => {
    const page = await opened(open, 3);
    const copy = (name: string) =>
      page.locator('.trace-copies').getByRole('button', { name, exact: true });
    await copy('Text').click();
    await expect.poll(() => copied(page)).toMatch(/GET \/cart[\s\S]*charge/);
    await copy('Link').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => copied(page)).toBe(page.url());
    await copy('Mermaid').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => copied(page)).toMatch(/^sequenceDiagram/m);
  });
});

test('has the width that one gives it, by mouse and by keys, and a reload keeps it', async ({
  open,
}) => {
  const page = await opened(open, 1);
  const edge = page.getByRole('separator', { name: 'Size of the details' });
  const width = async () => Math.round((await details(page).boundingBox())!.width);
  const before = await width();
  const { x, y } = (await edge.boundingBox())!;
  await page.mouse.move(x + 1, y + 100);
  await page.mouse.down();
  await page.mouse.move(x - 79, y + 100, { steps: 4 });
  await page.mouse.up();
  await expect.poll(width).toBe(before + 80);
  await edge.focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(width).toBe(before + 96);
  await page.reload();
  await section(page, 'Attributes').waitFor();
  await expect.poll(width).toBe(before + 96);
});
