/** Which modules are watched, and which loaders have to come first. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { moduleFilter, programRoot } from '../../../../src/register/hooks/module-filter.ts';
import { flagsOf, loaderAfter } from '../../../../src/register/hooks/other-loaders.ts';

test.each([
  ['', '', '/app/main.js', true],
  ['', '', '/app/src/deep/main.ts', true],
  ['', '', '/app/node_modules/a/index.js', false],
  ['', '', '/elsewhere/main.js', false],
  ['', '', '/app-two/main.js', false],
  ['', 'src/**', '/app/src/a/b.js', false],
  ['', 'src/*.js', '/app/src/a/b.js', true],
  ['', '**/*.{test,spec}.?js', '/app/a/b.spec.mjs', false],
  ['', './vendor/**', '/app/vendor/x.js', false],
  ['**/node_modules/semver/**', '', '/app/node_modules/semver/a.js', true],
  ['**/node_modules/semver/**', '', '/app/main.js', false],
  ['src/**', 'src/**/*.gen.js', '/app/src/a.gen.js', false],
  ['/elsewhere/**', '', '/elsewhere/main.js', true],
  ['a+(b).js', '', '/app/a+(b).js', true],
])('include %j, exclude %j: %s', (include, exclude, path, expected) => {
  const list = (glob: string) => (glob === '' ? [] : [glob]);
  const isWatched = moduleFilter({ root: '/app', include: list(include), exclude: list(exclude) });
  expect(isWatched(path)).toBe(expected);
});

test('the root is the folder of the nearest package.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watched-root-'));
  const deep = join(folder, 'src/deep');
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  expect(programRoot(deep)).toBe(folder);
  rmSync(folder, { recursive: true });
});

test.each([
  [['--import', 'tsx', '--import', 'synton/register'], undefined],
  [['--import', 'synton/register', '--import', 'tsx'], 'tsx'],
  [['--import=synton/register', '--import=tsx/esm'], 'tsx/esm'],
  [
    ['-r', '/app/node_modules/synton/dist/register/index.js', '-r', 'ts-node/register'],
    'ts-node/register',
  ],
  [['--import', 'synton/register', '--import', './setup.mjs', '--inspect'], undefined],
])('%j', (flags, expected) => {
  expect(loaderAfter(flags)).toBe(expected);
});

test('NODE_OPTIONS comes before the command line', () => {
  expect(loaderAfter(flagsOf(['--import', 'tsx'], '--import synton/register'))).toBe('tsx');
  expect(loaderAfter(flagsOf(['--import', 'synton/register'], '--import tsx'))).toBeUndefined();
});
