/** Spans as bars on one time scale. */
import { traceText } from '../../../../text/trace-en.ts';
import type { TraceTab } from '../../trace-tab.ts';

export const tab: TraceTab = {
  name: 'timeline',
  title: traceText.timeline.title,
  order: 1,
  load: async () => (await import('./timeline.tsx')).Timeline,
};
