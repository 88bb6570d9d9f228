/**
 * What a view of the page is: a folder of `views` whose `index.ts` exports `view`. It is found there, gets its place in the navigation and
 * in the palette, and its code is loaded when it is shown.
 */
import type { ComponentType } from 'preact';

export interface PageProps {
  /** Decoded segments of the path, by the names that stand in the view's path. */
  readonly segments: Readonly<Record<string, string>>;
}

export interface PageView {
  /** `/traces`, `/trace/:traceId`. */
  readonly path: string;
  /** Of the navigation, the palette and the window. */
  readonly title: string;
  /** Its place in the navigation; not there without one. */
  readonly order?: number;
  /** Of the path that leads back here from what hangs below it: `/trace/…` lights up Traces. */
  readonly under?: string;
  load(): Promise<ComponentType<PageProps>>;
}

const modules: Record<string, { readonly view: PageView }> = import.meta.glob(
  '../views/*/index.ts',
  { eager: true },
);

export const pageViews: readonly PageView[] = Object.values(modules)
  .map(({ view }) => view)
  .sort((a, b) => (a.order ?? 99) - (b.order ?? 99));

export interface FoundView {
  readonly view: PageView;
  readonly segments: Readonly<Record<string, string>>;
}

/** The view at a path; `/` is the first one. */
export function viewAt(
  path: string,
  views: readonly PageView[] = pageViews,
): FoundView | undefined {
  if (path === '/') return views[0] && { view: views[0], segments: {} };
  const given = path.replace(/\/$/, '').split('/');
  for (const view of views) {
    const segments = segmentsOf(view.path.split('/'), given);
    if (segments !== undefined) return { view, segments };
  }
  return undefined;
}

function segmentsOf(
  pattern: readonly string[],
  given: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== given.length) return undefined;
  const segments: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    if (part.startsWith(':')) segments[part.slice(1)] = decoded(given[at]!);
    else if (part !== given[at]) return undefined;
  }
  return segments;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
