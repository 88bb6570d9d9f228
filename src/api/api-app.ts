/**
 * From a request to its answer: who may ask, whether the question is well formed, which route it is for, and
 * what every answer carries. Knows no view and no socket; api-server.ts owns the listener.
 *
 * Order of refusals: foreign Host or Origin 403 (of what is done and not asked, any other origin), URL 414, body 413, path 404, method 405, parameters 400.
 */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { nearestName } from '../config/nearest-name.ts';
import type { RequestGuard } from '../pipeline/request-guard.ts';
import type { Logger } from '../telemetry/logger.ts';
import { bestEncoding } from './accepted.ts';
import { crossSiteObjection } from './cross-site.ts';
import { HEADERS_OF_ALL } from './headers-of-all.ts';
import type { PageServer } from './page/page-server.ts';
import { PROBLEM_CONTENT_TYPE, problemOf, RequestRefused, refusalOf } from './problem.ts';
import { type GivenParameters, type Method, pathsOf, type Route } from './routes/route.ts';

export interface ApiAppParts {
  readonly routes: readonly Route[];
  /** Asked first: browsers get a page where programs get an answer. */
  readonly page: PageServer;
  readonly guard: RequestGuard;
  readonly log: Logger;
  /** Aborts when nobody can be answered any more. */
  readonly abort: AbortSignal;
}

export type ApiApp = Hono<{ Bindings: HttpBindings }>;
type ApiContext = Context<{ Bindings: HttpBindings }>;

const URL_LENGTH_MAX = 16 * 1024;
/** Of a name or a path in an error. */
const SHOWN_MAX = 64;
const GZIP_BYTES_MIN = 1024;

const compress = promisify(gzip);

export function createApiApp({ routes, page, guard, log, abort }: ApiAppParts): ApiApp {
  const app: ApiApp = new Hono();
  app.use(async (context, next) => {
    const { incoming } = context.env;
    admit(incoming, guard);
    return (await page.answer(incoming)) ?? next();
  });
  for (const [path, methods] of methodsByPath(routes)) {
    const pattern = path.replace(/\{(\w+)\}/g, ':$1');
    for (const [method, route] of methods)
      app.on(method, pattern, (context) => {
        const { headers } = context.env.incoming;
        const objection = method === 'GET' ? undefined : crossSiteObjection(headers);
        if (objection !== undefined) throw new RequestRefused('ForbiddenHost', objection);
        return answer(context, route, abort);
      });
    const allowed = [...methods.keys()].flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : one));
    app.all(pattern, ({ req }) => {
      throw new RequestRefused('MethodNotAllowed', `${req.method} is not for ${path}`, {
        headers: { allow: allowed.join(', ') },
      });
    });
  }
  app.notFound(({ req }) => {
    throw new RequestRefused('NotFound', `${shown(req.path)} is no endpoint; GET / lists them all`);
  });
  app.onError((error, { req }) => {
    const refused = refusalOf(error);
    if (refused.code === 'Internal') {
      log.error({ error, path: req.path }, 'the API failed to answer');
    }
    return problemResponse(refused);
  });
  return app;
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, Map<Method, Route>> {
  const paths = new Map<string, Map<Method, Route>>();
  for (const route of routes)
    for (const path of pathsOf(route)) {
      const methods = paths.get(path) ?? new Map<Method, Route>();
      paths.set(path, methods.set(route.method ?? 'GET', route));
    }
  return paths;
}

/** For errors met before or after the app. */
export function problemResponse(refused: RequestRefused): Response {
  const problem = problemOf(refused);
  const body = JSON.stringify(problem);
  return new Response(body, {
    status: problem.status,
    headers: {
      ...HEADERS_OF_ALL,
      'content-type': PROBLEM_CONTENT_TYPE,
      'content-length': String(Buffer.byteLength(body)),
      ...refused.headers,
    },
  });
}

/** @throws RequestRefused */
function admit({ headers, url = '' }: IncomingMessage, guard: RequestGuard): void {
  const objection = guard.objection(headers.host, headers.origin);
  if (objection !== undefined) throw new RequestRefused('ForbiddenHost', objection);
  if (url.length > URL_LENGTH_MAX) {
    throw new RequestRefused('UrlTooLong', `expected at most ${URL_LENGTH_MAX} characters`);
  }
  const length = headers['content-length'];
  if (headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')) {
    // What still comes is not worth reading.
    const close = { headers: { connection: 'close' } };
    throw new RequestRefused('BodyNotAccepted', 'everything is said in the URL', close);
  }
}

async function answer(context: ApiContext, route: Route, abort: AbortSignal): Promise<Response> {
  const given = givenParameters(context, route);
  const { outgoing } = context.env;
  const gone = new AbortController();
  const left = (): void => gone.abort();
  outgoing.once('close', left);
  if (outgoing.destroyed) left();
  const signal = AbortSignal.any([gone.signal, abort]);
  let isStream = false;
  try {
    const asked = context.env.incoming.headers;
    const { contentType, body, status = 200, headers } = await route.handle(given, signal, asked);
    if (status === 304) {
      return new Response(null, { status, headers: { ...HEADERS_OF_ALL, ...headers } });
    }
    if (body instanceof ReadableStream) {
      isStream = true;
      if (context.req.method === 'HEAD') await body.cancel();
      const sent = context.req.method === 'HEAD' ? null : body;
      const all = { ...HEADERS_OF_ALL, ...headers, 'content-type': contentType };
      return new Response(sent, { status, headers: all });
    }
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const zip =
      typeof body === 'string' &&
      bytes.length > GZIP_BYTES_MIN &&
      bestEncoding(context.req.header('accept-encoding'), ['gzip']) === 'gzip';
    const sent = zip ? await compress(bytes) : bytes;
    return new Response(sent as Uint8Array<ArrayBuffer>, {
      status,
      headers: {
        ...HEADERS_OF_ALL,
        ...headers,
        'content-type': contentType,
        'content-length': String(sent.length),
        ...(zip ? { 'content-encoding': 'gzip' } : {}),
      },
    });
  } catch (error) {
    // Whatever the leaving of a client made of its answer is no fault of ours, and nobody will read this.
    if (signal.aborted) throw new RequestRefused('Unavailable', 'the answer was given up');
    throw error;
  } finally {
    if (!isStream) outgoing.off('close', left);
  }
}

/** A misspelt filter that is passed over would give a wrong answer with a straight face. */
function givenParameters({ req }: ApiContext, { parameters }: Route): GivenParameters {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const known = inQuery.map(({ name }) => name);
  const given = new Map<string, string[]>();
  for (const [name, value] of new URL(req.url).searchParams) {
    if (!known.includes(name)) throw unknownParameter(name, known);
    const values = given.get(name);
    if (values) values.push(value);
    else given.set(name, [value]);
  }
  return {
    ...Object.fromEntries(given),
    ...Object.fromEntries(inPath.map(({ name }) => [name, req.param(name) ?? ''])),
  };
}

function unknownParameter(given: string, known: readonly string[]): RequestRefused {
  const nearest = nearestName(given.toLowerCase(), known);
  const remedy =
    nearest !== undefined
      ? `did you mean ${nearest}?`
      : known.length > 0
        ? `known are ${known.join(', ')}`
        : 'this endpoint has none';
  const parameter = shown(given);
  return new RequestRefused('InvalidParameter', `${parameter}: unknown parameter; ${remedy}`, {
    parameter,
  });
}

function shown(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
