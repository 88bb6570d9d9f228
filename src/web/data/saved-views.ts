/**
 * Places of the page that this browser remembers by a name, the newest first, SAVED_MAX at most: the URL holds all that a view is, so a name and
 * a URL are enough. Tabs of one browser have the same ones.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import { keep, kept } from './kept.ts';

export interface SavedView {
  readonly name: string;
  /** Path and parameters, of this page alone. */
  readonly href: string;
}

const KEPT = 'views';
export const SAVED_MAX = 50;
const NAME_MAX = 80;

const saved = signal(readSavedViews(kept(KEPT)));
export const savedViews: ReadonlySignal<readonly SavedView[]> = saved;

/** In the place of one of the same name. */
export function saveView({ name, href }: SavedView): void {
  const view = { name: name.trim().slice(0, NAME_MAX), href };
  if (view.name === '' || !isOfThisPage(href)) return;
  const others = saved.peek().filter((other) => other.name !== view.name);
  write([view, ...others].slice(0, SAVED_MAX));
}

export function forgetView(name: string): void {
  write(saved.peek().filter((view) => view.name !== name));
}

/** What is damaged, or leads elsewhere, is left out. */
export function readSavedViews(text: string | undefined): readonly SavedView[] {
  const given = parsed(text ?? '[]');
  return Array.isArray(given) ? given.filter(isSavedView).slice(0, SAVED_MAX) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSavedView(given: Partial<SavedView> | null): given is SavedView {
  const { name, href } = given ?? {};
  return typeof name === 'string' && name !== '' && typeof href === 'string' && isOfThisPage(href);
}

/** `//host` and `/\host` lead to another one. */
function isOfThisPage(href: string): boolean {
  return /^\/(?![/\\])/.test(href);
}

function write(views: readonly SavedView[]): void {
  saved.value = views;
  keep(KEPT, JSON.stringify(views));
}

if (typeof window !== 'undefined') {
  window.addEventListener('storage', () => {
    saved.value = readSavedViews(kept(KEPT));
  });
}
