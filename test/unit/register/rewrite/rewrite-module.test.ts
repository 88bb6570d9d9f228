/** What becomes of a module's text: real packages, and what is particular. */
import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import MagicString from 'magic-string';
import { describe, expect, test } from 'vitest';
import { rewriteModule } from '../../../../src/register/rewrite/rewrite-module.ts';
import { type ModuleFormat, parseModule } from '../../../../src/register/rewrite/syntax-tree.ts';

const PATH = '/app/lib/main.js';
const PACKAGES =
  'acorn commander hono lru-cache magic-string pino protobufjs smol-toml valibot yaml ajv @grpc/grpc-js';

const rewrite = (source: string, format: ModuleFormat = 'module') =>
  rewriteModule(source, { path: PATH, format });
const withoutMap = (code: string) => code.replace(/\n?\/\/# sourceMappingURL=.*$/, '');
const mapOf = (code: string) =>
  new SourceMap(JSON.parse(Buffer.from(/base64,(.*)$/.exec(code)![1]!, 'base64').toString()));
const lineCount = (text: string) => withoutMap(text.trimEnd()).trimEnd().split('\n').length;

describe.each(PACKAGES.split(' '))('the package %s', (name) => {
  test('every file parses again, with as many lines', () => {
    const root = join(import.meta.dirname, '../../../../node_modules', name);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.[cm]?js$/.test(path),
    );
    let functions = 0;
    for (const file of files) {
      const path = join(root, file);
      const source = readFileSync(path, 'utf8');
      const format = (['module', 'commonjs'] as const).find((one) => parses(source, one));
      if (format === undefined) continue;
      const problems: string[] = [];
      const result = rewriteModule(source, {
        path,
        format,
        onProblem: (one) => problems.push(one),
      });
      expect(problems, path).toEqual([]);
      if (result === undefined) continue;
      expect(parses(result.code, format), path).toBe(true);
      expect(lineCount(result.code), path).toBe(lineCount(source));
      functions += result.functions.length;
    }
    expect(functions).toBeGreaterThan(20);
  });
});

function parses(source: string, format: ModuleFormat): boolean {
  try {
    parseModule(source, format);
    return true;
  } catch {
    return false;
  }
}

test('functions are named as people name them, and placed in the text', () => {
  const source = `class A { constructor() {} m() {} static s() {} #p() {} get g() { return 1 } f = () => 1 }
const arrow = () => 1, object = { method() {}, 'a-b': async () => {}, [computed]() {} };
exports.named = function () {}; B.prototype.own = function () {};
let C = class { m() {} }; [].map((x) => x); function declared() {} async function* both() {}`;
  const { functions } = rewrite(source, 'commonjs')!;
  expect(functions.map(({ name }) => name)).toEqual([
    ...['A#constructor', 'A#m', 'A.s', 'A##p', 'A#get g', 'A#f', 'arrow', 'object.method'],
    ...['object.a-b', '(anonymous)', 'named', 'B#own', 'C#m', '(anonymous)', 'declared', 'both'],
  ]);
  expect(functions[1]).toEqual({
    ...{ id: 1, name: 'A#m', line: 1, column: 28 },
    ...{ isAsync: false, isGenerator: false },
  });
  expect(functions.at(-1)).toMatchObject({ line: 4, isAsync: true, isGenerator: true });
});

test('directives and a hashbang stay first', () => {
  const { code } = rewrite(
    `#!/usr/bin/env node\n'use strict'\nfunction f() { 'use x' }\nf()`,
    'commonjs',
  )!;
  expect(code.split('\n').slice(0, 2)).toEqual(['#!/usr/bin/env node', "'use strict'"]);
  expect(code).toMatch(/function f\(\) \{ 'use x';let /);
});

test('a name that the source has is not taken', () => {
  const { code } = rewrite('export const $syn = (a) => a')!;
  expect(code).toMatch(/function \$syn\$\(/);
});

test.each([
  ['no function', 'export const a = 1'],
  ['only directives', "'use strict'"],
  ['no text', ''],
  ['asm', 'function m() { "use asm"; }'],
  ['declarations that clash in a block', 'function m() { var a; function a() {} return a }'],
])('left alone: %s', (_, source) => {
  const result = rewrite(source, 'commonjs');
  expect(result?.functions.filter(({ name }) => name === 'm') ?? []).toEqual([]);
});

test('a module that is no JavaScript is left alone, and the reason told', () => {
  const problems: string[] = [];
  const onProblem = (reason: string) => problems.push(reason);
  expect(rewriteModule('const <b>', { path: PATH, format: 'module', onProblem })).toBeUndefined();
  expect(problems).toEqual([expect.stringContaining('Unexpected token')]);
  const deep = `${'('.repeat(50_000)}1${')'.repeat(50_000)};function f() {}`;
  expect(rewriteModule(deep, { path: PATH, format: 'module', onProblem })).toBeUndefined();
  expect(problems).toHaveLength(2);
});

test('the map leads from what is on a line after an insertion to where it was', () => {
  const source = 'export const f = (a) => { throw new Error(a) }; f(1)\n';
  const { code } = rewrite(source)!;
  const line = code.split('\n')[0]!;
  const entry = mapOf(code).findEntry(0, line.indexOf('new Error'));
  expect(entry).toMatchObject({
    originalSource: pathToFileURL(PATH).href,
    originalLine: 0,
    originalColumn: source.indexOf('new Error'),
  });
});

test('a map that came with the module is composed, and names the source of functions', () => {
  const original = 'type A = 1;\n\nexport function typed(a: number) { throw a }\n';
  const stripped = new MagicString(original);
  stripped.remove(0, original.indexOf('export'));
  const map = stripped.generateMap({ source: '../src/main.ts', hires: true });
  const source = `${stripped.toString()}//# sourceMappingURL=${map.toUrl()}\n`.replace(
    ': number',
    '',
  );
  const { code, functions } = rewrite(source)!;
  expect(functions[0]).toMatchObject({ file: '/app/src/main.ts', line: 3, column: 8 });
  expect(code.match(/sourceMappingURL/g)).toHaveLength(1);
  expect(mapOf(code).findEntry(0, code.indexOf('typed'))).toMatchObject({ originalLine: 2 });
  const damaged = source.replace(/base64,.*/, 'base64,e30=');
  expect(rewrite(damaged)!.functions[0]).toMatchObject({ line: 1 });
});
