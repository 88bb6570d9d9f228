/**
 * Packages that bring their own tests: each test and how it ended, one a line. A copy of the package is tested, as
 * test runners look into no installed packages. What a package's tests need and is not installed fails both ways.
 */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, type ForeignProgram } from './programs.ts';

const PACKAGES = join(FOLDER, 'node_modules');
const SECONDS_MAX = 400;
/** One file of so many: each is a process, and all of them take minutes. */
const PART = 6;
/** So that a trace of some hundred processes can be asked for whole. */
const FEW_SPANS = { SYNTON_FIRST_CALLS: '2' };
/** Whose times are no part of what is compared, or that need what is not there. */
const LEFT_OUT = /^(?:bundler|types|internals\/version|diagnostics-channel\/bench)/;

export const SUITE_NAMES = ['fastify tests', 'zod tests'] as const;
type SuiteName = (typeof SUITE_NAMES)[number];

export function suites(
  folder: string,
  names: readonly SuiteName[],
  isFull: boolean,
): readonly ForeignProgram[] {
  const root = join(folder, 'suites');
  mkdirSync(root);
  symlinkSync(PACKAGES, join(root, 'node_modules'));
  const made = { 'fastify tests': fastifyTests, 'zod tests': zodTests };
  return names.map((name) => made[name](root, isFull));
}

function fastifyTests(root: string, isFull: boolean): ForeignProgram {
  const own = join(root, 'fastify');
  cpSync(join(PACKAGES, 'fastify'), own, {
    recursive: true,
    filter: (path) => !path.startsWith(join(PACKAGES, 'fastify/node_modules')),
  });
  const files = testsIn(join(own, 'test'), '.test.js', isFull);
  return {
    name: 'fastify tests',
    kind: 'its own suite, CommonJS',
    args: ['--test', `--test-reporter=${join(FOLDER, 'reporters/node-tests.mjs')}`, ...files],
    include: [`${own}/{fastify.js,lib/**}`],
    cwd: own,
    isUnordered: true,
    isSuite: true,
    env: FEW_SPANS,
    secondsMax: SECONDS_MAX,
  };
}

function zodTests(root: string, isFull: boolean): ForeignProgram {
  const own = join(root, 'zod');
  cpSync(join(PACKAGES, 'zod/src'), join(own, 'src'), { recursive: true });
  return {
    name: 'zod tests',
    kind: 'its own suite, ESM',
    args: [
      join(PACKAGES, 'vitest/vitest.mjs'),
      ...['run', '--root', own, `--reporter=${join(FOLDER, 'reporters/vitest-tests.mjs')}`],
      ...['--pool=threads', '--maxWorkers=2'],
      ...testsIn(join(own, 'src/v4/classic/tests'), '.test.ts', isFull),
    ],
    include: ['**/node_modules/zod/**'],
    cwd: own,
    isUnordered: true,
    isSuite: true,
    env: { ...FEW_SPANS, CI: 'true' },
    secondsMax: SECONDS_MAX,
  };
}

function testsIn(folder: string, ending: string, isFull: boolean): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !LEFT_OUT.test(path))
    .sort()
    .filter((_, at) => isFull || at % PART === 0)
    .map((path) => join(folder, path));
}
