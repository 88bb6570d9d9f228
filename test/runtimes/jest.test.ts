/** The built package in jest, as a program has it that installed both: matchers, snapshots, watched functions, types. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
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
import { after, before, test } from 'node:test';
import { type Ended, endOf } from '../support/end-of.ts';
import { DIST } from './runtime-scene.ts';

const FOLDER = import.meta.dirname;
const ROOT = join(FOLDER, '../..');
const PACKAGES = join(FOLDER, 'node_modules');
/** Jest loads ES modules with it alone. */
const FLAG = '--experimental-vm-modules';
const RUN_MS = 60_000;

const TYPES = `import { matchers, record } from 'synton/testing';
import type {} from 'synton/testing/jest';

expect.extend(matchers);
const run = await record(async () => 7);
const result: number = run.result;
expect(run).toHaveCalled('charge');
expect(run).not.toHaveCalledTimes(/charge/, 2);
expect(run).toHaveFinishedWithin('charge', '50ms');
await expect(Promise.resolve(run)).resolves.toHaveNoErrors();
// @ts-expect-error -- a name is asked for
expect(run).toHaveCalled();
// @ts-expect-error -- a number of times is
expect(run).toHaveCalledTimes('charge');
// @ts-expect-error -- there is no such matcher
expect(run).toHaveCharged();
// @ts-expect-error -- it is a number
const text: string = run.result;
`;
const COMPILER = {
  compilerOptions: {
    ...{ module: 'nodenext', target: 'es2023', strict: true, noEmit: true },
    types: ['jest', 'node'],
  },
  files: ['types.ts'],
};

let folder: string;
before(() => {
  if (!existsSync(join(PACKAGES, 'jest'))) throw new Error(`jest is missing: npm ci in ${FOLDER}`);
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'synton-jest-')));
  cpSync(join(FOLDER, 'programs/jest'), folder, { recursive: true });
  const linked = {
    synton: dirname(DIST),
    'babel-jest': join(PACKAGES, 'babel-jest'),
    '@types/jest': join(PACKAGES, '@types/jest'),
    '@types/node': join(ROOT, 'node_modules/@types/node'),
  };
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  for (const [name, path] of Object.entries(linked))
    symlinkSync(path, join(folder, 'node_modules', name));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[]): Promise<Ended> {
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: folder, NO_COLOR: '1' };
  const child = spawn(process.execPath, args, {
    ...{ cwd: folder, env, timeout: RUN_MS },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return endOf(child);
}

const jest = (...args: readonly string[]) =>
  run([
    FLAG,
    join(PACKAGES, 'jest/bin/jest.js'),
    '--cacheDirectory',
    join(folder, '.cache'),
    ...args,
  ]);

test('matchers and snapshots of functions that nobody has wrapped', async () => {
  const first = await jest('--ci=false', 'order');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /2 snapshots written/);
  const snapshots = readFileSync(join(folder, '__snapshots__/order.test.js.snap'), 'utf8');
  const tree = 'placeOrder\n  reserve\n    (anonymous) ×3\n  charge';
  assert.ok(snapshots.includes(tree), snapshots);
  assert.match(
    snapshots,
    /✕ placeOrder RangeError\n {2}reserve\n {2}✕ charge RangeError\n✕ threw RangeError/,
  );
  // Now from jest's cache, and a snapshot that is not there fails.
  const second = await jest('--ci', 'order');
  assert.equal(second.code, 0, second.stderr);
  assert.doesNotMatch(second.stderr, /written/);
  assert.match(second.stderr, /Snapshots: +2 passed, 2 total/);
});

test('what fails shows the part of the tree that decides', async () => {
  const { code, stderr } = await jest('failing');
  assert.equal(code, 1);
  assert.match(
    stderr,
    /expected the run to have called "charge" 2 times, but it was called once\n/,
  );
  assert.match(stderr, /\n +run\n +placeOrder\n +reserve\n +→ +charge\n/);
  assert.match(stderr, /> 6 \| {3}expect\(run\)\.toHaveCalledTimes/);
});

test("coverage by jest's own means is as it would be", async () => {
  const { code, stderr, stdout } = await jest(
    'order',
    '--ci',
    '--coverage',
    '--coverageReporters=text',
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /shop\.js +\| +100 \| +100 \| +100 \| +100/);
});

test('the types of the matchers', async () => {
  writeFileSync(join(folder, 'types.ts'), TYPES);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(COMPILER));
  const { code, stdout } = await run([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.']);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
});
