/** Rewritten modules on disk: found again, bounded, never believed when damaged. */
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TransformCache } from '../../../../src/register/hooks/transform-cache.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'transform-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const module = (size: number) => ({ code: 'x'.repeat(size), functions: [] });

test('what was written is read, by another process too; what was not is unknown', () => {
  const cache = new TransformCache(folder, 'salt');
  const key = cache.key('/a.js', 'module', 'text');
  expect(cache.read(key)).toBeUndefined();
  cache.write(key, module(10));
  cache.write(cache.key('other'), null);
  const other = new TransformCache(folder, 'salt');
  expect(other.read(key)).toEqual(module(10));
  expect(other.read(other.key('other'))).toBeNull();
  expect(other.read(other.key('/a.js', 'module', 'text!'))).toBeUndefined();
  expect(new TransformCache(folder, 'later').key('/a.js', 'module', 'text')).not.toBe(key);
  expect(readdirSync(folder).filter((name) => !name.endsWith('.json'))).toEqual([]);
});

test('the oldest go when there is too much', () => {
  const before = new TransformCache(folder, 'salt', 1e9);
  for (let index = 0; index < 10; index++) {
    const key = before.key(String(index));
    before.write(key, module(1_000));
    utimesSync(join(folder, `${key}.json`), 1_000 + index, 1_000 + index);
  }
  const cache = new TransformCache(folder, 'salt', 5_000);
  cache.write(cache.key('new'), module(1_000));
  const bytes = readdirSync(folder).reduce(
    (sum, name) => sum + statSync(join(folder, name)).size,
    0,
  );
  expect(bytes).toBeLessThan(6_500);
  expect(cache.read(cache.key('0'))).toBeUndefined();
  expect(cache.read(cache.key('9'))).toEqual(module(1_000));
  expect(cache.read(cache.key('new'))).toEqual(module(1_000));
});

test('a folder that cannot be written to is done without', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const cache = new TransformCache(join(file, 'below'), 'salt');
  const key = cache.key('a');
  cache.write(key, module(1));
  expect(cache.read(key)).toBeUndefined();
});
