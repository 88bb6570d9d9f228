/**
 * Answers browsers on the API's listener with the page: its files by name, its first document for every other path that a browser opens,
 * and at /api the list of endpoints. Paths of the API are left to it, and so is whoever does not ask for HTML.
 */
import type { IncomingMessage } from 'node:http';
import { asksForType, bestEncoding } from '../accepted.ts';
import { API_PREFIX } from '../routes/route.ts';
import { PageFiles } from './page-files.ts';
import { PAGE_HEADERS } from './page-headers.ts';
import { ASSETS_PREFIX, PAGE_INDEX, type PageFile } from './page-manifest.ts';
import { plainPage } from './plain-page.ts';

export interface PageParts {
  /** Of the built page. @default that of this package */
  readonly folder?: string | undefined;
  /** HTML of the list of endpoints, for the body of a page. */
  readonly endpoints: () => Promise<string>;
}

const API_PAGE = /^\/api\/?$/;
const NOT_OF_THE_PAGE = /^\/(?:api|assets|health|ready|metrics)(?:\/|$)/;
/** What climbs, or hides that it does, is no path of the page whatever a browser would make of it. */
const CLIMBS = /\.\.|\\|%(?:2e|2f|5c|00)/i;
/** As the page asks for it, without a revision: the browser asks ahead, while it still reads what the page is made of. */
const TRACE_PAGE = /^\/trace\/([0-9a-f]{32})\/?$/i;
const YEAR_SECONDS = 31_536_000;
const NOT_BUILT = `<h1>Synton</h1>
<p>Synton runs, but its page was not built.</p>
<p>In its folder, <code>npm run build:page</code> builds it; then load this page again.</p>
<p>Everything that the page shows can be asked for: <a href="/api">the endpoints of the API</a>.</p>`;

export class PageServer {
  readonly #files: PageFiles;
  readonly #endpoints: () => Promise<string>;

  constructor({ folder, endpoints }: PageParts) {
    this.#files = new PageFiles(folder);
    this.#endpoints = endpoints;
  }

  /** Undefined where the request is not for the page. HEAD is answered as GET; who sends it leaves the body out. */
  async answer({ method, url = '', headers }: IncomingMessage): Promise<Response | undefined> {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const path = url.replace(/[?#].*$/s, '');
    if (path.startsWith(ASSETS_PREFIX)) return this.#file(path, headers);
    if (API_PAGE.test(path)) return plainPage('Synton: the API', await this.#endpoints());
    if (!asksForType(headers.accept, 'text/html')) return undefined;
    if (NOT_OF_THE_PAGE.test(path) || CLIMBS.test(path)) return undefined;
    await this.#files.refresh();
    const index = await this.#file(PAGE_INDEX, headers);
    if (index === undefined) return plainPage('Synton', NOT_BUILT, 503);
    const traceId = TRACE_PAGE.exec(path)?.[1]?.toLowerCase();
    if (traceId !== undefined)
      index.headers.set(
        'link',
        `<${API_PREFIX}/outline/${traceId}>; rel=preload; as=fetch; crossorigin`,
      );
    return index;
  }

  async #file(path: string, headers: IncomingMessage['headers']): Promise<Response | undefined> {
    const file = await this.#files.find(path);
    if (file === undefined) return undefined;
    const encoding = bestEncoding(headers['accept-encoding'], file.encodings);
    const etag = `"${file.hash}${encoding === undefined ? '' : `-${encoding}`}"`;
    const told = { ...PAGE_HEADERS, etag, ...keeping(path, file) };
    if (isKnown(headers['if-none-match'], etag))
      return new Response(null, { status: 304, headers: told });
    const content = await this.#files.content(path, encoding);
    if (content === undefined) return undefined;
    return new Response(new Uint8Array(content), {
      headers: {
        ...told,
        'content-type': file.contentType,
        'content-length': String(content.length),
        ...(encoding !== undefined && { 'content-encoding': encoding }),
      },
    });
  }
}

function keeping(path: string, { isImmutable }: PageFile): Record<string, string> {
  return {
    'cache-control': isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
    // Programs get something else at the same address.
    vary: path === PAGE_INDEX ? 'accept, accept-encoding' : 'accept-encoding',
  };
}

/** Of validators, weak ones too: a 304 asks for no more (RFC 9110, 13.1.2). */
function isKnown(header: string | undefined, etag: string): boolean {
  const given = (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return given.includes(etag) || given.includes('*');
}
