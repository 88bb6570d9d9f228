/** Which modules of a project are watched while it is tested. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeFilter } from '../../../../src/testing/watched/code-filter.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const inRoot = (path: string) => join(ROOT, path);

test.each<[boolean, string]>([
  [true, 'lib/shop.js'],
  [true, 'shop.mts'],
  [true, 'lib/testing/latest.ts'],
  [true, 'lib/contest.js'],
  [true, 'lib/specification.js'],
  [true, 'attest-all.js'],
  [false, 'lib/shop.test.js'],
  [false, 'lib/shop.spec.tsx'],
  [false, 'shop-test.cjs'],
  [false, 'shop_test.mjs'],
  [false, 'test.js'],
  [false, 'lib/test-shop.js'],
  [false, 'test/support/page.ts'],
  [false, 'lib/__tests__/shop.js'],
  [false, 'tests/a/b.js'],
  [false, 'node_modules/lib/index.js'],
  [false, '../outside/shop.js'],
  [false, 'src/testing/record.ts'],
])('%s: %s', (isWatched, path) => {
  expect(codeFilter(join(ROOT, 'docs'), {})(inRoot(path))).toBe(isWatched);
});

test('what is named is watched, tests too, but for what is excluded', () => {
  const isWatched = codeFilter(ROOT, {
    include: ['lib/**', '../outside/*.js'],
    exclude: ['**/*.spec.js'],
  });
  const paths = [
    'lib/shop.test.js',
    '../outside/shop.js',
    'lib/a.spec.js',
    'other/a.js',
    'src/cli/run.ts',
  ];
  expect(paths.filter((path) => isWatched(inRoot(path)))).toEqual(paths.slice(0, 2));
});
