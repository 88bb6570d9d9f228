/**
 * What answers requests to the API: the app with all its routes, as a listener of node:http. Loaded with the first request that needs it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Host } from '../pipeline/component.ts';
import type { RequestGuard } from '../pipeline/request-guard.ts';
import { createApiApp, problemResponse } from './api-app.ts';
import type { CompleteApiSettings } from './api-server.ts';
import { BoundedRenderer } from './bounded-renderer.ts';
import { PageServer } from './page/page-server.ts';
import { RequestRefused } from './problem.ts';
import { demoRoutes } from './routes/demo-routes.ts';
import type { Route } from './routes/route.ts';
import { serviceRoutes } from './routes/service-routes.ts';
import { statisticsRoutes } from './routes/statistics-routes.ts';
import { storageRoutes } from './routes/storage-routes.ts';
import { tail } from './routes/tail-route.ts';
import { traceRoutes } from './routes/trace-routes.ts';

export type ApiListener = (request: IncomingMessage, response: ServerResponse) => void;

export interface ApiListenerParts {
  readonly settings: CompleteApiSettings;
  readonly host: Host;
  readonly guard: RequestGuard;
  /** No more once shutdown has begun. */
  readonly isReady: () => boolean;
  /** Aborts when nobody can be answered any more. */
  readonly abort: AbortSignal;
  /** Aborts before that, when shutdown begins: answers that have no end come to one. */
  readonly closing: AbortSignal;
}

export function createApiListener(parts: ApiListenerParts): ApiListener {
  const { guard, host, abort, settings } = parts;
  const routes = routesOf(parts);
  const page = new PageServer({
    folder: settings.pageFolder,
    endpoints: async () => {
      const { endpointList } = await import('./page/endpoint-list.ts');
      return endpointList(routes, settings.version);
    },
  });
  const app = createApiApp({ routes, page, guard, log: host.log, abort });
  const listener = getRequestListener(app.fetch, {
    // HTTP/1.0 may leave Host out.
    hostname: 'localhost',
    overrideGlobalObjects: false,
    errorHandler: () =>
      problemResponse(new RequestRefused('InvalidRequest', 'Host and URL make no address')),
  });
  return (request, response) => void listener(request, response);
}

function routesOf({ settings, host, isReady, closing }: ApiListenerParts): readonly Route[] {
  const { clock, counters, log } = host;
  const { version, startedUnixNano, gauges, health, storage } = settings;
  const { rendersMax, renderDeadlineMs: deadlineMs } = settings;
  const views = new BoundedRenderer(settings.views, { rendersMax, deadlineMs }, clock);
  const service = { version, startedUnixNano, clock, counters, log, gauges, health, isReady };
  const routes: Route[] = [
    ...traceRoutes(views),
    tail({ views, arrivals: settings.arrivals, clock, counters, closing }),
    ...statisticsRoutes(views),
    ...storageRoutes({ version, storage }),
    ...demoRoutes(settings.demo),
    ...serviceRoutes(service, () => routes),
  ];
  return routes;
}
