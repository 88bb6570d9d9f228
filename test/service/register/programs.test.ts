/** Whole programs with `--import synton/register`: they do what they did, and their calls arrive. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, WatchedPrograms } from './watched-program.ts';

const programs = new WatchedPrograms();
beforeAll(() => programs.open());
afterAll(() => programs.close());
afterEach(() => programs.takeSpans());

/** Lines stay; columns move where something is inserted, and Node shows the line as it runs. */
function withoutColumns({ stderr, ...ended }: Ended): Ended {
  const lines = stderr
    .replace(/(:\d+):\d+\b/g, '$1')
    .replace(/^ +\^+$/gm, '^')
    .replace(/\(node:\d+\)/g, '(node)')
    .split('\n');
  const shown = lines.indexOf('^');
  if (shown > 0) lines[shown - 1] = '';
  return { ...ended, stderr: lines.join('\n') };
}

async function same(entry: string, kill?: RegExp): Promise<Ended> {
  const [plain, watched] = [
    await programs.plain(entry, kill),
    await programs.watched(entry, {}, kill),
  ];
  expect(withoutColumns(watched)).toEqual(withoutColumns(plain));
  return watched;
}

const names = () => programs.takeSpans().map(({ name }) => name);

/** Name, files of which the first is the entry, spans that must be there. */
const PROGRAMS: readonly [string, Readonly<Record<string, string>>, readonly string[]][] = [
  [
    'ES modules in a cycle',
    {
      'cycle.mjs': `import { b } from './cycle-b.mjs'; export function a(n) { return n && b(n - 1) }\nconsole.log(a(3), a.length, a.name)`,
      'cycle-b.mjs': `import { a } from './cycle.mjs';\nexport function b(n) { return n + a(n) }\nconsole.log(b(1), import.meta.main)`,
    },
    ['a', 'b'],
  ],
  [
    'CommonJS, imported by name',
    {
      'named.mjs': `import { one, two } from './named.cjs'; console.log(one(), two)`,
      'named.cjs': `'use strict'; Object.defineProperty(exports, 'two', { enumerable: true, get: function () { return m.two; } });\nconst m = { two: 2 };\nexports.one = function one() { return [require.main === undefined, module.id.length > 1, __filename.length > 1].join() };`,
    },
    ['one'],
  ],
  [
    'CommonJS in a package that does not say what it is',
    {
      'requires.cjs': `console.log(require('./plain.js').plain(2), require('./esm.js').esm(3), require('./typed.ts').typed(4), require('./bare').bare(5))`,
      'plain.js': `exports.plain = function plain(n) { return n }`,
      'esm.js': `export function esm(n) { return n }`,
      'typed.ts': `exports.typed = function typed(n: number): number { return n }`,
      bare: `exports.bare = function bare(n) { return n }`,
    },
    ['plain', 'esm', 'typed', 'bare'],
  ],
  [
    'a module with names of the language',
    {
      'shadows.mjs': `import { early } from './shadows-other.mjs'; console.log(early(), later()); function later() { return 2 }\nexport const Symbol = 5, globalThis = 6, Function = 7, Object = 8;\nexport function shadowed() { return 1 }`,
      'shadows-other.mjs': `import { shadowed } from './shadows.mjs'; export function early() { return shadowed() }\nconsole.log(early())`,
    },
    ['early', 'shadowed'],
  ],
  // Whether two timers come in one turn of the event loop shows in Node's own frames.
  [
    'stack traces across awaits',
    {
      'awaits.mjs': `const wait = (ms) =>\n  new Promise((done) => setTimeout(done, ms));\nasync function deep(n) {\n  await wait(n);\n  throw new Error('deep')\n}\nasync function middle(n) {\n  const [seen] = await\n    Promise.all([\n      deep(n),\n      deep(\n        n,\n      ),\n    ]);\n  return seen;\n}\nasync function outer() {\n  return (\n    await middle(\n      1,\n    )\n  ).x;\n}\nasync function* made() {\n  yield await outer(\n  );\n}\nfor (const run of [outer, () => made().next()])\n  await run().catch(({ stack }) => console.log(stack.replaceAll(/(:\\d+):\\d+/g, '$1').replaceAll(/\\n[^\\n]*node:internal[^\\n]*/g, '')));`,
    },
    ['deep', 'middle', 'outer', 'made'],
  ],
  [
    'stack traces of functions without a name',
    {
      'nameless.mjs': `const make = () => () => { throw new Error('arrow') };\nfunction made() { return function () { throw new Error('made') } }\nfunction chosen(a) { return a ? { deep: [function () { throw new Error('chosen') }] } : null }\nfunction* yielded() { yield function () { throw new Error('yielded') } }\nasync function awaited() { return await (() => { throw new Error('awaited') }) }\nfunction mapped() { return [1].map(function () { throw new Error('mapped') }) }\nfunction thrown() { throw () => { throw new Error('thrown') } }\nfunction Capital() { return { [Symbol.iterator]: 1, x: [() => { throw new Error('capital') }] } }\nfunction sequence() { return 1, function () { throw new Error('sequence') } }\nconst caught = (run) => { try { return run() } catch (error) { return error } };\nlet first; function pair(a) { first = a }\nfunction paired() { pair(function () { throw new Error('paired') }, function () { return 1 }); return first }\nconst all = [paired(), make(), made(), chosen(1).deep[0], [...yielded()][0], await awaited(), mapped, caught(thrown), Capital().x[0], sequence()];\nfor (const one of all) { const { stack } = caught(one); console.log(one.name, stack.split('\\n').slice(0, 3).join().replace(/:\\d+\\)?(?=,|$)/g, '')) }`,
    },
    ['make', 'made', 'chosen', 'yielded', 'awaited', 'mapped', 'thrown', 'Capital', 'sequence'],
  ],
  [
    'TypeScript',
    {
      'typed.ts': `import { double } from './double.cts';\nclass Box<T> { readonly #value: T; constructor(value: T) { this.#value = value } get value(): T { return this.#value } }\nconsole.log(new Box<number>(double(4)).value satisfies number);`,
      'double.cts': `exports.double = function double(n: number): number { return n * 2 }`,
    },
    ['Box#constructor', 'Box#get value', 'double'],
  ],
  [
    'classes and generators',
    {
      'classes.cjs': `class A { #x = 1; static #count = 0; static { A.#count++ } get x() { return this.#x } set x(v) { this.#x = v } *walk() { yield* [1, this.x]; } static of(...a) { return new this(...a) } async *late() { for await (const v of this.walk()) yield v } }
class B extends A { constructor(n = 5) { const m = n; super(); this.x = m } toString() { return super.toString() + new.target } }
(async () => { const b = B.of(7); console.log([...b.walk()], b + '', B.length); for await (const v of b.late()) console.log(v) })()`,
    },
    ['B#constructor', 'A.of', 'A#walk', 'A#late', 'A#set x', 'B#toString'],
  ],
  [
    'an error in a callback',
    {
      'throws.cjs': `function fails() {\n  JSON.parse('{');\n}\nsetTimeout(() => {\n  fails();\n});`,
    },
    ['fails'],
  ],
  [
    'a rejection that nobody handles',
    {
      'rejects.mjs': `async function fails() {\n  await null;\n  throw new RangeError('no');\n}\nfails();`,
    },
    ['fails'],
  ],
  [
    'process.exit at once',
    {
      'exits.cjs': `function work(n) { if (n === 2) process.exit(7); return n }\nprocess.on('exit', (code) => console.log('exit', code));\nfor (let n = 0; ; n++) console.log(work(n))`,
    },
    ['work'],
  ],
  [
    'a fork',
    {
      'forks.cjs': `const { fork } = require('node:child_process');\nfunction parent() { fork(__dirname + '/forked.cjs').on('message', (m) => console.log(m)).on('exit', (code) => console.log(code)) }\nparent()`,
      'forked.cjs': `function child() { process.send('hello'); process.exitCode = 3; process.disconnect() }\nchild()`,
    },
    ['parent', 'child'],
  ],
  [
    'a worker thread',
    {
      'threads.mjs': `import { Worker } from 'node:worker_threads';\nfunction main() { new Worker(new URL('./thread.mjs', import.meta.url)).on('message', (m) => console.log(m)).on('exit', (code) => console.log(code)) }\nmain()`,
      'thread.mjs': `import { parentPort } from 'node:worker_threads';\nfunction threaded() { parentPort.postMessage('done') }\nthreaded()`,
    },
    ['main', 'threaded'],
  ],
  [
    'stdout that is closed',
    { 'closes.cjs': `function close() { process.stdout.end('last\\n') }\nclose()` },
    ['close'],
  ],
  [
    'a loader for another ending',
    {
      'loader.cjs': `const fs = require('node:fs');\nrequire.extensions['.odd'] = (module, path) => module._compile(fs.readFileSync(path, 'utf8').replace('fn', 'function'), path);\nconsole.log(require('./made.odd').made(2))`,
      'made.odd': `exports.made = fn made(n) { return n * 2 }`,
    },
    ['made'],
  ],
  [
    'hooks of its own, registered after ours',
    {
      'hooked.mjs': `import { registerHooks } from 'node:module';\nconst own = registerHooks({ load: (url, context, next) => url.endsWith('.fn') ? { format: 'module', shortCircuit: true, source: String(next(url, { ...context, format: 'module' }).source).replace('fn', 'function') } : next(url, context) });\nconst { made } = await import('./made.fn');\nconsole.log(made(2), registerHooks.name, registerHooks.length);\nown.deregister();\nconsole.log(await import('./other.fn').catch((error) => error.code))`,
      'made.fn': `export fn made(n) { return n * 2 }`,
      'other.fn': `export const other = 1`,
    },
    ['made'],
  ],
  [
    'as many listeners as Node takes for granted',
    {
      'listens.cjs': `function none() {}\nnone()\nfor (const event of ['exit', 'beforeExit', 'uncaughtExceptionMonitor']) for (let n = 0; n < 10; n++) process.on(event, none)\nrequire('node:events').defaultMaxListeners = 20;\nfor (let n = 0; n < 20; n++) process.on('SIGUSR2', none)\nprocess.setMaxListeners(0);\nfor (let n = 0; n < 40; n++) process.on('SIGHUP', none)\nconsole.log(Object.keys(process).includes('_maxListeners'), process.getMaxListeners())`,
    },
    ['none'],
  ],
  [
    'functions read as text',
    {
      'text.cjs': `const vm = require('node:vm');\nconst add = async (a, b) => (await a) + b;\nvm.runInNewContext('(' + add + ')(1, 2)').then((sum) => console.log(sum))`,
    },
    [],
  ],
];

describe('the program is the same, and its calls arrive', () => {
  test.each(PROGRAMS)('%s', async (_, files, expected) => {
    programs.write(files);
    const { stderr } = await same(Object.keys(files)[0]!);
    expect(stderr).not.toContain('synton');
    expect(names()).toEqual(expect.arrayContaining([...expected]));
  });

  test('a program that is killed', async () => {
    programs.write({
      'killed.cjs': `function wait() { console.log('up'); setInterval(() => {}, 1e3) }\nwait()`,
    });
    expect(await same('killed.cjs', /up/)).toMatchObject({ signal: 'SIGKILL' });
  });
});

describe('a destination that is slow at the end of a program', () => {
  afterEach(() => {
    Object.assign(programs, { answerMs: 0, unanswered: 0 });
  });

  test('is waited for while it takes spans', async () => {
    programs.answerMs = 500;
    const functions = Array.from({ length: 2_000 }, (_, i) => `function f${i}() { return ${i} }`);
    const calls = Array.from({ length: 2_000 }, (_, i) => `f${i}();`).join('');
    programs.write({
      'busy.cjs': `${functions.join('\n')}\nfor (let i = 0; i < 12; i++) { ${calls} }\nconsole.log('done')`,
    });
    expect(await programs.watched('busy.cjs')).toMatchObject({ code: 0, stdout: 'done\n' });
    const seen = programs.takeSpans();
    expect(seen.find(({ name }) => name === 'synton.calls')?.attributes['synton.calls.total']).toBe(
      24_000,
    );
    expect(seen.length).toBe(24_001);
  });

  test('is given up when it does not answer, and what came last is sent once more', async () => {
    programs.unanswered = 1;
    programs.write({ 'last.cjs': `function last() {}\nlast()` });
    expect(await programs.watched('last.cjs')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^synton: not every span reached http:.*\n$/),
    });
    expect(names()).toEqual(['last', 'synton.calls']);
  });
});

test.each(['yaml', 'commander', 'lru-cache', 'valibot', 'hono', 'protobufjs'])(
  'the package %s works with its functions watched',
  async (name) => {
    const packages = join(import.meta.dirname, '../../../node_modules');
    if (!existsSync(join(packages, name))) return;
    programs.write({
      'package-user.cjs': `const { createRequire } = require('node:module'); const req = createRequire(${JSON.stringify(`${packages}/x.js`)});
const use = { yaml: (p) => p.stringify(p.parse('a: [1, {b: c}]')), commander: (p) => new p.Command('x').option('-a, --all').helpInformation(), 'lru-cache': (p) => { const c = new p.LRUCache({ max: 2 }); for (let i = 0; i < 4; i++) c.set(i, i); return [...c.entries()] }, valibot: (p) => p.safeParse(p.object({ a: p.pipe(p.string(), p.minLength(2)) }), { a: '' }).issues.map((i) => i.message), hono: (p) => Promise.resolve(new p.Hono().get('/:a', (c) => c.text(c.req.param('a'))).request('/b')).then((r) => r.text()), protobufjs: (p) => p.parse('syntax = "proto3"; message A { int32 b = 1; }').root.lookupType('A').encode({ b: 5 }).finish().join() };
Promise.resolve(use[${JSON.stringify(name)}]?.(req(${JSON.stringify(name)}))).then((v) => console.log(v))`,
    });
    const plain = await programs.plain('package-user.cjs');
    const watched = await programs.watched('package-user.cjs', { SYNTON_INCLUDE: '**' });
    expect(watched).toEqual(plain);
    expect(plain).toMatchObject({ code: 0, stdout: expect.stringMatching(/./) });
    expect(programs.takeSpans().length).toBeGreaterThan(5);
  },
);

test('spans know their function, their caller, their error and who started the program', async () => {
  programs.write({
    'lib/app.mjs': `async function outer() { await new Promise((done) => setTimeout(done, 1)); return inner() }\nfunction inner() { throw new TypeError('wrong') }\nouter().catch(() => {})`,
  });
  const traceId = 'a'.repeat(32);
  await programs.watched('lib/app.mjs', { TRACEPARENT: `00-${traceId}-${'b'.repeat(16)}-01` });
  const spans = programs.takeSpans();
  const [outer, inner] = ['outer', 'inner'].map(
    (name) => spans.find((span) => span.name === name)!,
  );
  expect(outer).toMatchObject({ traceId, parentSpanId: 'b'.repeat(16), status: 2 });
  expect(inner).toMatchObject({ traceId, parentSpanId: outer!.spanId, status: 2 });
  expect(inner!.attributes).toEqual({
    'code.function.name': 'inner',
    'code.file.path': join(programs.folder, 'lib/app.mjs'),
    'code.line.number': 2,
    'code.column.number': 1,
  });
  expect(inner!.events).toMatchObject([
    {
      name: 'exception',
      attributes: { 'exception.type': 'TypeError', 'exception.message': 'wrong' },
    },
  ]);
  expect(spans.every((span) => span.traceId === traceId)).toBe(true);
  expect(spans.find(({ name }) => name === 'synton.calls')!.events).toHaveLength(4);
});

test('what is caught outside of every function is known by whoever threw it', async () => {
  programs.write({
    'outside.mjs': `function parse(text) { return JSON.parse(text) }\nfunction read(o) { return o.a.b }
try { parse('{') } catch { console.log('one') }
class Static { static { try { read({}) } catch (error) { console.log(error.name) } } }
async function late() { throw new RangeError('late') }\nawait late().catch(() => {})`,
  });
  expect(await programs.watched('outside.mjs')).toMatchObject({ stdout: 'one\nTypeError\n' });
  const errors = programs.takeSpans().flatMap(({ name, events }) =>
    events.flatMap(({ attributes }) => {
      const type = attributes['exception.type'];
      return type === undefined ? [] : [`${name}: ${type}`];
    }),
  );
  expect(errors.sort()).toEqual(['late: RangeError', 'parse: SyntaxError', 'read: TypeError']);
});

test('what is excluded is left alone; tier 1 rewrites nothing, tier 0 counts', async () => {
  programs.write({
    'count.mjs': `import './skip/skipped.mjs'; function often() {}\nfor (let n = 0; n < 50; n++) often()\nconsole.log(String(often))`,
    'skip/skipped.mjs': `function skipped() {}\nskipped()`,
  });
  await programs.watched('count.mjs', { SYNTON_EXCLUDE: 'skip/**' });
  expect(new Set(names())).toEqual(new Set(['often', 'synton.calls']));
  const { stdout } = await programs.watched('count.mjs', { SYNTON_TIER: '1' });
  expect(stdout).toBe('function often() {}\n');
  expect(names()).toEqual([]);
  await programs.watched('count.mjs', { SYNTON_TIER: '0' });
  const [counts, ...others] = programs.takeSpans();
  expect(others).toEqual([]);
  expect(counts!.events.map(({ attributes }) => attributes)).toMatchObject([
    { 'code.function.name': 'often', 'synton.calls': 50, 'code.line.number': 1 },
    { 'code.function.name': 'skipped', 'synton.calls': 1 },
  ]);
});

test('a program on the command line, or from stdin, has no calls of Node in it', async () => {
  programs.write({
    'spawns.cjs': `const { spawnSync } = require('node:child_process');
function run(...args) { return String(spawnSync(process.execPath, [...process.execArgv, ...args], { input: 'console.log(3)' }).stdout) }
console.log(run('-e', 'console.log(1)'), run('-p', '2'), run('-'))`,
  });
  const { stdout } = await same('spawns.cjs');
  expect(stdout).toBe('1\n 2\n 3\n\n');
  expect(new Set(names())).toEqual(new Set(['run', 'synton.calls']));
});

test('what is said is said once, on stderr', async () => {
  programs.write({
    'plain.cjs': `console.log('out')`,
    'odd.cjs': `require('./broken.cjs')`,
    'broken.cjs': 'const <b>',
  });
  const nowhere = await programs.watched('plain.cjs', { SYNTON_ENDPOINT: '' });
  expect(nowhere.stdout).toBe('out\n');
  expect(nowhere.stderr).toMatch(
    /^synton: nothing says where spans go[^\n]*SYNTON_ENDPOINT[^\n]*\n$/,
  );
  const useless = await programs.watched('plain.cjs', { SYNTON_ENDPOINT: 'nonsense://' });
  expect(useless).toMatchObject({ stdout: 'out\n', code: 0 });
  expect(useless.stderr).toMatch(/^synton: SYNTON_ENDPOINT [^\n]*nonsense[^\n]*\n$/);
  const wrong = await programs.watched('plain.cjs', { SYNTON_TIER: 'all' });
  expect(wrong.stderr).toMatch(/^synton: SYNTON_TIER: expected [^\n]*\n$/);
});

test('a cached module that is damaged is rewritten anew', async () => {
  programs.write({ 'cached.cjs': `function cached() { console.log('ran') }\ncached()` });
  const cache = join(programs.folder, 'own-cache');
  const env = { SYNTON_CACHE: cache };
  await programs.watched('cached.cjs', env);
  const [file, ...others] = readdirSync(cache);
  expect(others).toEqual([]);
  for (const text of ['', '{}', `${'0'.repeat(64)}\nnull`]) {
    writeFileSync(join(cache, file!), text);
    expect(await programs.watched('cached.cjs', env)).toMatchObject({
      stdout: 'ran\n',
      stderr: '',
    });
  }
  programs.takeSpans();
  await programs.watched('cached.cjs', env);
  expect(names()).toContain('cached');
});
