/** Where the time went: spans on top of what they called. */
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceTab } from '../../trace-tab.ts';

export const tab: TraceTab = {
  name: 'flame',
  title: tabsText.flame.title,
  order: 3,
  load: async () => (await import('./flame-graph.tsx')).FlameGraph,
};
