/** Which modules are watched. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { moduleFilter, programRoot } from '../../../../src/register/hooks/module-filter.ts';

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
