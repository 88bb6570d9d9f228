/** Who there is and who calls whom. */
import type { PageView } from '../../app/page-view.ts';
import { servicesText } from '../../text/services-en.ts';

export const view: PageView = {
  path: '/services',
  title: servicesText.title,
  order: 3,
  load: async () => (await import('./services-page.tsx')).ServicesPage,
};
