/** The oldest Node that the package asks for does all that the package does. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ServiceProcess } from '../support/fault-scene.ts';
import { SYSTEM_PORTS } from '../unit/cli/synton-process.ts';
import { DIST, RUNTIMES, RuntimeScene, SKIP } from './runtime-scene.ts';

const ORDER = ['charge', 'order', 'pages', 'price', 'price', 'program', 'reserve', 'stock'];
const TRACE = 'a'.repeat(32);

let scene: RuntimeScene;
before(async () => {
  if (!SKIP) scene = await RuntimeScene.open();
});
after(() => scene?.close());

const node = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  scene.run('node22', args, env);

test('it is that Node', { skip: SKIP }, async () => {
  assert.equal((await node(['--version'])).stdout, 'v22.15.0\n');
});

test('the service takes spans, shows them, and has them in its next life', {
  skip: SKIP,
}, async () => {
  const dataPath = join(scene.folder, 'service');
  const start = async () => {
    const args = [join(DIST, 'bin.js'), 'start', '--json', ...SYSTEM_PORTS];
    const options = ['--instrument.persistence.path', dataPath];
    const { PATH = '' } = process.env;
    const service = new ServiceProcess(
      spawn(RUNTIMES.node22, [...args, ...options], { cwd: scene.folder, env: { PATH } }),
    );
    const { endpoints } = await service.ready();
    return { service, http: endpoints.http!.port, api: endpoints.api.port };
  };
  const namesAt = async (port: number, traceId: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/instr/timeline/${traceId}`);
    assert.equal(answer.status, 200);
    const { rows } = (await answer.json()) as { rows: { name: string }[] };
    return rows.map(({ name }) => name).sort();
  };
  const first = await start();
  const url = `http://127.0.0.1:${first.http}/v1/traces`;
  const { stdout, stderr } = await node(['exported.mjs', url]);
  assert.equal(stderr, '');
  const { traceId } = JSON.parse(stdout);
  assert.deepEqual(await namesAt(first.api, traceId), ORDER);
  const lifecycle = await fetch(`http://127.0.0.1:${first.api}/api/v1/instr/lifecycle/${traceId}`);
  assert.equal(lifecycle.status, 200);
  // Closed and rewritten into columns: what is compressed is read back from there.
  const compaction = await fetch(`http://127.0.0.1:${first.api}/api/v1/storage/compact`, {
    method: 'POST',
  });
  assert.equal(compaction.status, 202);
  assert.deepEqual(await first.service.kill('SIGTERM'), { code: 0, signal: null });
  const second = await start();
  assert.deepEqual(await namesAt(second.api, traceId), ORDER);
  assert.deepEqual(await second.service.kill('SIGTERM'), { code: 0, signal: null });
});

const REGISTER = pathToFileURL(join(DIST, 'register/index.js')).href;
const WATCHED: readonly [string, readonly string[], string, readonly string[]][] = [
  [
    'ES modules and CommonJS',
    ['watched.mjs'],
    '4,6\n',
    ['Box#sides', 'Box#get side', 'area', 'main'],
  ],
  [
    'TypeScript by tsx',
    ['--import', 'tsx', '--import', REGISTER, 'watched.ts'],
    '3 m\n',
    ['Length#constructor', 'Length#toString', 'main'],
  ],
];

for (const [at, [what, args, output, expected]] of WATCHED.entries()) {
  test(`functions are watched: ${what}`, { skip: SKIP }, async () => {
    const traceId = String(at + 1).repeat(32);
    const env = {
      SYNTON_ENDPOINT: scene.endpoint,
      TRACEPARENT: `00-${traceId}-${'b'.repeat(16)}-01`,
    };
    const own = args.includes(REGISTER) ? args : ['--import', REGISTER, ...args];
    const { code, stdout, stderr } = await node(own, env);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: output, stderr: '' });
    const names = await scene.names(traceId);
    for (const name of [...expected, 'synton.calls']) assert.ok(names.includes(name), name);
  });
}

test('synton run', { skip: SKIP }, async () => {
  const env = { TRACEPARENT: `00-${TRACE}-${'b'.repeat(16)}-01` };
  const command = ['--api', scene.api, '--', RUNTIMES.node22, 'watched.mjs'];
  const { code, stdout, stderr } = await node([join(DIST, 'bin.js'), 'run', ...command], env);
  assert.deepEqual([code, stdout], [0, '4,6\n']);
  assert.match(stderr, /exit code 0|watched\.mjs: /);
  const names = await scene.names(TRACE);
  for (const name of ['node watched.mjs', 'main', 'area']) assert.ok(names.includes(name), name);
});

test('functions are traced, from ES modules and from CommonJS', { skip: SKIP }, async () => {
  const esm = await node(['collected.mjs']);
  assert.equal(esm.stderr, '');
  assert.match(JSON.parse(esm.stdout).content, /order[\s\S]*stock[\s\S]*reserve[\s\S]*price/);
  const cjs = await node(['collected.cjs']);
  assert.equal(cjs.stderr, '');
  assert.match(JSON.parse(cjs.stdout).content, /main[\s\S]*double/);
});

test('the processor keeps spans in a folder', { skip: SKIP }, async () => {
  const { stdout, stderr } = await node(['processed.mjs', JSON.stringify({ path: 'kept' })]);
  assert.equal(stderr, '');
  assert.match(JSON.parse(stdout).content, /program[\s\S]*order[\s\S]*charge/);
});

test('runs are recorded under node:test', { skip: SKIP }, async () => {
  const { code, stdout } = await node(['--test', 'order.test.mjs']);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /pass 1\n/);
});

test('runs of functions that nobody has wrapped are recorded under node:test', {
  skip: SKIP,
}, async () => {
  const before = ['--import', 'synton/testing/register', '--test'];
  const { code, stdout, stderr } = await node([...before, 'watched.test.mjs']);
  assert.equal(code, 0, stdout);
  assert.equal(stderr, '');
  assert.match(stdout, /pass 1\n/);
});
