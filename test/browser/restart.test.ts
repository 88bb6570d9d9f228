/** The collector goes away under an open page and comes back: the page says so, and goes on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { test } from './support/page-test.ts';
import { startService } from './support/synton-service.ts';

test('a collector that is killed and started again', async ({ open }) => {
  const folder = mkdtempSync(join(tmpdir(), 'synton-restart-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const first = await startService({ folder });
  // While it is away the browser says in its console that nobody answers.
  const expected = [
    /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/,
  ];
  const page = await open('/nowhere', { url: first.url, expected });
  await page.getByRole('heading', { level: 1 }).waitFor();
  const lost = page.getByRole('status').filter({ hasText: 'does not answer' });
  await first.kill();
  await lost.waitFor({ timeout: 20_000 });
  const second = await startService({ folder, at: first });
  onTestFinished(() => second.close());
  await page.getByRole('button', { name: 'Try now' }).click();
  await lost.waitFor({ state: 'detached' });
});
