/** Nobody is left out of what opens over and beside a view, or stands in its place: dialogs, panels, empty and failed states. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { demoTrace } from './support/demo-traces.ts';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { settled } from './support/settled.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const UNKNOWN = '000000000000000000000000000000aa';
const TABS = ['timeline', 'lifecycle', 'flame', 'table', 'raw'] as const;
const PLACES = ['/traces?live=off', '/statistics', '/services'] as const;

describe.for(['light', 'dark'] as const)('%s', (theme) => {
  let empty: SyntonService;
  beforeAll(async () => {
    empty = await startService();
  });
  afterAll(() => empty.close());

  async function expectDialogs(page: Page): Promise<void> {
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Commands' }).getByRole('option').first().waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  test.for(PLACES)('%s: the keys and the commands over it', async (path, { open }) => {
    const page = await open(path, { theme });
    await settled(page);
    await expectDialogs(page);
  });

  test.for(TABS)('%s of a trace: details, keys and commands', async (tab, { open }) => {
    const { traceId } = await demoTrace(inject('service').url, 'POST /orders', { failed: true });
    const page = await open(`/trace/${traceId}?view=${tab}`, { theme });
    await settled(page);
    await page.keyboard.press('e');
    await page.getByRole('complementary').getByRole('heading', { name: 'Attributes' }).waitFor();
    for (const summary of await page.getByRole('complementary').locator('summary').all())
      await summary.click();
    await settled(page);
    await expectAccessible(page);
    await page.keyboard.press('/');
    await page.keyboard.type('payment');
    await expectAccessible(page);
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).focus();
    await expectDialogs(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await settled(page);
    await expectAccessible(page);
  });

  test('the panel of a service, and a range by its ends', async ({ open }) => {
    const page = await open('/services', { theme });
    await settled(page);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await page
      .getByRole('button', { name: /^stock/ })
      .first()
      .click();
    await settled(page);
    await expectAccessible(page);
    await page
      .getByRole('combobox', { name: /range|time/i })
      .first()
      .selectOption('choose');
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
  });

  test('a search that is wrong, one that finds nothing', async ({ open }) => {
    const page = await open('/traces?live=off', { theme });
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.type('status=broken');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await expectAccessible(page);
    await page.goto('/traces?service=nobody&operation=nothing&last=15m');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await settled(page);
    await expectAccessible(page);
  });

  test.for(['/', '/statistics', '/services', `/trace/${UNKNOWN}`])(
    '%s where nothing has arrived',
    async (path, { open }) => {
      for (const width of [1280, 390]) {
        const size = { width, height: 844 };
        const page = await open(path, { theme, size, url: empty.url, expected: [/404/] });
        await settled(page);
        await expectAccessible(page);
      }
    },
  );

  test.for(['/traces?last=nonsense', '/statistics?last=nonsense', '/services?last=nonsense'])(
    '%s: refused, and said so',
    async (path, { open }) => {
      const page = await open(path, { theme, expected: [/400/] });
      await settled(page);
      await expectAccessible(page);
    },
  );
});
