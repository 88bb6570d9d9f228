/**
 * Real libraries with OpenTelemetry's instrumentation of them, in programs that know nothing of it: what is imported
 * and what is required is seen alike, and the program does what it does without.
 */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { WatchedPrograms } from '../../service/register/watched-program.ts';

const programs = new WatchedPrograms();
before(async () => {
  await programs.open();
  const own = (name) => join(import.meta.dirname, name);
  symlinkSync(own('node_modules'), join(programs.folder, 'node_modules'));
});
after(() => programs.close());
afterEach(() => programs.takeSpans());

/** Names that a program has → modules that they come from. A name in braces is a named export. */
function header(imports, isImported) {
  return Object.entries(imports)
    .map(([name, from]) =>
      isImported ? `import ${name} from '${from}';` : `const ${name} = require('${from}');`,
    )
    .join('\n');
}

/** Its spans, and what it said; the same as without us. @param isSame whether what it writes is to be compared */
async function run(kind, imports, body, { env = {}, isSame = true } = {}) {
  const entry = kind === 'imported' ? 'program.mjs' : 'program.cjs';
  programs.write({ [entry]: `${header(imports, kind === 'imported')}\n${body}\n` });
  copyFileSync(join(import.meta.dirname, 'package.json'), join(programs.folder, 'package.json'));
  const watched = await programs.watched(entry, env);
  if (isSame) assert.deepEqual(watched, await programs.plain(entry));
  assert.equal(watched.code, 0, watched.stderr);
  const spans = programs.takeSpans();
  return { spans, watched };
}

const byScope = (spans, scope) => spans.filter((span) => span.scope.includes(scope));
const parentOf = (spans, { parentSpanId }) => spans.find(({ spanId }) => spanId === parentSpanId);

/** The names of a span and of all above it, in one trace. */
function pathOf(spans, span) {
  const path = [];
  for (let at = span; at !== undefined; at = parentOf(spans, at)) path.unshift(at.name);
  return path;
}

/** A server that answers, a request to it, and its end. */
const SERVED = `
async function served(listen, ask) {
  const server = await new Promise((done) => { const one = listen(() => setImmediate(() => done(one))); });
  try { console.log(await ask('http://127.0.0.1:' + server.address().port)); } finally { server.close(); }
}
function requested(url) {
  return new Promise((done, failed) => http.get(url, { agent: false }, (response) => {
    let text = ''; response.on('data', (data) => { text += data }).on('end', () => done(text));
  }).on('error', failed));
}`;

const CASES = {
  http: {
    imports: { http: 'node:http' },
    body: `${SERVED}
function price() { return 7 }
async function main() {
  await served((done) => http.createServer((request, response) => response.end('it is ' + price())).listen(0, '127.0.0.1', done), (url) => requested(url + '/a?password=hush'));
}
main();`,
    check(spans) {
      const [client, server] = [3, 2].map((kind) =>
        byScope(spans, 'instrumentation-http').find((span) => span.kind === kind),
      );
      assert.equal(server.parentSpanId, client.spanId);
      const path = pathOf(
        spans,
        spans.find(({ name }) => name === 'price'),
      );
      assert.equal(path.filter((name) => name === 'GET').length, 2);
      assert.ok(path.includes('main'), path.join());
      assert.equal(byScope(spans, 'synton/http').length, 0);
    },
  },
  undici: {
    imports: { http: 'node:http', undici: 'undici' },
    body: `${SERVED}
async function main() {
  const listen = (done) => http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1', done);
  await served(listen, async (url) => (await (await undici.request(url)).body.text()) + await (await fetch(url)).text());
}
main();`,
    check(spans) {
      const clients = byScope(spans, 'instrumentation-undici');
      assert.equal(clients.length, 2);
      for (const { spanId } of clients) {
        assert.equal(
          spans.filter((span) => span.parentSpanId === spanId && span.kind === 2).length,
          1,
        );
      }
    },
  },
  express: {
    imports: { express: 'express', http: 'node:http' },
    body: `${SERVED}
const app = express();
app.get('/orders/:id', async (request, response) => { await found(request.params.id); response.json({ id: request.params.id }) });
async function found(id) { await null; return id }
async function main() { await served((done) => app.listen(0, '127.0.0.1', done), (url) => requested(url + '/orders/5')) }
main();`,
    check(spans) {
      assert.ok(byScope(spans, 'instrumentation-express').length > 0);
      const found = spans.find(({ name }) => name === 'found');
      const path = pathOf(spans, found);
      assert.ok(path.includes('GET /orders/:id') && path.includes('main'), path.join());
    },
  },
  fastify: {
    imports: { fastify: 'fastify', http: 'node:http' },
    body: `${SERVED}
async function found(id) { await null; return { id } }
async function main() {
  const app = fastify();
  app.get('/orders/:id', (request) => found(request.params.id));
  await app.listen({ port: 0, host: '127.0.0.1' });
  console.log(await requested('http://127.0.0.1:' + app.server.address().port + '/orders/5'));
  await app.close();
}
main();`,
    check(spans) {
      assert.ok(byScope(spans, 'fastify').length > 0);
      const path = pathOf(
        spans,
        spans.find(({ name }) => name === 'found'),
      );
      assert.ok(path.includes('main') && path.some((name) => name.startsWith('GET')), path.join());
      assert.ok(
        byScope(spans, 'fastify').some(({ spanId }) =>
          spans.some((one) => one.parentSpanId === spanId),
        ),
      );
    },
  },
  grpc: {
    imports: { grpc: '@grpc/grpc-js' },
    body: `
const method = { path: '/shop.Prices/Of', requestStream: false, responseStream: false, requestSerialize: Buffer.from, requestDeserialize: String, responseSerialize: Buffer.from, responseDeserialize: String };
function price(name) { return name + ' 7' }
async function main() {
  const server = new grpc.Server();
  server.addService({ of: method }, { of: (call, done) => done(null, price(call.request)) });
  const port = await new Promise((done, failed) => server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, found) => error ? failed(error) : done(found)));
  const Prices = grpc.makeGenericClientConstructor({ of: method }, 'shop.Prices');
  const client = new Prices('127.0.0.1:' + port, grpc.credentials.createInsecure());
  console.log(await new Promise((done, failed) => client.of('shoe', (error, text) => error ? failed(error) : done(text))));
  client.close(); server.forceShutdown();
}
main();`,
    check(spans) {
      const [client, server] = [3, 2].map((kind) =>
        byScope(spans, 'instrumentation-grpc').find((span) => span.kind === kind),
      );
      assert.equal(server.parentSpanId, client.spanId);
      assert.ok(pathOf(spans, client).includes('main'));
      assert.ok(
        pathOf(
          spans,
          spans.find(({ name }) => name === 'price'),
        ).includes(server.name),
      );
    },
  },
  pino: {
    imports: { pino: 'pino' },
    body: `
const logger = pino({ base: null, timestamp: false });
function work() { logger.info({ order: 5 }, 'paid with token=hush'); logger.child({ a: 1 }).warn('late') }
work();`,
    check: checkLog,
  },
  winston: {
    imports: { winston: 'winston' },
    body: `
const logger = winston.createLogger({ transports: [new winston.transports.Console()], format: winston.format.json() });
function work() { logger.info('paid with token=hush', { order: 5 }); logger.child({ a: 1 }).warn('late') }
work();`,
    check: checkLog,
  },
  pg: {
    imports: { pg: 'pg' },
    body: failing(
      `const client = new pg.Client({ host: '127.0.0.1', port: 1, user: 'u', database: 'd' }); await client.connect()`,
    ),
    check: checkFailed('instrumentation-pg', /connect/),
  },
  mysql2: {
    imports: { mysql: 'mysql2' },
    body: failing(
      `const connection = mysql.createConnection({ host: '127.0.0.1', port: 1, user: 'u' }); connection.on('error', () => {}); await new Promise((done, failed) => connection.query('SELECT 1', (error) => error ? failed(error) : done()))`,
    ),
    check: checkFailed('instrumentation-mysql2', /SELECT/),
  },
  redis: {
    imports: { redis: 'redis' },
    body: failing(
      `const client = redis.createClient({ url: 'redis://127.0.0.1:1', socket: { reconnectStrategy: false } }); client.on('error', () => {}); await client.connect()`,
    ),
    check: checkFailed('instrumentation-redis', /connect/i),
  },
  ioredis: {
    imports: { Redis: 'ioredis' },
    body: failing(
      `const client = new Redis({ host: '127.0.0.1', port: 1, lazyConnect: true, retryStrategy: null }); client.on('error', () => {}); await client.connect()`,
    ),
    check(spans) {
      const [connect] = byScope(spans, 'instrumentation-ioredis');
      assert.equal(connect.name, 'connect');
      assert.ok(pathOf(spans, connect).includes('main'));
    },
  },
  kafkajs: {
    imports: { kafkajs: 'kafkajs' },
    body: failing(
      `const { Kafka, logLevel } = kafkajs; const producer = new Kafka({ brokers: ['127.0.0.1:1'], retry: { retries: 0 }, logLevel: logLevel.NOTHING }).producer(); await producer.connect().catch(() => {}); await producer.send({ topic: 'orders', messages: [{ value: 'a' }] })`,
      'name',
    ),
    check: checkFailed('instrumentation-kafkajs', /orders/),
  },
};

function failing(act, shown = 'code') {
  return `async function main() { ${act} }
main().catch((error) => console.log(error.${shown} ?? error.message));`;
}

function checkFailed(scope, name) {
  return (spans) => {
    const failed = byScope(spans, scope).find((span) => span.status === 2);
    assert.match(failed.name, name);
    assert.ok(pathOf(spans, failed).includes('main'), pathOf(spans, failed).join());
  };
}

/** What is written stays as it is; the span of whoever wrote it has it too. */
function checkLog(spans) {
  const { events } = spans.find(({ name }) => name === 'work');
  assert.deepEqual(
    events.map(({ name, attributes }) => [
      name,
      attributes['log.severity'],
      attributes['log.message'],
    ]),
    [
      ['log', 'info', 'paid with token=[redacted]'],
      ['log', 'warn', 'late'],
    ],
  );
}

for (const [name, { imports, body, check }] of Object.entries(CASES)) {
  for (const kind of ['imported', 'required']) {
    test(`${name}, ${kind}`, async () => {
      const { spans } = await run(kind, imports, body);
      check(spans);
    });
  }
}

test('mongodb: what sends its commands is patched', async () => {
  for (const kind of ['imported', 'required']) {
    const imports = { mongodb: 'mongodb', nodeModule: 'node:module', path: 'node:path' };
    const body = `const load = nodeModule.createRequire(path.join(process.cwd(), 'x.js'));
const { Connection } = load(path.join(path.dirname(load.resolve('mongodb')), 'cmap/connection.js'));
console.log(mongodb.MongoClient.name, Connection.prototype.command.__wrapped === true)`;
    const { watched } = await run(kind, imports, body, { isSame: false });
    assert.equal(watched.stdout, 'MongoClient true\n');
  }
});

test('a program that instruments itself is left to it: each request is one span', async () => {
  const imports = {
    '{ trace }': '@opentelemetry/api',
    '{ BasicTracerProvider }': '@opentelemetry/sdk-trace-base',
    '{ HttpInstrumentation }': '@opentelemetry/instrumentation-http',
    '{ registerInstrumentations }': '@opentelemetry/instrumentation',
  };
  const body = `${SERVED}
trace.setGlobalTracerProvider(new BasicTracerProvider());
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });
const http = require('node:http');
async function main() {
  await served((done) => http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1', done), (url) => requested(url));
}
main();`;
  const { spans } = await run('required', imports, body);
  const kinds = spans.filter(({ kind }) => kind > 1).map(({ kind, scope }) => [kind, scope]);
  assert.deepEqual(kinds.sort(), [
    [2, '@opentelemetry/instrumentation-http'],
    [3, '@opentelemetry/instrumentation-http'],
  ]);
});

test('names: only those, a missing one is told with how to get it; off is off', async () => {
  const { imports, body } = CASES.express;
  const seen = async (names) => {
    const env = { SYNTON_INSTRUMENTATIONS: names };
    const { spans, watched } = await run('imported', imports, body, { env, isSame: false });
    return [[...new Set(spans.map(({ scope }) => scope))].sort(), watched.stderr];
  };
  const own = 'synton/register';
  assert.deepEqual(await seen('off'), [[own], '']);
  assert.deepEqual(await seen('express'), [['@opentelemetry/instrumentation-express', own], '']);
  assert.deepEqual(await seen('koa, http'), [
    ['@opentelemetry/instrumentation-http', own],
    'synton: koa is not instrumented: npm i -D @opentelemetry/instrumentation-koa@latest\n',
  ]);
});

test('what is used and not seen inside is told with the counts, once, and nowhere else', async () => {
  const bare = new WatchedPrograms();
  await bare.open();
  try {
    // Its own folder of packages has the libraries alone. Of two, only one is the program's own choice.
    mkdirSync(join(bare.folder, 'node_modules'));
    for (const name of ['mysql2', 'kafkajs']) {
      symlinkSync(
        join(import.meta.dirname, 'node_modules', name),
        join(bare.folder, 'node_modules', name),
      );
    }
    bare.write({
      'package.json': JSON.stringify({ dependencies: { mysql2: '*', pg: '*' } }),
      'program.mjs': `import mysql from 'mysql2'; import kafkajs from 'kafkajs'; console.log(typeof mysql, typeof kafkajs)`,
    });
    const watched = await bare.watched('program.mjs');
    assert.deepEqual(watched, await bare.plain('program.mjs'));
    const { attributes } = bare.takeSpans().find(({ name }) => name === 'synton.calls');
    const told = attributes['synton.unseen'].values.map(({ stringValue }) => stringValue);
    assert.deepEqual(told, ['mysql2: npm i -D @opentelemetry/instrumentation-mysql2@0.69']);
  } finally {
    bare.close();
  }
});

test('a program that sets OpenTelemetry up has its own propagator', async () => {
  const imports = {
    '{ propagation, trace }': '@opentelemetry/api',
    '{ BasicTracerProvider }': '@opentelemetry/sdk-trace-base',
  };
  const body = `trace.setGlobalTracerProvider(new BasicTracerProvider());
const own = { inject: (context, carrier) => { carrier.own = 'yes' }, extract: (context) => context, fields: () => ['own'] };
const carrier = {};
console.log(propagation.setGlobalPropagator(own), (propagation.inject({ getValue() {} }, carrier), carrier.own));
function f() {} f();`;
  for (const kind of ['imported', 'required']) {
    const { spans, watched } = await run(kind, imports, body);
    assert.equal(watched.stdout, 'true yes\n');
    assert.ok(spans.some(({ name }) => name === 'f'));
  }
});

test('a package that sees a newer API than ours has our context all the same', async () => {
  const newer = new WatchedPrograms();
  await newer.open();
  try {
    const from = (name) => join(import.meta.dirname, 'node_modules', name);
    const to = (name) => join(newer.folder, 'node_modules', name);
    mkdirSync(to('@opentelemetry'), { recursive: true });
    for (const name of ['express', 'import-in-the-middle', 'require-in-the-middle']) {
      symlinkSync(from(name), to(name));
    }
    for (const name of ['core', 'semantic-conventions']) {
      symlinkSync(from(`@opentelemetry/${name}`), to(`@opentelemetry/${name}`));
    }
    for (const name of ['instrumentation-express', 'instrumentation-http']) {
      cpSync(from(`@opentelemetry/${name}`), to(`@opentelemetry/${name}`), { recursive: true });
    }
    cpSync(from('@opentelemetry/api-1.10'), to('@opentelemetry/api'), { recursive: true });
    for (const name of readdirSync(from('.')).filter((one) => !existsSync(to(one)))) {
      if (name.startsWith('.') || name.startsWith('@opentelemetry')) continue;
      symlinkSync(from(name), to(name));
    }
    const { imports, body, check } = CASES.express;
    newer.write({ 'program.mjs': `${header(imports, true)}\n${body}\n` });
    const { stderr, code } = await newer.watched('program.mjs');
    assert.deepEqual([stderr, code], ['', 0]);
    const spans = newer.takeSpans();
    check(spans);
    // Ours are not among them.
    assert.equal(spans.filter(({ kind }) => kind === 3).length, 1);
  } finally {
    newer.close();
  }
});
