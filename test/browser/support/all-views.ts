/**
 * Every view that the page has, found where the page finds them, with something worth looking at in each: a view that is added is looked at
 * without a word here, another face of one with a line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../house/source-tree.ts';

export interface ShownView {
  /** `traces`, `trace-flame`. */
  readonly name: string;
  readonly path: string;
}

/** What a view shows where its URL says so. */
const FACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  traces: { durations: '?chart=durations' },
};

const VIEWS = join(ROOT, 'src/web/views');

/** @param url of a service that the demo has fed */
export async function allViews(url: string): Promise<readonly ShownView[]> {
  const traceId = await orderThatFailed(url);
  return foldersIn(VIEWS).flatMap((name) => {
    const path = said(join(VIEWS, name, 'index.ts'), 'path').replace(':traceId', traceId);
    if (path.includes(':')) throw new Error(`${name}: nothing is known to fill in ${path}`);
    const tabs = foldersIn(join(VIEWS, name, 'tabs'));
    const faces = Object.entries(FACES[name] ?? {}).map(([face, query]) => {
      return { name: `${name}-${face}`, path: `${path}${query}` };
    });
    if (tabs.length === 0) return [{ name, path }, ...faces];
    return tabs.map((tab) => {
      const view = said(join(VIEWS, name, 'tabs', tab, 'index.ts'), 'name');
      return { name: `${name}-${tab}`, path: `${path}?view=${view}` };
    });
  });
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
