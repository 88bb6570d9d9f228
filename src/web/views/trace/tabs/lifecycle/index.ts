/** What happened in the trace, in order, told so that it can be read aloud. */
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceTab } from '../../trace-tab.ts';

export const tab: TraceTab = {
  name: 'lifecycle',
  title: tabsText.lifecycle.title,
  order: 2,
  load: async () => (await import('./lifecycle.tsx')).Lifecycle,
};
