/**
 * `test` with `open`: opens pages of the service in a browser of their own, and fails what ran without a fault but for troubles of a page
 * (page-troubles.ts).
 *
 *   test('…', async ({ open }) => { const page = await open('/traces'); … });
 */
import { type Browser, chromium, type Page } from 'playwright-core';
import { test as base, expect, inject, onTestFinished } from 'vitest';
import { PageTroubles } from './page-troubles.ts';
import { followRequests } from './settled.ts';

export interface OpenOptions {
  /** @default 1280 × 800 */
  readonly size?: { readonly width: number; readonly height: number };
  /** @default light */
  readonly theme?: 'light' | 'dark';
  /** Of the service. @default the one that all share */
  readonly url?: string;
  /** What the test brings about on purpose. */
  readonly expected?: readonly RegExp[];
  /** Motion as most have it. @default false, so that nothing has to be waited for */
  readonly moves?: boolean;
  /** The page's clock stands: ages, and ranges that end now, stay as they are. @default false */
  readonly isTimeStill?: boolean;
}

export type Open = (path: string, options?: OpenOptions) => Promise<Page>;

const STEP_MS = 20_000;
let connected: Promise<Browser> | undefined;

export const test = base.extend<{ open: Open }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads which fixtures are needed from it
  open: async ({}, use) => {
    connected ??= chromium.connect(inject('browser'));
    const browser = await connected;
    await use(async (path, options = {}) => {
      const { size = { width: 1280, height: 800 }, theme = 'light', moves = false } = options;
      const url = options.url ?? inject('service').url;
      const context = await browser.newContext({
        baseURL: url,
        viewport: size,
        colorScheme: theme,
        reducedMotion: moves ? 'no-preference' : 'reduce',
        serviceWorkers: 'block',
      });
      context.setDefaultTimeout(STEP_MS);
      const troubles = new PageTroubles();
      for (const pattern of options.expected ?? []) troubles.expect(pattern);
      await troubles.watch(context, url);
      followRequests(context);
      // Before what was there before it goes: a service that the test has started, say.
      onTestFinished(async () => {
        const found = await troubles.list();
        await context.close();
        expect(found, 'troubles of the page').toEqual([]);
      });
      if (options.isTimeStill === true) await context.clock.setFixedTime(Date.now());
      const page = await context.newPage();
      await page.goto(path);
      return page;
    });
  },
});
