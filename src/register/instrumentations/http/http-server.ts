/**
 * Requests that a program answers with `node:http` and `node:https`: a SERVER span each, which what the handler calls
 * is below. Node's channels tell of a request, and can bind no context to its handler, so it is the event `request`
 * that is watched. Nothing else of a server is touched, and nothing at all before the first request.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Attributes, type Context, context, SpanKind, trace } from '@opentelemetry/api';
import { parseTraceParent } from '../../trace-parent.ts';
import { isSuppressed } from '../trace-propagator.ts';
import { addressOf, guarded, RequestSpan, urlText } from './request-span.ts';

const ERRORS_FROM = 500;
const REQUEST = 'http.server.request.start';

type Emit = (this: unknown, event: unknown, ...rest: unknown[]) => boolean;

/** What Express leaves on a request. */
interface RoutedRequest {
  readonly baseUrl?: unknown;
  readonly route?: { readonly path?: unknown };
}

/** @param root what a request without a parent belongs to */
export function watchHttpServer(isOn: () => boolean, root: Context): void {
  const watched = new Set<object>();
  subscribe(
    REQUEST,
    guarded<{ socket: Socket }>(({ socket }) => {
      // It is there: it has a request.
      const { prototype } = process.getBuiltinModule(isSecure(socket) ? 'https' : 'http').Server;
      if (watched.has(prototype)) return;
      watched.add(prototype);
      watchServers(prototype, isOn, root);
    }),
  );
}

function watchServers(prototype: { emit: unknown }, isOn: () => boolean, root: Context): void {
  const before = prototype.emit as Emit;
  const emit: Emit = function emit(event, ...rest) {
    const span = event === 'request' && isOn() ? spanFor(rest, root) : undefined;
    if (span === undefined) return Reflect.apply(before, this, [event, ...rest]);
    return context.with(span.context, () => Reflect.apply(before, this, [event, ...rest]));
  };
  Object.defineProperty(prototype, 'emit', { value: emit, configurable: true, writable: true });
}

/** Undefined where the request is not to be watched. Never throws. */
function spanFor(given: readonly unknown[], root: Context): RequestSpan | undefined {
  try {
    const [request, response] = given as [IncomingMessage, ServerResponse];
    if (isSuppressed(context.active())) return undefined;
    const method = request.method ?? 'GET';
    const span = new RequestSpan(
      method,
      SpanKind.SERVER,
      attributesOf(request),
      parentOf(request, root),
      ERRORS_FROM,
    );
    response.once('close', () => {
      const route = routeOf(request);
      if (route !== undefined) span.route(method, route);
      if (response.headersSent) span.status(response.statusCode);
      span.end();
    });
    // What they tell later comes from the socket, which has no context.
    context.bind(span.context, request);
    context.bind(span.context, response);
    return span;
  } catch {
    return undefined;
  }
}

function parentOf({ headers }: IncomingMessage, root: Context): Context {
  const given = headers['traceparent'];
  const parent = parseTraceParent(Array.isArray(given) ? given[0] : given);
  return parent === undefined ? root : trace.setSpanContext(root, parent);
}

function attributesOf({ url = '/', headers, socket, httpVersion }: IncomingMessage): Attributes {
  const isEncrypted = isSecure(socket);
  const [path, query] = [url.replace(/\?.*$/s, ''), /\?(.*)$/s.exec(url)?.[1]];
  const agent = headers['user-agent'];
  return {
    'url.path': urlText(path),
    ...(query && { 'url.query': urlText(query) }),
    'url.scheme': isEncrypted ? 'https' : 'http',
    'network.protocol.version': httpVersion,
    ...(headers.host && addressOf(headers.host, isEncrypted ? 443 : 80)),
    ...(socket.remoteAddress && { 'client.address': socket.remoteAddress }),
    ...(agent && { 'user_agent.original': urlText(agent) }),
  };
}

function isSecure(socket: Socket): boolean {
  return 'encrypted' in socket;
}

/** Plain fields alone: a getter may be the program's. */
function routeOf(request: IncomingMessage & RoutedRequest): string | undefined {
  const own = (from: unknown, key: string): unknown =>
    Object.getOwnPropertyDescriptor(Object(from), key)?.value;
  const path = own(own(request, 'route'), 'path');
  if (typeof path !== 'string') return undefined;
  const base = own(request, 'baseUrl');
  return `${typeof base === 'string' ? base : ''}${path}`;
}
