/**
 * Every view of the page, fed by the demo, in both themes and three widths:
 *
 *   npm run screenshots [-- FOLDER]
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ROOT } from '../house/source-tree.ts';
import { allViews, type ShownView } from './support/all-views.ts';
import { launchBrowser } from './support/launch-browser.ts';
import { followRequests, settled } from './support/settled.ts';
import { feedDemo, startService } from './support/synton-service.ts';

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
];
const THEMES = ['light', 'dark'] as const;
const STEP_MS = 20_000;

const folder = resolve(process.argv[2] ?? join(ROOT, 'docs/screenshots'));
mkdirSync(folder, { recursive: true });
const server = await launchBrowser();
const services = await Promise.all([startService(), startService(), startService()]);
const [empty, service, large] = services;
try {
  await feedDemo(service);
  // Apart, as it would outweigh all else in what counts.
  await feedDemo(large, ['--big']);
  const browser = await chromium.connect(server.wsEndpoint());
  await shoot(browser, empty.url, [{ name: 'empty', path: '/traces' }]);
  await shoot(browser, service.url, await allViews(service.url));
  const path = `/trace/${await bigTrace(large.url)}`;
  await shoot(browser, large.url, [{ name: 'trace-big', path }]);
} finally {
  await Promise.all([...services.map((one) => one.close()), server.close()]);
}

async function shoot(browser: Browser, url: string, views: readonly ShownView[]): Promise<void> {
  for (const theme of THEMES)
    for (const viewport of SIZES) {
      const context = await browser.newContext({
        baseURL: url,
        viewport,
        colorScheme: theme,
        reducedMotion: 'reduce',
      });
      context.setDefaultTimeout(STEP_MS);
      followRequests(context);
      const page = await context.newPage();
      for (const view of views)
        await shootOne(page, view, `${view.name}-${theme}-${viewport.width}.png`);
      await context.close();
    }
}

async function shootOne(page: Page, { path }: ShownView, name: string): Promise<void> {
  await page.goto(path);
  await settled(page);
  await page.screenshot({ path: join(folder, name) });
  console.log(join(folder, name));
}

async function bigTrace(url: string): Promise<string> {
  const query = 'service=stock&operation=rebuild%20catalogue&last=1h';
  const answer = await fetch(`${url}/api/v1/instr/traces?${query}`);
  const { items } = (await answer.json()) as { items: readonly { traceId: string }[] };
  return items[0]!.traceId;
}
