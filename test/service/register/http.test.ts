/** HTTP of whole programs without any package of OpenTelemetry: both ways, with the trace that goes along. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type SeenSpan, WatchedPrograms } from './watched-program.ts';

const programs = new WatchedPrograms();
beforeAll(() => programs.open());
afterAll(() => programs.close());
afterEach(() => programs.takeSpans());

const SERVER = 2;
const CLIENT = 3;

/** A server, a way to ask it, and what a program does with both. */
function program(handler: string, main: string): Readonly<Record<string, string>> {
  return {
    'http.mjs': `import http, { createServer, get } from 'node:http';
function asked(url, options = {}) { return new Promise((done, failed) => { const request = get(url, options, (response) => { let text = ''; response.on('data', (data) => { text += data }).on('end', () => done(text)) }); request.on('error', failed) }) }
async function work(name) { await null; return name }
async function main(url) { ${main} }
const server = createServer(${handler}).listen(0, '127.0.0.1', async () => { try { await main('http://127.0.0.1:' + server.address().port) } finally { server.close(); server.closeAllConnections() } });`,
  };
}

async function spansOf(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<SeenSpan[]> {
  programs.write(files);
  const entry = Object.keys(files)[0]!;
  const watched = await programs.watched(entry, env);
  expect(watched).toEqual(await programs.plain(entry));
  expect(watched).toMatchObject({ code: 0, stderr: '' });
  return programs.takeSpans();
}

const ofKind = (spans: readonly SeenSpan[], kind: number) =>
  spans.filter((span) => span.kind === kind && span.scope === 'synton/http');
const named = (spans: readonly SeenSpan[], name: string) =>
  spans.filter((span) => span.name === name);

function isBelow(spans: readonly SeenSpan[], span: SeenSpan, above: SeenSpan): boolean {
  for (let at: SeenSpan | undefined = span; at !== undefined; ) {
    if (at.spanId === above.spanId) return true;
    at = spans.find(({ spanId }) => spanId === at?.parentSpanId);
  }
  return false;
}

const HANDLER = `async (request, response) => { await work('handled'); response.statusCode = request.url.startsWith('/bad') ? 503 : 200; response.end(String(await work(request.url))) }`;

describe('a request', () => {
  test('is a span of whoever sends it and one of whoever answers, with what that calls below it', async () => {
    const spans = await spansOf(
      program(HANDLER, `console.log(await asked(url + '/a/b?token=hush&q=1'))`),
    );
    const [[client], [server]] = [ofKind(spans, CLIENT), ofKind(spans, SERVER)];
    expect(client).toMatchObject({
      name: 'GET',
      status: 0,
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'network.protocol.version': '1.1',
      },
    });
    expect(client!.attributes['url.full']).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/a\/b\?token=\[redacted\]&q=1$/,
    );
    expect(server).toMatchObject({
      name: 'GET',
      status: 0,
      parentSpanId: client!.spanId,
      traceId: client!.traceId,
      attributes: {
        'url.path': '/a/b',
        'url.query': 'token=[redacted]&q=1',
        'url.scheme': 'http',
        'http.response.status_code': 200,
        'client.address': '127.0.0.1',
      },
    });
    expect(isBelow(spans, client!, named(spans, 'main')[0]!)).toBe(true);
    const work = named(spans, 'work');
    expect(work).toHaveLength(2);
    for (const span of work) expect(isBelow(spans, span, server!)).toBe(true);
  });

  test('of fetch is seen alike', async () => {
    const spans = await spansOf(
      program(
        HANDLER,
        `console.log(await (await fetch(url + '/bad', { method: 'POST', body: 'text' })).text())`,
      ),
    );
    const [[client], [server]] = [ofKind(spans, CLIENT), ofKind(spans, SERVER)];
    const attributes = { 'http.response.status_code': 503, 'error.type': '503' };
    expect(client).toMatchObject({ name: 'POST', status: 2, attributes });
    expect(server).toMatchObject({ name: 'POST', parentSpanId: client!.spanId, attributes });
    expect(server!.status).toBe(2);
  });

  test('over TLS is seen alike', async () => {
    const spans = await spansOf({
      'tls.mjs': `import https from 'node:https';
const open = { ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2', rejectUnauthorized: false };
function handled() { return 'ok' }
const server = https.createServer(open, (request, response) => response.end(handled())).listen(0, '127.0.0.1', () => {
  https.get('https://127.0.0.1:' + server.address().port + '/s', open, (response) => response.on('data', (data) => console.log(String(data))).on('end', () => server.close()));
});`,
    });
    const [[client], [server]] = [ofKind(spans, CLIENT), ofKind(spans, SERVER)];
    expect(client!.attributes['url.full']).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/s$/);
    expect(server).toMatchObject({
      parentSpanId: client!.spanId,
      attributes: { 'url.scheme': 'https', 'url.path': '/s' },
    });
    expect(isBelow(spans, named(spans, 'handled')[0]!, server!)).toBe(true);
  });

  test('that is refused, cut off, or has no answer in time, is an error of whoever sent it', async () => {
    const spans = await spansOf(
      program(
        `(request) => { if (request.url === '/cut') request.socket.destroy() }`,
        `for (const ask of [() => asked('http://127.0.0.1:1/'), () => asked(url + '/cut'), () => asked(url + '/late', { signal: AbortSignal.timeout(50) }), () => fetch('http://127.0.0.1:9/').catch((error) => { throw error.cause ?? error }), () => fetch(url + '/late', { signal: AbortSignal.timeout(50) })]) await ask().catch((error) => console.log(error.name))`,
      ),
    );
    const clients = ofKind(spans, CLIENT);
    const types = clients.map(({ attributes }) => attributes['error.type']);
    expect(types).toEqual(
      expect.arrayContaining(['ECONNREFUSED', 'ECONNRESET', 'ABORT_ERR', 'TimeoutError']),
    );
    for (const { status, events } of clients) {
      expect(status).toBe(2);
      expect(events.map(({ name }) => name)).toEqual(['exception']);
    }
    // Those who asked are gone: the server has given no answer, and none is made up.
    for (const { attributes } of ofKind(spans, SERVER)) {
      expect(attributes['http.response.status_code']).toBeUndefined();
    }
  });

  test('has its own handler as context, on one connection and with its body in pieces', async () => {
    const spans = await spansOf(
      program(
        `(request, response) => { let text = ''; request.on('data', (data) => { text += data }); request.on('end', () => { ended(text); response.end(text) }) }`,
        `globalThis.ended = function ended(text) { return text };
         const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
         const post = (path) => new Promise((done) => { const request = http.request(url + path, { agent, method: 'PUT' }, (response) => { response.resume().on('end', done) }); request.write(path); setTimeout(() => request.end('end'), 5) });
         await Promise.all([post('/1'), post('/2')]); agent.destroy()`,
      ),
    );
    const servers = ofKind(spans, SERVER);
    const clients = ofKind(spans, CLIENT);
    const handlers = named(spans, 'globalThis.ended').concat(named(spans, 'ended'));
    expect([servers, clients, handlers].map(({ length }) => length)).toEqual([2, 2, 2]);
    expect(new Set(servers.map(({ parentSpanId }) => parentSpanId))).toEqual(
      new Set(clients.map(({ spanId }) => spanId)),
    );
    for (const server of servers) {
      expect(handlers.filter((one) => isBelow(spans, one, server))).toHaveLength(1);
    }
  });
});

describe('the trace', () => {
  const TRACE = 'c'.repeat(32);

  test('comes with a request, and one that a program has told of is left to it', async () => {
    const given = `00-${TRACE}-${'d'.repeat(16)}-01`;
    const spans = await spansOf(
      program(
        `(request, response) => response.end(request.headers.traceparent)`,
        `const headers = { traceparent: '${given}' }; console.log(await asked(url, { headers }), await (await fetch(url, { headers })).text())`,
      ),
    );
    expect(ofKind(spans, CLIENT)).toEqual([]);
    const servers = ofKind(spans, SERVER);
    expect(servers).toHaveLength(2);
    for (const { traceId, parentSpanId } of servers) {
      expect([traceId, parentSpanId]).toEqual([TRACE, 'd'.repeat(16)]);
    }
  });

  test('is that of whoever started the program, where a request has none', async () => {
    programs.write(
      program(
        `(request, response) => response.end('ok')`,
        `await new Promise((done) => { import('node:net').then(({ connect }) => { const socket = connect(new URL(url).port, '127.0.0.1', () => socket.write('GET /raw HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n')); socket.resume().on('close', done) }) })`,
      ),
    );
    await programs.watched('http.mjs', { TRACEPARENT: `00-${TRACE}-${'e'.repeat(16)}-01` });
    const [server] = ofKind(programs.takeSpans(), SERVER);
    expect(server).toMatchObject({ traceId: TRACE, parentSpanId: 'e'.repeat(16) });
  });
});

test.each([
  ['off', 0, 0],
  ['undici', 1, 0],
  ['http', 1, 2],
  ['auto', 2, 2],
])('SYNTON_INSTRUMENTATIONS=%s: %i sent, %i answered', async (names, sent, answered) => {
  programs.write(program(HANDLER, `await asked(url); await (await fetch(url)).text()`));
  const { stderr } = await programs.watched('http.mjs', { SYNTON_INSTRUMENTATIONS: names });
  const spans = programs.takeSpans();
  expect([ofKind(spans, CLIENT).length, ofKind(spans, SERVER).length]).toEqual([sent, answered]);
  // Who asks by name for a package that is not there is told, and has what there is without it.
  const asked = /^(?:http|undici)$/.test(names);
  expect(stderr).toEqual(
    asked
      ? expect.stringMatching(
          `^synton: ${names} is not instrumented: npm i -D @opentelemetry/instrumentation-${names}@[0-9.]+\n$`,
        )
      : '',
  );
});

test('our own requests are no spans, however long the program runs', async () => {
  programs.write({
    'long.mjs': `function tick() {}\nfor (let n = 0; n < 30; n++) { tick(); await new Promise((done) => setTimeout(done, 100)) }`,
  });
  await programs.watched('long.mjs', { OTEL_BSP_SCHEDULE_DELAY: '50' });
  const spans = programs.takeSpans();
  expect(named(spans, 'tick').length).toBeGreaterThan(10);
  expect(spans.filter(({ kind }) => kind === CLIENT || kind === SERVER)).toEqual([]);
});
