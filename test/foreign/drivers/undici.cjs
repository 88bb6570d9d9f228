/** undici: classes with private fields, streams, pools and mocks, against a server of its own. */
const { createServer } = require('node:http');
const { once } = require('node:events');
const undici = require('undici');

async function main() {
  const { surface, tell } = await import('./transcript.mjs');
  surface('undici', undici, 2);
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.url === '/slow') await new Promise((done) => setTimeout(done, 300));
    if (request.url === '/destroy') return response.destroy();
    if (request.url === '/redirect') return response.writeHead(302, { location: '/after' }).end();
    if (request.url === '/gzip')
      return response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(require('node:zlib').gzipSync('packed'));
    if (request.url === '/many') {
      for (let n = 0; n < 50; n++) response.write(`${n},`.repeat(100));
      return response.end();
    }
    response
      .writeHead(request.url === '/bad' ? 500 : 200, {
        'x-method': request.method,
        'set-cookie': ['a=1; Path=/', 'b=2; HttpOnly'],
      })
      .end(JSON.stringify({ url: request.url, body }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const hidden = (text) =>
    text.replaceAll(origin, 'http://here').replaceAll(/127\.0\.0\.1:\d+/g, 'here');
  const read = async ({ statusCode, headers: { date: _, ...headers }, body }) => [
    statusCode,
    headers,
    (await body.text()).length,
  ];
  const safely = (call) => async () => {
    try {
      return await call();
    } catch (error) {
      for (const key of ['message', 'stack'])
        if (error[key]) Object.defineProperty(error, key, { value: hidden(error[key]) });
      delete error.socket;
      if (error.cause) error.cause = [error.cause.code, error.cause.name];
      throw error;
    }
  };
  const client = new undici.Client(origin, { pipelining: 3 });
  const pool = new undici.Pool(origin, { connections: 2 });
  const agent = new undici.Agent({ keepAliveTimeout: 50 }).compose(
    undici.interceptors.redirect({ maxRedirections: 2 }),
    undici.interceptors.retry({ maxRetries: 1, minTimeout: 1 }),
  );
  for (const [name, dispatcher] of Object.entries({ client, pool, agent })) {
    for (const path of ['/', '/bad', '/redirect', '/gzip', '/many', '/destroy']) {
      await tell(
        `${name} ${path}`,
        safely(async () => read(await dispatcher.request({ origin, path, method: 'GET' }))),
      );
    }
    await tell(
      `${name} POST`,
      safely(async () =>
        (
          await dispatcher.request({
            origin,
            path: '/',
            method: 'POST',
            body: 'sent',
            headers: { 'x-a': 'b' },
          })
        ).body.json(),
      ),
    );
    await tell(
      `${name} aborted`,
      safely(() =>
        dispatcher.request({
          origin,
          path: '/slow',
          method: 'GET',
          signal: AbortSignal.abort(new Error('gone')),
        }),
      ),
    );
    await tell(
      `${name} wrong`,
      safely(() => dispatcher.request({ origin, path: 'no slash', method: 'GET' })),
    );
  }
  await tell(
    'together',
    safely(() =>
      Promise.all(
        Array.from({ length: 6 }, async (_, n) =>
          read(await pool.request({ path: `/${n}`, method: 'GET' })),
        ),
      ),
    ),
  );
  await tell(
    'stream',
    safely(async () => {
      const parts = [];
      await undici.stream(
        `${origin}/`,
        { opaque: parts },
        ({ opaque }) =>
          new (require('node:stream').Writable)({
            write(chunk, _, done) {
              opaque.push(String(chunk));
              done();
            },
          }),
      );
      return parts.map(hidden);
    }),
  );
  await tell(
    'fetch',
    safely(async () => {
      const response = await undici.fetch(`${origin}/redirect`);
      return [
        response.status,
        response.redirected,
        hidden(response.url),
        undici.getSetCookies(response.headers),
        await response.json(),
      ];
    }),
  );
  await tell(
    'fetch, form',
    safely(async () => {
      const form = new undici.FormData();
      form.set('a', new Blob(['b']), 'c.txt');
      const { url, method, body } = new undici.Request(`${origin}/`, {
        method: 'POST',
        body: form,
      });
      return [hidden(url), method, body.constructor.name];
    }),
  );
  await tell(
    'fetch, nobody',
    safely(() => undici.fetch('http://127.0.0.1:1/')),
  );
  tell('headers', () => [...new undici.Headers({ b: '1', A: '2' })]);
  tell('headers, wrong', () => new undici.Headers({ 'a b': '1' }));
  tell('response', () => undici.Response.json({ a: 1 }, { status: 201 }));
  tell('mime', () => [
    undici.parseMIMEType('text/html; charset="utf-8"'),
    undici.serializeMIMEType?.(undici.parseMIMEType('a/b;c=d')),
  ]);
  const mocks = new undici.MockAgent({ enableCallHistory: true });
  mocks.disableNetConnect();
  mocks
    .get('http://mocked')
    .intercept({ path: /\/a/, method: 'GET' })
    .reply(200, ({ path }) => ({ path }), { headers: { 'x-mock': '1' } })
    .times(2);
  await tell(
    'mock',
    safely(async () => read(await undici.request('http://mocked/a1', { dispatcher: mocks }))),
  );
  await tell(
    'mock, unknown',
    safely(() => undici.request('http://mocked/b', { dispatcher: mocks })),
  );
  tell('pending', () => mocks.pendingInterceptors().length);
  await tell('close', () => Promise.all([client.close(), pool.destroy(), mocks.close()]));
  await tell(
    'closed',
    safely(() => client.request({ path: '/', method: 'GET' })),
  );
  server.close();
  server.closeAllConnections();
  await undici.getGlobalDispatcher().destroy();
}
main();
