/** One trace: what happened in it, in several ways to look at it. */
import type { PageView } from '../../app/page-view.ts';
import { text } from '../../text/en.ts';

export const view: PageView = {
  path: '/trace/:traceId',
  title: text.nav.trace,
  under: '/traces',
  load: async () => (await import('./trace-page.tsx')).TracePage,
};
