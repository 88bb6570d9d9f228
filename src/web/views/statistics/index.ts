/** How things go: whether anything is wrong, where, and in which traces. */
import type { PageView } from '../../app/page-view.ts';
import { statisticsText } from '../../text/statistics-en.ts';

export const view: PageView = {
  path: '/statistics',
  title: statisticsText.title,
  order: 2,
  load: async () => (await import('./statistics-page.tsx')).StatisticsPage,
};
