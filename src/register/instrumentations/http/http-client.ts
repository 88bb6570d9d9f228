/**
 * Requests that a program sends with `node:http` and `node:https`, as Node itself tells of them on its diagnostics
 * channels: a CLIENT span each, and the trace goes with the request.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { context, SpanKind } from '@opentelemetry/api';
import { isSuppressed, traceParentOf } from '../trace-propagator.ts';
import { addressOf, guarded, RequestSpan, urlText } from './request-span.ts';

const ERRORS_FROM = 400;

export function watchHttpClient(isOn: () => boolean): void {
  const spans = new WeakMap<ClientRequest, RequestSpan>();
  subscribe(
    'http.client.request.created',
    guarded<{ request: ClientRequest }>(({ request }) => {
      if (!isOn()) return;
      const active = context.active();
      // Whoever has told of the trace already watches it too.
      if (isSuppressed(active) || request.hasHeader('traceparent')) return;
      const span = spanOf(request, active);
      spans.set(request, span);
      const parent = traceParentOf(span.context);
      if (parent !== undefined && !request.headersSent) request.setHeader('traceparent', parent);
      request.once('close', () => span.end());
    }),
  );
  subscribe(
    'http.client.response.finish',
    guarded<{ request: ClientRequest; response: IncomingMessage }>(({ request, response }) => {
      const span = spans.get(request);
      span?.status(response.statusCode);
      span?.set({ 'network.protocol.version': response.httpVersion });
    }),
  );
  subscribe(
    'http.client.request.error',
    guarded<{ request: ClientRequest; error: unknown }>(({ request, error }) =>
      spans.get(request)?.fail(error),
    ),
  );
}

function spanOf(request: ClientRequest, parent: ReturnType<typeof context.active>): RequestSpan {
  const { method, protocol, path } = request;
  const given = request.getHeader('host');
  const host = typeof given === 'string' ? given : request.host;
  const attributes = {
    'url.full': urlText(`${protocol}//${host}${path}`),
    ...addressOf(host, protocol === 'https:' ? 443 : 80),
  };
  return new RequestSpan(method, SpanKind.CLIENT, attributes, parent, ERRORS_FROM);
}
