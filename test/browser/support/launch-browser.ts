/** A headless Chromium that asks nothing of the network by itself. */
import { type BrowserServer, chromium } from 'playwright-core';
import { findBrowser } from './find-browser.ts';

const ARGUMENTS: readonly string[] = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One for all that drive it: they connect to its `wsEndpoint`. */
export async function launchBrowser(): Promise<BrowserServer> {
  const { executablePath, env } = await findBrowser();
  return chromium.launchServer({
    executablePath,
    args: [...ARGUMENTS],
    env: { ...process.env, ...env } as Record<string, string>,
    headless: true,
    // Its sandbox refuses root, whose machines tests often are.
    chromiumSandbox: process.getuid?.() !== 0,
  });
}
