/** A trace as text: its formats, folded, looked through and taken away, by mouse and by keys. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { openTab, paramOf } from './support/open-tab.ts';
import { test } from './support/page-test.ts';

describe('raw', () => {
  const text = (page: Page) => page.getByRole('region', { name: 'The trace as text' });
  const format = (page: Page) => page.getByRole('combobox', { name: 'Format' });

  test('has every format, by mouse and by a key', async ({ open }) => {
    const page = await openTab(open, 'raw');
    await text(page).getByText('"modelVersion"').waitFor();
    for (const [name, content] of [
      ['OTLP JSON', '"resourceSpans"'],
      ['Text tree', 'POST /orders'],
      ['Mermaid sequence', 'sequenceDiagram'],
      ['Mermaid flowchart', 'flowchart'],
    ] as const) {
      await format(page).selectOption({ label: name });
      await text(page).getByText(content).first().waitFor();
    }
    await format(page).blur();
    await page.keyboard.press('o');
    await text(page).getByText('"modelVersion"').waitFor();
    await expect.poll(() => paramOf(page, 'format')).toBeNull();
  });

  test('what is looked for is marked and gone to', async ({ open }) => {
    const page = await openTab(open, 'raw', '&find=payment');
    await page.getByText(/^\d+ lines found$/).waitFor();
    const at = page.locator('.raw-line-at .raw-line-number');
    await expect.poll(() => at.count()).toBe(1);
    await expect
      .poll(() => page.locator('.raw-line-at mark').first().innerText())
      .toMatch(/payment/i);
    const first = await at.innerText();
    await page.keyboard.press('n');
    await expect.poll(() => at.innerText()).not.toBe(first);
    await page.keyboard.press('N');
    await expect.poll(() => at.innerText()).toBe(first);
  });

  test('is copied and downloaded as it came', async ({ open }) => {
    const page = await openTab(open, 'raw', '&format=otlp');
    await text(page).getByText('"resourceSpans"').waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('.raw-trace').getByRole('button', { name: 'Copy' }).click();
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    expect(copied.resourceSpans.length).toBeGreaterThan(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^[0-9a-f]{12}-otlp\.json$/);
  });

  test('blocks are folded, by mouse and by keys', async ({ open }) => {
    const page = await openTab(open, 'raw');
    await text(page).getByText('"modelVersion"').waitFor();
    const height = () => page.locator('.raw-trace-tall').evaluate((it) => it.clientHeight);
    const whole = await height();
    await page.getByRole('button', { name: 'Fold each span' }).click();
    await expect.poll(height).toBeLessThan(whole / 4);
    const spans = await height();
    await text(page).getByText('"name": "POST /orders"', { exact: false }).first().waitFor();
    await page.keyboard.press(']');
    await expect.poll(height).toBe(whole);
    await page.keyboard.press('[');
    await expect.poll(height).toBe(spans);
    await page.keyboard.press(']');
    await page
      .getByRole('button', { name: /^Block of/ })
      .nth(1)
      .click();
    await expect.poll(height).toBeLessThan(whole);
    const less = await height();
    for (const key of ['Home', 'ArrowLeft']) await page.keyboard.press(key);
    await expect.poll(height).toBeLessThan(less);
    await page.keyboard.press('ArrowRight');
    await expect.poll(height).toBe(less);
  });

  test('is scrolled by keys', async ({ open }) => {
    const page = await openTab(open, 'raw');
    await text(page).getByText('"modelVersion"').waitFor();
    await page.keyboard.press('s');
    await expect.poll(() => text(page).evaluate((it) => it.scrollTop)).toBeGreaterThan(0);
    await page.keyboard.press('w');
    await expect.poll(() => text(page).evaluate((it) => it.scrollTop)).toBe(0);
  });
});
