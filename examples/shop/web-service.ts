/** A small JSON service on node:http, and a client for another: one span on each side, one trace over both. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { context, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { continueTrace, traceHeaders } from './trace-context.ts';
import { endWith } from './tracing.ts';

export interface Answer {
  readonly status: number;
  readonly body: object;
}

export interface WebService {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Serves POST `route` on a port that the system chooses. The answer's `trace-id` header names its trace. */
export async function serve(
  tracer: Tracer,
  route: string,
  handle: (body: unknown) => Promise<Answer>,
): Promise<WebService> {
  const server = http.createServer((request, response) => {
    const caller = continueTrace(context.active(), request.headers.traceparent as string);
    const attributes = { 'http.request.method': 'POST', 'http.route': route, 'url.path': route };
    const options = { kind: SpanKind.SERVER, attributes };
    tracer.startActiveSpan(`POST ${route}`, options, caller, async (span) => {
      const { status, body } = await handle(await json(request));
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      response.writeHead(status, {
        'content-type': 'application/json',
        'trace-id': span.spanContext().traceId,
      });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Any answer below 400 is a success, any other an error of the caller's span, as the conventions say. */
export function post(tracer: Tracer, url: string, body: object): Promise<Answer> {
  const { hostname, port, pathname } = new URL(url);
  const attributes = {
    'http.request.method': 'POST',
    'server.address': hostname,
    'server.port': Number(port),
    'url.full': url,
  };
  const options = { kind: SpanKind.CLIENT, attributes };
  return tracer.startActiveSpan(`POST ${pathname}`, options, (span) =>
    endWith(span, async () => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...traceHeaders(span) },
        body: JSON.stringify(body),
      });
      span.setAttribute('http.response.status_code', response.status);
      if (response.status >= 400) {
        span.setAttribute('error.type', String(response.status));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      return { status: response.status, body: (await response.json()) as object };
    }),
  );
}
