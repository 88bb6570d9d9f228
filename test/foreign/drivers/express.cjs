/** express: middleware, routes, errors and files over a socket of its own. */
const { once } = require('node:events');
const { join } = require('node:path');
const express = require('express');

async function main() {
  const { surface, tell } = await import('./transcript.mjs');
  surface('express', express, 2);
  const app = express();
  app.set('etag', 'strong').disable('x-powered-by').set('trust proxy', true);
  const calls = [];
  app.use((request, _, next) => {
    calls.push(`${request.method} ${request.url}`);
    next();
  });
  app.use(
    express.json({ limit: 200 }),
    express.urlencoded({ extended: true }),
    express.text(),
    express.raw({ type: 'bytes/*' }),
  );
  app.get('/', (request, response) =>
    response.send(`hello ${request.query.name ?? request.ip.length}`),
  );
  app.get('/users/:id{.:ext}', (request, response) => response.json(request.params));
  app.param('number', (request, _, next, value) => {
    if (Number.isNaN(Number(value))) next(new TypeError(`no number: ${value}`));
    else {
      request.number = Number(value);
      next();
    }
  });
  app.get('/double/:number', (request, response) =>
    response
      .status(201)
      .type('txt')
      .send(String(request.number * 2)),
  );
  app
    .route('/echo')
    .post((request, response) =>
      response.send({ body: request.body, type: request.get('content-type') }),
    )
    .all((_, response) => response.sendStatus(405));
  app.get('/throws', () => {
    throw Object.assign(new Error('thrown'), { status: 418 });
  });
  app.get('/rejects', async () => {
    await null;
    throw new RangeError('rejected');
  });
  app.get(
    '/next',
    (_, __, next) => next('route'),
    (_, response) => response.send('wrong'),
  );
  app.get('/next', (_, response) => response.redirect(301, '/next/../'));
  app.get('/format', (_, response) =>
    response.format({
      text: () => response.send('text'),
      json: () => response.json({ a: 1 }),
      default: () => response.sendStatus(406),
    }),
  );
  app.get('/file', (_, response) =>
    response.sendFile(join(__dirname, 'transcript.mjs'), { maxAge: 1_000, lastModified: false }),
  );
  app.get('/none', (_, response, next) => response.sendFile('/no/such/file', next));
  app.get('/cookie', (_, response) =>
    response
      .cookie('a', 'b', { httpOnly: true, maxAge: 0, expires: new Date(0) })
      .clearCookie('c')
      .attachment('x.txt')
      .links({ next: '/n' })
      .vary('Accept')
      .end(),
  );
  app.get('/stream', async (_, response) => {
    for (const part of ['a', 'b']) {
      response.write(part);
      await new Promise((done) => setImmediate(done));
    }
    response.end();
  });
  app
    .engine('txt', (path, options, done) =>
      done(null, `${options.title} of ${require('node:path').basename(path)}`),
    )
    .set('views', __dirname)
    .set('view engine', 'txt');
  app.get('/view', (_, response) => response.render('nothing', { title: 'x' }));
  const nested = express.Router({ mergeParams: true, caseSensitive: true });
  nested.use((_, response, next) => {
    response.locals.seen = true;
    next();
  });
  nested.get('/deep', (request, response) =>
    response.json({ ...request.params, base: request.baseUrl, ...response.locals }),
  );
  app.use('/nested/:of', nested);
  app.use('/static', express.static(__dirname, { index: false, etag: false, lastModified: false }));
  app.use((_, response) => response.status(404).send('nothing here'));
  app.use((error, _, response, __) => {
    tell('handled', () => error);
    response.status(error.status ?? 500).json({ name: error.name, message: error.message });
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const ask = async (path, init) => {
    const response = await fetch(url + path, { redirect: 'manual', ...init });
    const { date: _, ...headers } = Object.fromEntries(response.headers);
    return [response.status, headers, await response.text()];
  };
  const paths = [
    '/',
    '/?name=ann&a[b]=1',
    '/users/7',
    '/users/7.json',
    '/users/%E0%A4%A',
    '/double/4',
    '/double/x',
    '/throws',
    '/rejects',
    '/next',
    '/format',
    '/file',
    '/none',
    '/cookie',
    '/stream',
    '/view',
    '/nested/a/deep',
    '/nested/a/DEEP',
    '/static/semver.cjs',
    '/static/../x',
    '/static',
    '/nowhere',
  ];
  for (const path of paths) await tell(`GET ${path}`, () => ask(path));
  for (const path of paths.slice(0, 6))
    await tell(`HEAD ${path}`, () => ask(path, { method: 'HEAD' }));
  for (const accept of ['text/plain', 'application/json', 'image/png'])
    await tell(`accept ${accept}`, () => ask('/format', { headers: { accept } }));
  for (const [type, body] of [
    ['application/json', '{"a":[1]}'],
    ['application/json', '{'],
    ['application/json', `"${'x'.repeat(300)}"`],
    ['application/x-www-form-urlencoded', 'a[b]=1&c=2'],
    ['text/plain', 'text'],
    ['bytes/x', 'raw'],
    ['application/json; charset=odd', '{}'],
  ])
    await tell(`POST ${type} ${body.slice(0, 9)}`, () =>
      ask('/echo', { method: 'POST', headers: { 'content-type': type }, body }),
    );
  await tell('DELETE', () => ask('/echo', { method: 'DELETE' }));
  tell('calls', () => calls);
  server.close();
  server.closeAllConnections();
}
main();
