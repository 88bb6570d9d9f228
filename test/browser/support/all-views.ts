/**
 * Every view that the page has, found where the page finds them, with something worth looking at in each: a view that is added is looked at
 * without a word here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from '../../house/source-tree.ts';

export interface ShownView {
  /** `traces`, `trace-flame`. */
  readonly name: string;
  readonly path: string;
}

const VIEWS = join(ROOT, 'src/web/views');
const SETTLED_MS = 400;
const SETTLE_MAX_MS = 8_000;

/** @param url of a service that the demo has fed */
export async function allViews(url: string): Promise<readonly ShownView[]> {
  const traceId = await orderThatFailed(url);
  return foldersIn(VIEWS).flatMap((name) => {
    const path = said(join(VIEWS, name, 'index.ts'), 'path').replace(':traceId', traceId);
    if (path.includes(':')) throw new Error(`${name}: nothing is known to fill in ${path}`);
    const tabs = foldersIn(join(VIEWS, name, 'tabs'));
    if (tabs.length === 0) return [{ name, path }];
    return tabs.map((tab) => {
      const view = said(join(VIEWS, name, 'tabs', tab, 'index.ts'), 'name');
      return { name: `${name}-${tab}`, path: `${path}?view=${view}` };
    });
  });
}

/** Resolves once nothing of the view has changed for a while: what is asked for has come, and motion is over. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('main').waitFor();
  await page.evaluate(
    ([quietMs, mostMs]) =>
      new Promise<void>((resolve) => {
        const done = (): void => {
          observer.disconnect();
          resolve();
        };
        let timer = setTimeout(done, quietMs);
        const observer = new MutationObserver(() => {
          clearTimeout(timer);
          timer = setTimeout(done, quietMs);
        });
        observer.observe(document.querySelector('main')!, {
          ...{ subtree: true, childList: true, attributes: true, characterData: true },
        });
        setTimeout(done, mostMs);
      }),
    [SETTLED_MS, SETTLE_MAX_MS] as const,
  );
}

/** Four services, parallel calls, an exception: the one with most spans. */
async function orderThatFailed(url: string): Promise<string> {
  const query = 'service=web&operation=POST%20/orders&status=Failed&last=2h&limit=50';
  const answer = await fetch(`${url}/api/v1/instr/traces?${query}`);
  const { items } = (await answer.json()) as {
    items: readonly { readonly traceId: string; readonly spanCount: number }[];
  };
  const [first] = items.toSorted((a, b) => b.spanCount - a.spanCount);
  if (first === undefined) throw new Error('the demo has left no order that failed');
  return first.traceId;
}

function said(file: string, key: string): string {
  const value = new RegExp(`\\b${key}: '([^']+)'`).exec(readFileSync(file, 'utf8'))?.[1];
  if (value === undefined) throw new Error(`${file} names no ${key}`);
  return value;
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .filter((entry) => readdirSync(join(folder, entry.name)).includes('index.ts'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
