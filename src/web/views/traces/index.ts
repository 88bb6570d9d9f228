/** Traces: search, what was found over time, what arrives. */
import type { PageView } from '../../app/page-view.ts';
import { text } from '../../text/en.ts';

export const view: PageView = {
  path: '/traces',
  title: text.nav.traces,
  order: 1,
  load: async () => (await import('./traces-page.tsx')).TracesPage,
};
