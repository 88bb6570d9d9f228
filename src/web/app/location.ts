/**
 * Where the page is: path and parameters of its URL, which hold everything that a link must bring back (filters, zoom, selection, view).
 * A step that the user would go back from is pushed; what only follows the eye replaces.
 */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';

const here = signal(new URL(window.location.href));
const returned = signal(false);

export const path: ReadonlySignal<string> = computed(() => here.value.pathname);
/** Whether Back or Forward led here: then what was left behind may be shown as it was. */
export const cameBack: ReadonlySignal<boolean> = returned;
/** Not to be changed: setParams does. */
export const params: ReadonlySignal<URLSearchParams> = computed(() => here.value.searchParams);

export interface Step {
  /** Instead of a step that Back undoes. @default false */
  readonly replace?: boolean;
}

export function navigate(href: string, { replace = false }: Step = {}): void {
  const to = new URL(href, window.location.href);
  if (to.origin !== window.location.origin) throw new RangeError(`${to.origin} is not this page’s`);
  if (to.href === here.value.href) return;
  if (replace) window.history.replaceState(undefined, '', to);
  else window.history.pushState(undefined, '', to);
  batch(() => {
    returned.value = false;
    here.value = to;
  });
}

export type ParamValue = string | number | readonly string[] | undefined;

/** Undefined, the empty text and the empty list take a parameter away. What is not named stays. */
export function setParams(changes: Readonly<Record<string, ParamValue>>, step?: Step): void {
  navigate(hrefWith(changes), step);
}

/** The same page with other parameters. */
export function hrefWith(
  changes: Readonly<Record<string, ParamValue>>,
  from: URL = here.value,
): string {
  const to = new URL(from);
  for (const [name, value] of Object.entries(changes)) {
    to.searchParams.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== '') to.searchParams.append(name, String(one));
    }
  }
  to.searchParams.sort();
  return `${to.pathname}${to.search}`;
}

/** Undefined where it is not in the URL. Read while rendering, it renders anew when it changes. */
export function param(name: string): string | undefined {
  return params.value.get(name) ?? undefined;
}

function follow(): void {
  batch(() => {
    returned.value = true;
    here.value = new URL(window.location.href);
  });
}

/** Links of the page change its place without loading it anew; with a modifier the browser does what it always does. */
function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.target !== '' || link.hasAttribute('download')) return;
  if (link.origin !== window.location.origin || /^\/(?:api|assets)\b/.test(link.pathname)) return;
  if (link.hash !== '' && link.pathname === here.value.pathname) return;
  event.preventDefault();
  navigate(link.href);
}

window.addEventListener('popstate', follow);
document.addEventListener('click', onClick);
