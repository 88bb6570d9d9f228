/** What the build's script makes of a page, and what it refuses. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildPage, emptyFolder, MAIN, PAGE } from './built-page.ts';

test('every file is listed, with the forms of it that are smaller', () => {
  const folder = emptyFolder();
  expect(buildPage(folder)).toMatch(/^page: at first \d+\.\d kB brotli, \d+\.\d kB gzip, /);
  const manifest = JSON.parse(readFileSync(join(folder, 'page.json'), 'utf8'));
  const names = Object.keys(PAGE).filter((name) => !name.startsWith('.vite'));
  expect(Object.keys(manifest).sort()).toEqual(names.map((name) => `/${name}`).sort());
  expect(manifest['/assets/main-abcd1234.js']).toEqual({
    contentType: 'text/javascript; charset=utf-8',
    hash: expect.stringMatching(/^[\w-]{22}$/),
    isImmutable: true,
    encodings: ['br', 'gzip'],
  });
  expect(manifest['/assets/shared-ijkl9012.js'].encodings).toEqual([]);
  expect(manifest['/robots.json'].isImmutable).toBe(false);
  const main = join(folder, 'assets/main-abcd1234.js');
  expect(brotliDecompressSync(readFileSync(`${main}.br`)).toString()).toBe(MAIN);
  expect(gunzipSync(readFileSync(`${main}.gz`)).toString()).toBe(MAIN);
});

test('run twice it leaves the same', () => {
  const folder = emptyFolder();
  const look = () => [
    readdirSync(folder, { recursive: true }).sort(),
    readFileSync(join(folder, 'page.json'), 'utf8'),
  ];
  buildPage(folder);
  const first = look();
  buildPage(folder);
  expect(look()).toEqual(first);
});

test.each([
  ['a script in the document', { 'index.html': '<script>run()</script>' }, '<script>'],
  ['a module in it', { 'index.html': '<script type="module">run()</script>' }, '<script'],
  ['a style in it', { 'index.html': '<style>a{}</style>' }, '<style'],
  ['a style of an element', { 'index.html': '<p style="color:red">' }, ' style='],
  ['a handler', { 'index.html': '<body onload="run()">' }, ' onload='],
  ['a file of a kind that nobody knows', { 'a.exe': 'x' }, 'a.exe'],
  ['a file beyond the bound', { 'a.js': 'x'.repeat(2 * 1024 * 1024 + 1) }, 'a.js'],
])('%s fails the build', (_, more, named) => {
  expect(() => buildPage(emptyFolder(), { ...PAGE, ...more })).toThrow(named);
});

test('a page too large to start with fails the build', () => {
  let state = 1;
  // Nothing compresses what follows no rule.
  const noise = Array.from({ length: 400_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(32 + ((state >>> 16) % 90));
  }).join('');
  const pages = { ...PAGE, 'assets/shared-ijkl9012.js': noise };
  expect(() => buildPage(emptyFolder(), pages)).toThrow('over 250.0 kB');
  const apart = { ...PAGE, 'assets/lazy-qrst7890.js': noise };
  expect(buildPage(emptyFolder(), apart)).toContain('page: at first');
});
