/** The trace as it is written out: JSON, text, Mermaid. */
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceTab } from '../../trace-tab.ts';

export const tab: TraceTab = {
  name: 'raw',
  title: tabsText.raw.title,
  order: 5,
  load: async () => (await import('./raw-trace.tsx')).RawTrace,
};
