/**
 * Requests of `fetch` and of undici, as undici tells of them on its diagnostics channels: a CLIENT span each, and the
 * trace goes with the request.
 */
import { subscribe } from 'node:diagnostics_channel';
import { context, SpanKind } from '@opentelemetry/api';
import { isSuppressed, traceParentOf } from '../trace-propagator.ts';
import { addressOf, guarded, RequestSpan, urlText } from './request-span.ts';

const ERRORS_FROM = 400;

/** As versions 5 to 7 have it. */
interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL;
  readonly path: string;
  /** `name: value\r\n…`, or names and values in turn. */
  readonly headers: string | readonly (string | readonly string[])[];
  addHeader(name: string, value: string): void;
}

interface Told {
  readonly request: UndiciRequest;
}

export function watchUndici(isOn: () => boolean): void {
  const spans = new WeakMap<UndiciRequest, RequestSpan>();
  subscribe(
    'undici:request:create',
    guarded<Told>(({ request }) => {
      if (!isOn()) return;
      const active = context.active();
      if (isSuppressed(active) || hasTraceParent(request)) return;
      const { method, path } = request;
      const { origin, host, protocol } = new URL(request.origin);
      const attributes = {
        'url.full': urlText(origin + path),
        ...addressOf(host, protocol === 'https:' ? 443 : 80),
      };
      const span = new RequestSpan(method, SpanKind.CLIENT, attributes, active, ERRORS_FROM);
      spans.set(request, span);
      const parent = traceParentOf(span.context);
      if (parent !== undefined) request.addHeader('traceparent', parent);
    }),
  );
  subscribe(
    'undici:request:headers',
    guarded<Told & { response: { statusCode: number } }>(({ request, response }) =>
      spans.get(request)?.status(response.statusCode),
    ),
  );
  subscribe(
    'undici:request:trailers',
    guarded<Told>(({ request }) => spans.get(request)?.end()),
  );
  subscribe(
    'undici:request:error',
    guarded<Told & { error: unknown }>(({ request, error }) => spans.get(request)?.fail(error)),
  );
}

function hasTraceParent({ headers }: UndiciRequest): boolean {
  if (typeof headers === 'string') return /(?:^|\n)traceparent:/i.test(headers);
  return headers.some((name, at) => at % 2 === 0 && String(name).toLowerCase() === 'traceparent');
}
