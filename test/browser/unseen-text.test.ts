/** What senders write and nobody sees: it is shown, in every view, and copied as it was written. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { allViews } from './support/all-views.ts';
import { test } from './support/page-test.ts';
import { sendTrace } from './support/send-trace.ts';
import { settled } from './support/settled.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const NAME = 'check\u200bout \u202egnp.exe';
const TOLD = 'check⟨U+200B⟩out ⟨U+202E⟩gnp.exe';
const SERVICE = 'sh\ufeffop';
const ARABIC = 'مسار/الطلب';
const VALUE = 'a\u2066b\u001b[31m';

let service: SyntonService;
let traceId: string;
beforeAll(async () => {
  service = await startService();
  const attributes = { ['ke\u200by']: VALUE };
  traceId = await sendTrace(service.http, { service: SERVICE, name: NAME, attributes });
  await sendTrace(service.http, {
    traceId,
    service: ARABIC,
    name: ARABIC,
    agoMs: 15,
    durationMs: 1,
  });
});
afterAll(() => service.close());

/** Texts of the page, and what its elements say of themselves, with something in them that nobody sees. */
const unseen = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const look = (text: string | null): void => {
      if (text !== null && /[\u200b\u202e\u2066\ufeff]|\p{Cc}(?<![\n\t])/u.test(text))
        found.push(text);
    };
    look(document.title);
    for (const element of document.querySelectorAll('body *')) {
      for (const name of ['title', 'aria-label', 'data-head', 'data-tail'])
        look(element.getAttribute(name));
      for (const node of element.childNodes) if (node.nodeType === 3) look(node.textContent);
    }
    return found;
  });

const details = (page: Page) =>
  page.getByRole('complementary', { name: 'Details of the selected span' });

describe('what nobody sees', () => {
  test('is shown in every view', async ({ open }) => {
    const known = await allViews(inject('service').url);
    for (const { path } of known) {
      const page = await open(path.replace(/[0-9a-f]{32}/, traceId), { url: service.url });
      await settled(page);
      expect(await unseen(page), path).toEqual([]);
      await page.close();
    }
  });

  test('is shown in the details, and copied as it was written, by mouse and by keys', async ({
    open,
  }) => {
    const page = await open(`/trace/${traceId}`, { url: service.url });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('.timeline-row').filter({ hasText: TOLD }).first().click();
    await details(page).getByText('ke⟨U+200B⟩y', { exact: true }).waitFor();
    await details(page).getByText('a⟨U+2066⟩b⟨U+001B⟩[31m').waitFor();
    expect(await unseen(page)).toEqual([]);
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await details(page).locator('.attribute').first().hover();
    await details(page).locator('.attribute').first().getByRole('button', { name: 'Copy' }).click();
    await expect.poll(copied).toBe(VALUE);
    await details(page).getByRole('heading', { name: TOLD }).click({ clickCount: 3 });
    await page.keyboard.press('ControlOrMeta+c');
    await expect.poll(async () => (await copied()).trim()).toBe(NAME);
  });

  test('is not taken for what is written from right to left, which stays in its place', async ({
    open,
  }) => {
    const page = await open(`/trace/${traceId}?view=table`, { url: service.url });
    const name = page.locator('.table-cell-name').filter({ hasText: ARABIC });
    await name.waitFor();
    expect(await name.locator('.cut-middle-parts').getAttribute('data-head')).toContain(ARABIC);
  });
});
