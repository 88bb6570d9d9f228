/** The built package in tests of code that nobody has wrapped: under node:test and under vitest, as the documents show it. */
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/** Lines and columns of it are asked for below. */
const SHOP = `import { request } from './stock.cjs';

/** Of a customer. */
interface Order {
  readonly id: number;
}

export async function placeOrder(order: Order): Promise<string> {
  await reserve(order.id);
  return charge(order.id);
}

async function reserve(id: number): Promise<number[]> {
  await new Promise((resolve) => setTimeout(resolve, 2));
  return request(id);
}

const charge = async (id: number): Promise<string> => {
  if (id < 0) throw new RangeError('no such order');
  return id === 7 ? 'gratis' : 'paid';
};

export const double = (n: number): number => n * 2;

export function* pages(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield double(n);
}

export async function read(count: number): Promise<number[]> {
  const found: number[] = [];
  for await (const page of pages(count)) found.push(page);
  try {
    await placeOrder({ id: count });
  } catch {
    return [];
  }
  return found.map((page) => (page > 2 ? page : -page));
}
`;
const STOCK = `exports.request = function request(id) {
  return [1, 2].map((n) => n * id);
};
`;
const TREE = [
  'placeOrder',
  '  reserve',
  '    (anonymous)',
  '    request',
  '      (anonymous) ×2',
  '  charge',
];
const NODE_TEST = `import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { expectRun, record } from 'synton/testing';
import { ownHelper } from './test/helper.mjs';
import { pages, placeOrder } from './src/shop.ts';

test('an order', { concurrency: true }, async () => {
  const run = await record(() => ownHelper(() => placeOrder({ id: 1 })));
  assert.equal(run.result, 'paid');
  assert.deepEqual(run.behaviour().split('\\n'), ${JSON.stringify(TREE)});
  expectRun(run).toHaveCalledTimes('charge', 1);
  assert.throws(() => expectRun(run).toHaveCalled('refund'), /→|never called/);
  assert.equal(run.calls('charge')[0].attributes['code.line.number'], 18);
});

test('runs at the same time', async () => {
  const runs = await Promise.all([1, 30, 2].map((n) => record(() => [...pages(n)])));
  assert.deepEqual(runs.map((run) => run.calls('double').length), [1, 30, 2]);
});

test('requests are seen without any package', async () => {
  const server = createServer((_, response) => response.end('hi')).listen(0);
  await new Promise((resolve) => server.on('listening', resolve));
  const run = await record(() => fetch('http://localhost:' + server.address().port + '/').then((a) => a.text()));
  server.close();
  expectRun(run).toTouchOnlyHosts(['localhost']);
  expectRun(run).toHaveCalled('GET');
});

test('errors', async () => {
  const run = await record(() => placeOrder({ id: -1 }), { throws: 'keep', functions: 'named' });
  assert.match(run.error.stack, /shop\\.ts:19:/);
  assert.match(run.behaviour(), /✕ charge RangeError\\n✕ threw RangeError$/);
});
`;
/** What is first among its functions, and what is thrown while what else runs, is chance. */
const CHANCE = `import { readFile } from 'node:fs/promises';

const nap = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));

export async function main() {
  const all = await Promise.all([one(), two(), one(), three()]);
  for await (const page of pages()) note(page);
  try { await fails(); } catch (error) { note(error); }
  try { engine(); } catch {}
  await Promise.allSettled([fails(), parse('{'), Promise.resolve('[').then(sync), fails(), late()]);
  return all;
}

async function one() { await nap(); note(); return (await readFile(import.meta.filename)).length; }
async function two() { await nap(); await nap(); return Promise.resolve('a').then(shout); }
async function three() { return Promise.all([nap(), nap()].map(async (one) => { await one; note(); })); }
async function* pages() { for (let n = 0; n < 3; n++) { await nap(); yield page(n); } }
function page(n) { return n; }
function note() {}
function shout(text) { return text.toUpperCase(); }
async function fails() { await nap(); throw new RangeError('fails'); }
function engine() { null.x; }
async function parse(text) { await nap(); return JSON.parse(text); }
function sync(text) { return JSON.parse(text); }
function late() { return new Promise((resolve) => setTimeout(() => resolve(note()), 1)); }
`;
const CHANCE_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from 'synton/testing';
import { main } from './src/chance.mjs';

test('runs of the same behaviour', async () => {
  const seen = new Set();
  for (let round = 0; round < 8; round++) {
    for (const run of await Promise.all(Array.from({ length: 8 }, () => record(main)))) seen.add(run.behaviour());
  }
  seen.add((await record(main)).behaviour());
  const [text] = seen;
  assert.equal(seen.size, 1, [...seen].join('---'));
  assert.match(text, /✕ parse SyntaxError/);
  assert.match(text, /✕ sync SyntaxError/);
  assert.match(text, /✕ engine TypeError/);
});
`;
const VITEST_TEST = `import { record } from 'synton/testing';
import { expect, test } from 'vitest';
import { double, placeOrder, read } from './shop.ts';

test('an order', async () => {
  const run = await record(() => placeOrder({ id: 1 }));
  if (process.env.BARE) return;
  expect(run).toHaveCalledInOrder(['reserve', 'charge']);
  expect(run).not.toHaveCalled('refund');
  expect(run.behaviour().split('\\n')).toEqual(${JSON.stringify(TREE)});
  expect(run.calls('charge')[0]?.attributes).toMatchObject({
    'code.line.number': 18,
    'code.file.path': expect.stringMatching(/src.shop\\.ts$/),
  });
});

test('errors stand where they stand', async () => {
  const run = await record(() => placeOrder({ id: -1 }), { throws: 'keep' });
  const [, at] = String((run.error as Error).stack).split('\\n');
  expect(at).toMatch(/shop\\.ts:19:21/);
});

test('functions are what they were', () => {
  expect([double(4), double.name, double.length]).toEqual([8, 'double', 1]);
  return expect(read(3)).resolves.toEqual([-0, -2, 4]);
});
`;
const CONFIG = `import { watchFunctions } from 'synton/testing/vite';
import { defineConfig } from 'vitest/config';

const config = defineConfig({
  plugins: process.env.BARE ? [] : [watchFunctions()],
  test: {
    include: ['src/**/*.spec.ts'],
    setupFiles: ['./matchers.ts'],
    coverage: { provider: 'v8', reporter: ['json'], include: ['src/**'] },
  },
}); export { config as default };
`;
const PROJECTS = CONFIG.replace(
  'coverage:',
  `projects: ['threads', 'vmThreads'].map((pool) => ({ extends: true, test: { name: pool, pool } })),
    coverage:`,
);
const FILES: Readonly<Record<string, string>> = {
  'package.json': '{ "private": true, "type": "module" }',
  'src/shop.ts': SHOP,
  'src/stock.cjs': STOCK,
  'src/order.spec.ts': VITEST_TEST,
  'test/helper.mjs': 'export const ownHelper = (code) => code();\n',
  'order.test.mjs': NODE_TEST,
  'src/chance.mjs': CHANCE,
  'chance.test.mjs': CHANCE_TEST,
  'vitest.config.ts': CONFIG,
  'vitest.projects.ts': PROJECTS,
  'matchers.ts': `import { matchers } from 'synton/testing';
import 'synton/testing/vitest';
import { expect } from 'vitest';

expect.extend(matchers);
`,
};

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'synton-watched-tests-')));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const packages = join(folder, 'node_modules');
  mkdirSync(packages);
  for (const name of ['vitest', '@vitest'])
    symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
  symlinkSync(ROOT, join(packages, 'synton'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  args: readonly string[],
  own: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { PATH = '' } = process.env;
  const env = { PATH, NO_COLOR: '1', SYNTON_CACHE: join(folder, '.cache'), ...own };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const REGISTER = ['--import', 'synton/testing/register', '--test', 'order.test.mjs'];

test('node:test sees every call, and nothing is printed', async () => {
  const { code, stdout, stderr } = await run(REGISTER);
  expect(stdout).toMatch(/pass 4\n/);
  expect([code, stderr]).toEqual([0, '']);
});

test('what a run did is told in the same words, whatever was first', async () => {
  const { code, stdout } = await run([...REGISTER.slice(0, -1), 'chance.test.mjs']);
  expect(stdout).toMatch(/pass 1\n/);
  expect(code).toBe(0);
});

test('modules are chosen as for synton/register', async () => {
  const chosen = { SYNTON_INCLUDE: 'src/*.cjs' };
  const { stdout } = await run(REGISTER, chosen);
  expect(stdout).toMatch(/\+ +'request',?\n/);
  expect(stdout).toMatch(/fail 3\n/);
});

describe('vitest', () => {
  test('sees every call in each project of a workspace, in threads and in contexts', async () => {
    const { code, stdout, stderr } = await run([VITEST, 'run', '-c', 'vitest.projects.ts']);
    expect(stdout + stderr).toMatch(/Tests +6 passed/);
    expect(code).toBe(0);
  });

  test('what is chosen holds at once, whatever vitest has kept of earlier runs', async () => {
    const orders = async (own: Readonly<Record<string, string>>) => {
      const { stdout, stderr } = await run([VITEST, 'run', '-t', 'an order'], own);
      return stdout + stderr;
    };
    expect(await orders({})).toMatch(/Tests +1 passed/);
    expect(await orders({ SYNTON_EXCLUDE: 'src/shop.ts' })).toMatch(/"reserve" was never called/);
    expect(await orders({})).toMatch(/Tests +1 passed/);
  });

  test('coverage is what it is without, also in forks', async () => {
    const covered = async (name: string, own: Readonly<Record<string, string>>) => {
      const args = ['--coverage', `--coverage.reportsDirectory=${name}`];
      const { stdout, stderr } = await run([VITEST, 'run', ...args], own);
      expect(stdout + stderr).toMatch(/Tests +3 passed/);
      const all = JSON.parse(readFileSync(join(folder, name, 'coverage-final.json'), 'utf8'));
      return toldOf(all[join(folder, 'src/shop.ts')]);
    };
    const bare = await covered('bare', { BARE: '1' });
    expect(bare.statements.length).toBeGreaterThan(8);
    expect(bare.branches.length).toBe(3);
    expect(await covered('watched', {})).toEqual(bare);
  });
});

interface Place {
  readonly start: { readonly line: number; readonly column: number };
}

interface Covered {
  readonly statementMap: Readonly<Record<string, Place>>;
  readonly s: Readonly<Record<string, number>>;
  readonly fnMap: Readonly<Record<string, { readonly decl: Place }>>;
  readonly f: Readonly<Record<string, number>>;
  readonly branchMap: Readonly<Record<string, { readonly locations: readonly Place[] }>>;
  readonly b: Readonly<Record<string, readonly number[]>>;
}

function toldOf(all: Covered): Readonly<Record<'statements' | 'functions' | 'branches', string[]>> {
  const at = ({ start }: Place) => `${start.line}:${start.column}`;
  return {
    statements: Object.entries(all.statementMap).map(([id, place]) => `${at(place)} ${all.s[id]}`),
    functions: Object.entries(all.fnMap).map(([id, { decl }]) => `${at(decl)} ${all.f[id]}`),
    branches: Object.entries(all.branchMap).map(
      ([id, { locations }]) => `${locations.map(at)} ${all.b[id]}`,
    ),
  };
}
