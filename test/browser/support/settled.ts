/** When a page shows what it is going to show: nothing is on its way to it, and nothing of its view has changed for a while. */
import type { BrowserContext, Page, Request } from 'playwright-core';

const QUIET_MS = 400;
const SETTLE_MAX_MS = 15_000;
const LOOK_MS = 50;

const pending = new WeakMap<BrowserContext, Set<Request>>();

/** Before any page of it is opened. */
export function followRequests(context: BrowserContext): void {
  const open = new Set<Request>();
  pending.set(context, open);
  // A stream never ends.
  context.on('request', (one) => one.resourceType() !== 'eventsource' && open.add(one));
  context.on('requestfinished', (one) => open.delete(one));
  context.on('requestfailed', (one) => open.delete(one));
}

/** Rejects where that is not so within SETTLE_MAX_MS. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('main').waitFor();
  await page.evaluate(watchChanges);
  const open = pending.get(page.context());
  if (open === undefined) throw new Error('requests of this page are not followed');
  const untilMs = performance.now() + SETTLE_MAX_MS;
  for (;;) {
    const quietMs = await page.evaluate(quietFor);
    if (open.size === 0 && quietMs >= QUIET_MS) return;
    if (performance.now() > untilMs) {
      const asked = [...open].map((request) => request.url()).join(' ');
      throw new Error(`${page.url()} does not come to rest; on its way: ${asked || 'nothing'}`);
    }
    await page.waitForTimeout(LOOK_MS);
  }
}

interface Watched {
  syntonChangedMs?: number;
}

/** In the page. */
function watchChanges(): void {
  const watched = globalThis as Watched;
  if (watched.syntonChangedMs === undefined)
    new MutationObserver(() => {
      watched.syntonChangedMs = performance.now();
    }).observe(document.querySelector('main')!, {
      ...{ subtree: true, childList: true, attributes: true, characterData: true },
    });
  watched.syntonChangedMs = performance.now();
}

function quietFor(): number {
  return performance.now() - (globalThis as Watched).syntonChangedMs!;
}
