/**
 * The pictures that the README shows, of the example system, in both themes:
 *
 *   npm run screenshots:readme [-- FOLDER]
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { ROOT } from '../house/source-tree.ts';
import { demoTrace } from './support/demo-traces.ts';
import { launchBrowser } from './support/launch-browser.ts';
import { followRequests, settled } from './support/settled.ts';
import { feedDemo, startService } from './support/synton-service.ts';

const VIEWPORT = { width: 1280, height: 720 };

const folder = resolve(process.argv[2] ?? join(ROOT, 'docs/screenshots'));
mkdirSync(folder, { recursive: true });
const server = await launchBrowser();
const service = await startService();
try {
  await feedDemo(service);
  const { traceId } = await demoTrace(service.url, 'POST /orders', { failed: true, spansMin: 24 });
  const browser = await chromium.connect(server.wsEndpoint());
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      ...{ baseURL: service.url, viewport: VIEWPORT, colorScheme, reducedMotion: 'reduce' },
    });
    followRequests(context);
    const page = await context.newPage();
    const shoot = async (name: string, path: string, act?: (page: Page) => Promise<void>) => {
      await page.goto(path);
      await settled(page);
      await act?.(page);
      await settled(page);
      await page.screenshot({ path: join(folder, `readme-${name}-${colorScheme}.png`) });
    };
    await shoot('traces', '/traces');
    await shoot('timeline', `/trace/${traceId}`, (it) => it.keyboard.press('E'));
    await shoot('lifecycle', `/trace/${traceId}?view=lifecycle`);
    await shoot('services', '/services');
    await context.close();
  }
} finally {
  await Promise.all([service.close(), server.close()]);
}
