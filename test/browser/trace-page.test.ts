/** The page of a trace: what it says, how it is searched and copied, and that it follows a trace that goes on. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { demoTrace } from './support/demo-traces.ts';
import { expectAccessible } from './support/expect-accessible.ts';
import { type Open, type OpenOptions, test } from './support/page-test.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const grid = (page: Page) => page.getByRole('treegrid', { name: 'Spans of this trace' });
const selected = (page: Page) => grid(page).locator('[aria-selected="true"]');
const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const UNKNOWN = '000000000000000000000000000000aa';

async function openFailed(open: Open, options: OpenOptions = {}): Promise<Page> {
  const { traceId } = await demoTrace(inject('service').url, 'POST /orders', { failed: true });
  const page = await open(`/trace/${traceId}`, options);
  await grid(page).getByRole('row').first().waitFor();
  return page;
}

describe('says', () => {
  test('what the trace is', async ({ open }) => {
    const page = await openFailed(open);
    await page.getByRole('heading', { level: 1, name: 'POST /orders' }).waitFor();
    await page.getByText(/^\d+ spans$/).waitFor();
    await page
      .getByText(/\d+ errors?$/)
      .first()
      .waitFor();
    await page.getByText(/^all \d+ spans shown/).waitFor();
    await expect.poll(() => page.title()).toBe('POST /orders · Synton');
  });

  test('why a trace is not there', async ({ open }) => {
    const page = await open(`/trace/${UNKNOWN}`, { expected: [/404/] });
    await page.getByRole('alert').getByText('This trace is not here').waitFor();
    await expectAccessible(page);
  });

  test('what a span has, and leads to its parent', async ({ open }) => {
    const page = await openFailed(open);
    await page.keyboard.press('e');
    const details = page.getByRole('complementary');
    await details.getByText('http.request.method').waitFor();
    const name = await selected(page).getAttribute('aria-label');
    await details.locator('.span-relative').first().click();
    await expect.poll(() => selected(page).getAttribute('aria-label')).not.toBe(name);
    await page.goBack();
    await expect.poll(() => selected(page).getAttribute('aria-label')).toBe(name);
  });
});

describe('finds', () => {
  test('while one writes, and goes from one to the next by keys', async ({ open }) => {
    const page = await openFailed(open);
    await page.keyboard.press('/');
    await page.keyboard.type('post');
    const said = page.getByRole('search').getByRole('status');
    await expect.poll(() => said.textContent()).toMatch(/^\d+ found$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => selected(page).getAttribute('aria-label')).toContain('POST');
    await expect.poll(() => said.textContent()).toMatch(/^1 of \d+$/);
    await page.getByRole('treegrid').focus();
    await page.keyboard.press('n');
    await expect.poll(() => said.textContent()).toMatch(/^2 of \d+$/);
    await page.keyboard.press('N');
    await expect.poll(() => said.textContent()).toMatch(/^1 of \d+$/);
    await expect.poll(() => param(page, 'find')).toBe('post');
    await page.keyboard.press('Escape');
    await expect.poll(() => param(page, 'find')).toBeNull();
  });

  test('what attributes, events and messages say, and opens what hides it', async ({ open }) => {
    const page = await openFailed(open);
    await page.keyboard.press('[');
    await expect.poll(() => grid(page).getByRole('row').count()).toBe(1);
    await page.keyboard.press('/');
    await page.keyboard.type('http.response.status_code=');
    const said = page.getByRole('search').getByRole('status');
    await expect.poll(() => said.textContent()).toMatch(/^\d+ found$/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect.poll(() => grid(page).getByRole('row').count()).toBeGreaterThan(1);
    const details = page.getByRole('complementary');
    await details.locator('.attribute-found').getByText('http.response.status_code').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('nowhere="to be found"');
    await expect.poll(() => said.textContent()).toBe('not found');
  });

  test('by mouse, and the word of the legend is one to find', async ({ open }) => {
    const page = await openFailed(open);
    await page.getByRole('button', { name: /^payment/ }).click();
    await expect.poll(() => param(page, 'find')).toBe('service="payment"');
    await page.getByRole('button', { name: 'Next that is found' }).click();
    await expect.poll(() => selected(page).getAttribute('aria-label')).toContain('payment');
    const said = page.getByRole('search').getByRole('status');
    await page.getByRole('button', { name: 'Next that is found' }).click();
    await expect.poll(() => said.textContent()).toMatch(/^2 of /);
    await page.getByRole('button', { name: 'Previous that is found' }).click();
    await expect.poll(() => said.textContent()).toMatch(/^1 of /);
    // The word again: nothing is looked for.
    await page.getByRole('button', { name: /^payment/ }).click();
    await expect.poll(() => param(page, 'find')).toBeNull();
  });
});

test('colours tell what is chosen', async ({ open }) => {
  const page = await openFailed(open);
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('kind');
  await page.getByRole('button', { name: 'query' }).waitFor();
  await expect.poll(() => param(page, 'colour')).toBe('kind');
});

test('a span is copied as a prompt and as JSON', async ({ open }) => {
  const page = await openFailed(open);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.keyboard.press('e');
  const details = page.getByRole('complementary');
  await details.getByRole('button', { name: 'Prompt' }).click();
  await expect
    .poll(copied)
    .toMatch(/^Explain what this span did[\s\S]*Called by, from the root:\n- POST \/orders, web/);
  await details.getByRole('button', { name: 'JSON' }).click();
  await expect.poll(async () => JSON.parse(await copied()).status).toBe('Failed');
});

test('the trace is copied as a diagram by a key, and says so', async ({ open }) => {
  const page = await openFailed(open);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.keyboard.press('m');
  await page.getByText('Copied as Mermaid').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^sequenceDiagram/m);
});

describe('tells any attribute by colours', () => {
  const legend = (page: Page) => page.getByRole('list', { name: /^Colour by/ });

  test('chosen by keys, kept in the URL, with what each means and how many have it', async ({
    open,
  }) => {
    const page = await openFailed(open);
    await page.keyboard.press('C');
    const dialog = page.getByRole('dialog', { name: 'Colour by which attribute?' });
    await dialog.getByRole('option', { name: /http\.request\.method/ }).waitFor();
    await expectAccessible(page);
    await page.keyboard.type('http.re');
    await page.keyboard.press('ArrowDown');
    const option = dialog.locator('[aria-selected="true"]');
    await expect.poll(() => option.textContent()).toContain('http.response.status_code');
    await page.keyboard.press('Enter');
    await expect.poll(() => param(page, 'colour')).toBe('attribute:http.response.status_code');
    await legend(page).getByText('200', { exact: true }).waitFor();
    await legend(page).getByText('without it').waitFor();
    await page.reload();
    await legend(page).getByText('200', { exact: true }).waitFor();
    const counts = await legend(page).locator('.legend-entry .faint').allTextContents();
    const spans = Number(/\d+/.exec((await page.getByText(/^\d+ spans$/).textContent())!)![0]);
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(spans);
    await expectAccessible(page);
  });

  test('chosen by mouse, and what the legend names is found', async ({ open }) => {
    const page = await openFailed(open);
    const choice = page.getByRole('combobox', { name: 'Colour by' });
    await choice.selectOption({ label: 'an attribute…' });
    await page.getByRole('option', { name: /^http\.route/ }).click();
    await expect.poll(() => param(page, 'colour')).toBe('attribute:http.route');
    await legend(page)
      .getByRole('button', { name: /^\/checkout/ })
      .click();
    const said = page.getByRole('search').getByRole('status');
    await expect.poll(() => said.textContent()).toBe('1 found');
    await choice.selectOption({ label: 'service' });
    await expect.poll(() => param(page, 'colour')).toBeNull();
  });

  test('from the details of a span, which finds its like too', async ({ open }) => {
    const page = await openFailed(open);
    await page.keyboard.press('e');
    const details = page.getByRole('complementary');
    await details.getByRole('button', { name: 'Colour by http.request.method' }).click();
    await expect.poll(() => param(page, 'colour')).toBe('attribute:http.request.method');
    const alike = details.getByRole('button', { name: /say the same: http\.request\.method/ });
    await alike.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => param(page, 'find')).toBe('http.request.method="POST"');
    const said = page.getByRole('search').getByRole('status');
    await expect.poll(() => said.textContent()).toMatch(/^\d+ of \d+$/);
    await details.locator('.attribute-found').getByText('http.request.method').waitFor();
  });
});

describe('is accessible', () => {
  for (const theme of ['light', 'dark'] as const) {
    test(`${theme}, with details, narrow and wide`, async ({ open }) => {
      const page = await openFailed(open, { theme });
      await page.keyboard.press('e');
      await page.getByRole('heading', { name: 'Exceptions' }).waitFor();
      await expectAccessible(page);
      await page.setViewportSize({ width: 390, height: 844 });
      await expectAccessible(page);
    });
  }
});

describe('a trace that goes on', () => {
  const TRACE = '5b8efff798038103d269b633813fc60c';
  const START = BigInt(Date.now() - 60_000) * 1_000_000n;
  let service: SyntonService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  /** Children 1 s long, one after the other, below span 1. */
  async function send(first: number, end: number): Promise<void> {
    const spans = Array.from({ length: end - first }, (_, at) => {
      const place = first + at;
      const start = START + BigInt(place) * 1_000_000_000n;
      return {
        traceId: TRACE,
        spanId: place.toString(16).padStart(16, '0'),
        ...(place > 1 && { parentSpanId: '0000000000000001' }),
        name: `step ${place}`,
        kind: 1,
        startTimeUnixNano: String(start),
        endTimeUnixNano: String(place === 1 ? start + 60_000_000_000n : start + 1_000_000_000n),
      };
    });
    const resource = {
      attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }],
    };
    const response = await fetch(`${service.http}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
    });
    expect(response.status).toBe(200);
  }

  test('appears, and grows without losing scroll, zoom, selection or folds', async ({ open }) => {
    const page = await open(`/trace/${TRACE}`, { url: service.url, expected: [/404/] });
    await page.getByText('This trace is not here').waitFor();
    await send(1, 48);
    const count = () => grid(page).getAttribute('aria-rowcount');
    await expect.poll(count).toBe('47');
    await grid(page)
      .getByRole('row', { name: /^step 30,/ })
      .waitFor({ state: 'detached' });
    const scroller = page.locator('.timeline-scroll');
    await scroller.evaluate((element) => {
      element.scrollTop = 20 * 24;
    });
    await grid(page)
      .getByRole('row', { name: /^step 30,/ })
      .click();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => param(page, 'from')).not.toBeNull();
    const before = {
      from: param(page, 'from'),
      top: (await selected(page).boundingBox())!.y,
    };
    await send(48, 51);
    await expect.poll(count).toBe('50');
    await expect.poll(() => selected(page).getAttribute('aria-label')).toMatch(/^step 30,/);
    expect((await selected(page).boundingBox())!.y).toBeCloseTo(before.top, 0);
    expect(param(page, 'from')).toBe(before.from);
  });
});
