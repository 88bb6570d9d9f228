/** Everything that is installed with the package may be used freely: permissive licences only. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './source-tree.ts';

interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
  readonly resolved?: string;
}

/** BlueOak-1.0.0 is as permissive as MIT and grants patents besides; lru-cache has it. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD', 'BlueOak-1.0.0'],
]);

function refused(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .filter(([, { license }]) => license === undefined || !ALLOWED.has(license))
    .map(([path, { license }]) => `${path}: ${license ?? 'no licence given'}`);
}

test('the runtime tree has permissive licences', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const runtime = Object.values(lock.packages as Record<string, LockedPackage>).filter(
    ({ dev }) => dev !== true,
  );
  expect(runtime.length).toBeGreaterThan(50);
  expect(refused(lock.packages)).toEqual([]);
});

test('another licence, or none, is found; development alone is not looked at', () => {
  expect(
    refused({
      '': { license: 'GPL-3.0-only' },
      'node_modules/a': { license: 'GPL-3.0-only' },
      'node_modules/b': {},
      'node_modules/c': { license: 'MPL-2.0', dev: true },
      'node_modules/d': { license: 'ISC' },
    }),
  ).toEqual(['node_modules/a: GPL-3.0-only', 'node_modules/b: no licence given']);
});

test('our own licence is the one that package.json names', () => {
  const { license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(license).toBe('Apache-2.0');
  expect(readFileSync(join(ROOT, 'LICENSE'), 'utf8')).toMatch(/Apache License\s+Version 2\.0/);
});
