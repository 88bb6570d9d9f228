/** What stands around every view: it opens, moves about and comes back, by mouse and by keys, alike in two tabs and after a reload. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';

const navigation = (page: Page) => page.getByRole('navigation', { name: 'Views' });
const current = (page: Page) => navigation(page).locator('[aria-current="page"]');
const pathOf = (page: Page) => new URL(page.url()).pathname;
const NOWHERE = '/nowhere/at/all';

async function isAt(page: Page, path: string, title: string): Promise<void> {
  await expect.poll(() => pathOf(page)).toBe(path);
  await expect.poll(() => current(page).allTextContents()).toEqual([title]);
  await expect.poll(() => page.title()).toBe(`${title} · Synton`);
}

describe('opens', () => {
  test('with the first view at /', async ({ open }) => {
    const page = await open('/');
    await page.getByRole('banner').getByRole('link', { name: 'synton' }).waitFor();
    await expect.poll(() => current(page).allTextContents()).toEqual(['Traces']);
  });

  test('at a path that is no page, says so and leads on', async ({ open }) => {
    const page = await open(NOWHERE);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByText(NOWHERE).waitFor();
    await page.getByRole('link', { name: 'All traces' }).click();
    await isAt(page, '/traces', 'Traces');
  });

  test.for([
    ['a view', 'Statistics', 'statistics-page', '[aria-label="What the numbers are of"]'],
    ['its charts', 'Statistics', 'uPlot', '.u-over'],
    ['the map', 'Services', 'dagre', '.service-map [data-name]'],
  ] as const)(
    'says what to do where the code of %s is gone, as with a collector of another version',
    async ([, view, file, shown], { open }) => {
      const page = await open('/traces', { expected: [/404/] });
      let isGone = true;
      await page.route(new RegExp(`assets/${file}.*\\.js`), (route) =>
        isGone ? route.fulfill({ status: 404 }) : route.continue(),
      );
      await navigation(page).getByRole('link', { name: view }).click();
      const said = page.getByRole('alert').first();
      await said.getByText(/of another version .* Load the page anew/).waitFor();
      isGone = false;
      await said.getByRole('button', { name: 'Try again' }).click();
      await page.locator(shown).first().waitFor();
    },
  );

  test('the API’s documentation in one click', async ({ open }) => {
    const page = await open(NOWHERE);
    const [opened] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'API', exact: true }).click(),
    ]);
    await opened.getByRole('heading', { name: /the API$/ }).waitFor();
    await opened.getByText('GET /api/v1/instr/traces', { exact: true }).waitFor();
    expect(pathOf(opened)).toBe('/api');
    await expectAccessible(opened);
  });
});

describe('moves about', () => {
  test('by mouse, back and forward again', async ({ open }) => {
    const page = await open('/traces');
    await isAt(page, '/traces', 'Traces');
    await navigation(page).getByRole('link', { name: 'Statistics' }).click();
    await isAt(page, '/statistics', 'Statistics');
    await page.goBack();
    await isAt(page, '/traces', 'Traces');
    await page.goForward();
    await isAt(page, '/statistics', 'Statistics');
    await page.reload();
    await isAt(page, '/statistics', 'Statistics');
  });

  test('by keys alone: the palette finds a view', async ({ open }) => {
    const page = await open('/traces');
    await isAt(page, '/traces', 'Traces');
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Commands' });
    await palette.getByRole('combobox').waitFor();
    await page.keyboard.type('statist');
    await expect.poll(() => palette.getByRole('option').count()).toBeGreaterThan(0);
    await page.keyboard.press('Enter');
    await isAt(page, '/statistics', 'Statistics');
    expect(await palette.count()).toBe(0);
  });

  test('by keys alone: the first link skips to the content', async ({ open }) => {
    const page = await open(NOWHERE);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to content' });
    await expect.poll(() => skip.evaluate((link) => link === document.activeElement)).toBe(true);
    const box = (await skip.boundingBox())!;
    expect(box.x >= 0 && box.y >= 0).toBe(true);
    await page.keyboard.press('Enter');
    const isInContent = () => document.activeElement?.id === 'content';
    await expect.poll(() => page.evaluate(isInContent)).toBe(true);
  });
});

describe('dialogs', () => {
  test('the keys are listed by ?, and Esc gives the focus back', async ({ open }) => {
    const page = await open(NOWHERE);
    const link = page.getByRole('link', { name: 'All traces' });
    await link.focus();
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByRole('heading', { name: 'Everywhere' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('the keys are listed by mouse too, and closed by it', async ({ open }) => {
    const page = await open('/traces?live=off');
    await page.getByRole('combobox', { name: 'Search traces' }).waitFor();
    await page.getByRole('button', { name: /^Go to or do/ }).click();
    await page.keyboard.type('keys of');
    await page.getByRole('option', { name: /^Keys of this view/ }).click();
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByRole('heading', { name: 'Traces' }).waitFor();
    await keys.getByText('Twenty traces on').waitFor();
    await keys.getByRole('button', { name: 'Close' }).click();
    await keys.waitFor({ state: 'detached' });
  });

  test('what the palette does may take the focus; however quick, dialogs do not close each other', async ({
    open,
  }) => {
    const page = await open('/traces?live=off');
    const search = page.getByRole('combobox', { name: 'Search traces' });
    await search.waitFor();
    for (const key of ['?', 'Escape', 'Control+k', 'Escape', 'Control+k'])
      await page.keyboard.press(key);
    const palette = page.getByRole('dialog', { name: 'Commands' });
    await palette.getByRole('option', { name: /^Search/ }).click();
    await palette.waitFor({ state: 'detached' });
    await expect
      .poll(() => search.evaluate((element) => element === document.activeElement))
      .toBe(true);
  });

  test('the palette opens by its button, and lists the services', async ({ open }) => {
    const page = await open(NOWHERE);
    await page.getByRole('button', { name: /^Go to or do/ }).click();
    const palette = page.getByRole('dialog', { name: 'Commands' });
    await page.keyboard.type('mail-w');
    await palette.getByRole('option', { name: /mail-worker/ }).waitFor();
    await expectAccessible(page);
    await page.keyboard.type(' and nothing of that kind');
    await palette.getByText('Nothing goes by that name.').waitFor();
    await page.keyboard.press('Escape');
    await palette.waitFor({ state: 'detached' });
  });
});

describe('the theme', () => {
  const ground = () => getComputedStyle(document.body).backgroundColor;

  test('is the system’s, until another is chosen, which stays', async ({ open }) => {
    const page = await open(NOWHERE, { theme: 'dark' });
    const dark = await page.evaluate(ground);
    const other = await open(NOWHERE, { theme: 'light' });
    const light = await other.evaluate(ground);
    expect(dark).not.toBe(light);
    // From that of the system to the light one.
    await page.getByRole('button', { name: /^Theme:/ }).click();
    await expect.poll(() => page.evaluate(ground)).toBe(light);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate(ground)).toBe(light);
  });

  test.for(['light', 'dark'] as const)('%s: nobody is left out', async (theme, { open }) => {
    const page = await open(NOWHERE, { theme });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(page);
  });
});

test.for([390, 1280, 2560])(
  '%i wide: nothing is out of reach sideways',
  async (width, { open }) => {
    const page = await open(NOWHERE, { size: { width, height: 800 } });
    await page.getByRole('heading', { level: 1 }).waitFor();
    const isWider = () => document.documentElement.scrollWidth > window.innerWidth;
    expect(await page.evaluate(isWider)).toBe(false);
    for (const name of ['Traces', 'Statistics'])
      await navigation(page).getByRole('link', { name }).click({ trial: true });
  },
);
