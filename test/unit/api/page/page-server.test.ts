/** The page over HTTP: who gets it, in which form, how long it may be kept, and what is never served. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asked, type RunningApi, runningApi } from '../running-api.ts';
import { buildPage, emptyFolder, INDEX, MAIN, MAIN_PATH } from './built-page.ts';

const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

interface Pages {
  readonly api: RunningApi;
  /** As a browser does. */
  open(path: string, headers?: Asked['headers'], method?: string): ReturnType<RunningApi['ask']>;
}

let shared: string;
beforeAll(() => {
  shared = mkdtempSync(join(tmpdir(), 'synton-page-'));
  buildPage(shared);
});
afterAll(() => rmSync(shared, { recursive: true, force: true }));

async function pages(folder: string = shared): Promise<Pages> {
  const api = await runningApi({ pageFolder: folder });
  return {
    api,
    open: (path, headers = {}, method = 'GET') =>
      api.ask(path, { method, headers: { accept: HTML, ...headers } }),
  };
}

test('the page of a trace has its outline asked for ahead', async () => {
  const { open } = await pages();
  const traceId = '4BF92F3577b34da6a3ce929d0e0e4736';
  const first = await open(`/trace/${traceId}?view=flame`);
  const link = `</api/v1/instr/outline/${traceId.toLowerCase()}>; rel=preload; as=fetch; crossorigin`;
  expect(first.headers.link).toBe(link);
  const again = await open(`/trace/${traceId}`, { 'if-none-match': first.headers.etag! });
  expect([again.status, again.headers.link]).toEqual([304, link]);
  for (const path of ['/', '/traces', '/trace/none', `/trace/${traceId}/more`, `/x/${traceId}`])
    expect((await open(path)).headers.link).toBeUndefined();
});

describe('who gets the page', () => {
  test.each([
    '/',
    '/traces',
    '/trace/4bf92f3577b34da6a3ce929d0e0e4736?view=flame',
    '/anything/else',
  ])('a browser at %s', async (path) => {
    const { open } = await pages();
    const answer = await open(path);
    expect([answer.status, answer.text]).toEqual([200, INDEX]);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  });

  test.each([undefined, '*/*', 'application/json', 'text/html;q=0, */*'])(
    'not who accepts %s',
    async (accept) => {
      const { api } = await pages();
      const headers = accept === undefined ? {} : { accept };
      const list = await api.ask('/', { headers });
      expect([list.status, list.headers['content-type']]).toEqual([
        200,
        'text/plain; charset=utf-8',
      ]);
      expect(list.text).toContain('/api/v1/instr/traces');
      expect(list.headers.vary).toBe('accept, accept-encoding');
      expect((await api.ask('/traces', { headers })).json()).toMatchObject({ code: 'NotFound' });
    },
  );

  test.each(['/health', '/metrics', '/api/v1/instr/stats', '/ready'])(
    '%s is the API’s for browsers too',
    async (path) => {
      const { open } = await pages();
      const answer = await open(path);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).not.toMatch(/html/);
    },
  );

  test.each(['/api/v1/nothing', '/api/nothing', '/healthy/../health/x', '/assets/nothing.js'])(
    '%s is nothing',
    async (path) => {
      const { open } = await pages();
      expect((await open(path)).status).toBe(404);
    },
  );

  test('what is done and not asked does not get it', async () => {
    const { open } = await pages();
    expect((await open('/', {}, 'POST')).status).toBe(405);
    expect((await open('/traces', {}, 'POST')).status).toBe(404);
  });

  test('pages of other hosts and origins do not get it', async () => {
    const { open } = await pages();
    for (const path of ['/', MAIN_PATH, '/api'])
      for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }])
        expect((await open(path, headers)).status, path).toBe(403);
  });
});

describe('what it carries', () => {
  test('a policy that lets nothing run that is not its own', async () => {
    const { open } = await pages();
    for (const path of ['/', MAIN_PATH]) {
      const { headers } = await open(path);
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  test('files named by their content are kept for good, the document is asked for anew', async () => {
    const { open } = await pages();
    const kept = async (path: string) => (await open(path)).headers['cache-control'];
    expect(await kept(MAIN_PATH)).toBe('public, max-age=31536000, immutable');
    expect(await kept('/')).toBe('no-cache');
  });

  test('several that are the first of a service’s life are all answered', async () => {
    // As under a page that is open while the service starts again.
    const paths = [MAIN_PATH, '/assets/main-efgh5678.css', '/assets/shared-ijkl9012.js', '/'];
    for (let round = 0; round < 10; round++) {
      const { open } = await pages();
      const answers = await Promise.all([...paths, ...paths].map((path) => open(path)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    }
  });

  test('who has it already gets nothing', async () => {
    const { open } = await pages();
    for (const path of ['/', MAIN_PATH]) {
      const { headers } = await open(path);
      const etag = headers.etag!;
      for (const known of [etag, `"other", W/${etag}`, '*']) {
        const again = await open(path, { 'if-none-match': known });
        expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
        expect(again.headers['cache-control']).toBe(headers['cache-control']);
      }
      expect((await open(path, { 'if-none-match': '"other"' })).status).toBe(200);
      // Another form of it is other bytes.
      expect((await open(path, { 'if-none-match': `"x${etag.slice(1)}` })).status).toBe(200);
    }
  });

  test.each([
    [undefined, undefined],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0.1, gzip;q=0.2', 'gzip'],
    ['identity', undefined],
    ['*;q=0', undefined],
  ])('Accept-Encoding %s: %s', async (given, expected) => {
    const { open } = await pages();
    const answer = await open(MAIN_PATH, given === undefined ? {} : { 'accept-encoding': given });
    expect(answer.headers['content-encoding']).toBe(expected);
    expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
    expect(answer.headers.vary).toBe('accept-encoding');
    const plain =
      expected === 'br'
        ? brotliDecompressSync(answer.bytes)
        : expected === 'gzip'
          ? gunzipSync(answer.bytes)
          : answer.bytes;
    expect(plain.toString()).toBe(MAIN);
  });

  test('forms of a file have validators of their own', async () => {
    const { open } = await pages();
    const etags = [];
    for (const encoding of ['br', 'gzip', 'identity'])
      etags.push((await open(MAIN_PATH, { 'accept-encoding': encoding })).headers.etag);
    expect(new Set(etags).size).toBe(3);
  });

  test('HEAD gives the headers of GET', async () => {
    const { open } = await pages();
    for (const path of ['/', MAIN_PATH, '/api']) {
      const got = await open(path, { 'accept-encoding': 'br' });
      const head = await open(path, { 'accept-encoding': 'br' }, 'HEAD');
      const { date: _, ...expected } = got.headers;
      expect([head.status, head.text]).toEqual([got.status, '']);
      expect(head.headers).toMatchObject(expected);
    }
  });
});

describe('what is never served', () => {
  test.each([
    '/page.json',
    '/index.html',
    '/.vite/manifest.json',
    `${MAIN_PATH}.br`,
    '/assets/../page.json',
    '/assets/../../page.json',
    '/assets/..%2fpage.json',
    '/assets/%2e%2e/page.json',
    '/assets/..\\page.json',
    '/assets//etc/passwd',
    '/assets/%00',
    '/assets/__proto__',
    '/assets/constructor',
    '/assets/',
    '//etc/passwd',
  ])('%s', async (path) => {
    const { api } = await pages();
    const answer = await api.ask(path);
    // A backslash is no part of a URL at all.
    expect(answer.status).toBe(path.includes('\\') ? 400 : 404);
  });

  test.each([
    '/../../etc/passwd',
    '/a/../../etc/passwd',
    '/%2e%2e/etc/passwd',
    '/..%5cetc',
    '/a%00',
  ])('%s for a browser', async (path) => {
    const { open } = await pages();
    expect((await open(path)).status).toBe(404);
  });
});

describe('a page that is not there', () => {
  test('is said to whoever opens it, until it is built', async () => {
    const folder = emptyFolder();
    const api = await runningApi({ pageFolder: folder });
    const open = () => api.ask('/', { headers: { accept: HTML } });
    const missing = await open();
    expect([missing.status, missing.headers['content-type']]).toEqual([
      503,
      'text/html; charset=utf-8',
    ]);
    expect(missing.text).toContain('npm run build:page');
    expect((await api.ask('/')).status).toBe(200);
    expect((await api.ask(MAIN_PATH)).status).toBe(404);
    buildPage(folder);
    expect((await open()).text).toBe(INDEX);
    expect((await api.ask(MAIN_PATH)).text).toBe(MAIN);
  });

  test('one that is built anew takes its place', async () => {
    const folder = emptyFolder();
    buildPage(folder);
    const { open, api } = await pages(folder);
    expect((await open('/')).text).toBe(INDEX);
    expect((await open(MAIN_PATH)).text).toBe(MAIN);
    const changed = INDEX.replace('Synton', 'Synton, newer');
    buildPage(folder, { 'index.html': changed, 'assets/more-uvwx1234.js': 'export {};\n' });
    utimesSync(join(folder, 'page.json'), new Date(), new Date(Date.now() + 5_000));
    expect((await open('/')).text).toBe(changed);
    expect((await open('/assets/more-uvwx1234.js')).status).toBe(200);
    expect(api.logged).toEqual([]);
  });

  test('a list of files that cannot be read is no page', async () => {
    const folder = emptyFolder();
    buildPage(folder);
    writeFileSync(join(folder, 'page.json'), '{"/index.html":');
    const api = await runningApi({ pageFolder: folder });
    expect((await api.ask('/', { headers: { accept: HTML } })).status).toBe(503);
  });
});

describe('/api', () => {
  test('lists every endpoint, without a script, under a policy that names its style', async () => {
    const { api, open } = await pages();
    const { headers, text } = await open('/api');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const { paths } = (await api.ask('/api/v1/instr/openapi.json')).json<{ paths: object }>();
    for (const path of Object.keys(paths)) expect(text).toContain(`${path}<`);
    const style = /<style>([\s\S]*)<\/style>/.exec(text)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
    expect(text).not.toMatch(/<script|\sstyle=|\son\w+=|https?:\/\//);
    expect(text).toContain('light dark');
  });

  test('is there without the page, and for programs', async () => {
    const api = await runningApi({ pageFolder: emptyFolder() });
    expect((await api.ask('/api')).status).toBe(200);
    expect((await api.ask('/api/')).status).toBe(200);
  });
});
