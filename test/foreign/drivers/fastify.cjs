/** fastify: hooks, plugins, schemas whose code is made as text, over its own injection and over a socket. */
const fastify = require('fastify');

async function main() {
  const { surface, tell } = await import('./transcript.mjs');
  surface('fastify', fastify, 1);
  const app = fastify({ genReqId: () => 'id', ajv: { customOptions: { coerceTypes: 'array' } } });
  const order = [];
  for (const name of [
    'onRequest',
    'preParsing',
    'preValidation',
    'preHandler',
    'preSerialization',
    'onSend',
    'onResponse',
    'onError',
  ])
    app.addHook(name, async () => void order.push(name));
  app.addHook('onRoute', ({ method, url }) => void order.push(`${method} ${url}`));
  app.addHook('onClose', async () => void order.push('closed'));
  app
    .decorate('shared', { n: 1 })
    .decorateRequest('user', null)
    .decorateReply('done', function () {
      return this.code(202);
    });
  app.addContentTypeParser('text/odd', { parseAs: 'string' }, (_, body, done) =>
    done(null, body.split('')),
  );
  const schema = {
    querystring: {
      type: 'object',
      required: ['n'],
      properties: {
        n: { type: 'integer', minimum: 2 },
        list: { type: 'array', items: { type: 'string' } },
      },
    },
    response: {
      200: {
        type: 'object',
        properties: { n: { type: 'number' }, when: { type: 'string', format: 'date-time' } },
      },
    },
  };
  app.get('/', async () => ({ hello: 'world' }));
  app.get('/checked', { schema }, async ({ query }) => ({
    ...query,
    when: new Date(0),
    hidden: true,
  }));
  app.get(
    '/callback/:a/:b(^\\d+$)',
    (request, reply) => void reply.header('x-a', request.params.a).send(request.params),
  );
  app.get('/throws', () => {
    throw Object.assign(new Error('thrown'), { statusCode: 409, code: 'E_OWN' });
  });
  app.get('/rejects', async () => {
    await null;
    throw new RangeError('rejected');
  });
  app.get('/nothing', async () => undefined);
  app.get('/twice', (_, reply) => {
    reply.send('one');
    reply.send('two');
  });
  app.get('/stream', (_, reply) =>
    reply.type('text/plain').send(require('node:stream').Readable.from(['a', 'b'])),
  );
  app.get('/done', (_, reply) => reply.done().send([app.shared, reply.statusCode]));
  app.post('/echo', async ({ body }) => ({ body }));
  app.get('/redirect', (_, reply) => reply.redirect('/', 303));
  app.get('/late', (_, reply) => {
    setTimeout(() => reply.send('late'), 2);
    return reply;
  });
  app.register(
    async (child) => {
      child.decorate('mine', 7);
      child.setErrorHandler((error, _, reply) => reply.code(499).send({ own: error.message }));
      child.setNotFoundHandler((_, reply) => reply.code(404).send('not below here'));
      child.get('/throws', async () => {
        throw new Error(`below ${child.mine}`);
      });
      child.addHook('preHandler', (_, __, next) => next());
    },
    { prefix: '/child' },
  );
  app.register((_, __, next) => next(), { name: 'plain' });
  await tell('ready', async () => void (await app.ready()));
  const ask = async (options) => {
    const {
      statusCode,
      headers: { date: _, ...headers },
      payload,
    } = await app.inject(options);
    return [statusCode, headers, payload];
  };
  const paths = [
    '/',
    '/checked?n=5&list=a',
    '/checked?n=1',
    '/checked',
    '/callback/x/12',
    '/callback/x/y',
    '/throws',
    '/rejects',
    '/nothing',
    '/stream',
    '/done',
    '/redirect',
    '/late',
    '/child/throws',
    '/child/none',
    '/none',
    '/%2',
    '/twice',
  ];
  for (const path of paths) await tell(`GET ${path}`, () => ask(path));
  for (const method of ['HEAD', 'OPTIONS', 'PUT'])
    await tell(method, () => ask({ method, url: '/' }));
  for (const [type, payload] of [
    ['application/json', '{"a":1}'],
    ['application/json', '{"a":'],
    ['application/json', '{"__proto__":{}}'],
    ['application/json', ''],
    ['text/odd', 'abc'],
    ['text/plain', 'plain'],
    ['no/such', 'x'],
  ])
    await tell(`POST ${type} ${payload}`, () =>
      ask({ method: 'POST', url: '/echo', headers: { 'content-type': type }, payload }),
    );
  tell('routes', () => app.printRoutes());
  tell('plugins', () => app.printPlugins().replace(/ \d[\d.]* ms/g, ''));
  tell('decorated twice', () => app.decorate('shared', 1));
  tell('late route', () => app.get('/later', () => {}));
  await tell('a schema that is none', async () => {
    const other = fastify();
    other.get('/', { schema: { body: { type: 'nope' } } }, () => {});
    await other.ready();
  });
  await tell('a plugin that fails', async () => {
    const other = fastify();
    other.register(async () => {
      throw new Error('plugin');
    });
    await other.ready();
  });
  await tell('listen', async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address();
    return (await fetch(`http://127.0.0.1:${port}/`)).json();
  });
  await tell('close', async () => void (await app.close()));
  tell('order', () => order);
}
main();
