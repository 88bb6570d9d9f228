/** Spans as rows of figures, sorted by any of them, alone or by operation. */
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceTab } from '../../trace-tab.ts';

export const tab: TraceTab = {
  name: 'table',
  title: tabsText.table.title,
  order: 4,
  load: async () => (await import('./span-table.tsx')).SpanTable,
};
