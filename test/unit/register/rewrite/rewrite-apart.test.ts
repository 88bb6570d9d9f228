/** What becomes of a module that runs elsewhere: it knows its functions, and its map leads nowhere from what is ours. */
import { SourceMap } from 'node:module';
import { describe, expect, test } from 'vitest';
import { CALLS_KEY } from '../../../../src/register/rewrite/inserted-text.ts';
import { rewriteApart } from '../../../../src/register/rewrite/rewrite-module.ts';

const PATH = '/app/shop.js';
const SOURCE = `'use strict';
exports.order = async function order(n) {
  await pause();
  const all = [1, 2].map((one) => one * n);
  if (n < 0) throw new Error('no');
  return () => all;
};
const pause = () => null;
`;
const apart = (source = SOURCE) =>
  rewriteApart(source, { path: PATH, format: 'commonjs' }, () => undefined)!;

test('the module says what its functions are to whoever watches when it runs', async () => {
  const told: unknown[] = [];
  const entered: unknown[] = [];
  const before = Object.getOwnPropertyDescriptor(Function, CALLS_KEY);
  const calls = {
    module: (...known: unknown[]) => {
      told.push(known);
      return (id: number) => void entered.push(id);
    },
  };
  const exports: Record<string, (n: number) => Promise<() => number[]>> = {};
  new Function('exports', apart().code)(exports);
  // Before anybody watches it runs all the same.
  expect((await exports['order']!(2))()).toEqual([2, 4]);
  Object.defineProperty(Function, CALLS_KEY, { value: calls, configurable: true });
  expect((await exports['order']!(2))()).toEqual([2, 4]);
  if (before === undefined) Reflect.deleteProperty(Function, CALLS_KEY);
  expect(told).toEqual([
    [
      PATH,
      [
        { id: 0, line: 2, column: 17, name: 'order', isAsync: true, isGenerator: false },
        { id: 1, line: 4, column: 26, name: '(anonymous)', isAsync: false, isGenerator: false },
        { id: 2, line: 6, column: 10, name: '(anonymous)', isAsync: false, isGenerator: false },
        { id: 3, line: 8, column: 15, name: 'pause', isAsync: false, isGenerator: false },
      ],
    ],
  ]);
  expect(entered).toEqual([0, 3, 1, 1, 2]);
});

test('functions are placed where the map of what was done before leads', () => {
  const before = { version: 3, sources: ['shop.ts'], mappings: 'AAUA' };
  const { code } = rewriteApart('function a() {}', { path: PATH, format: 'module' }, () => before)!;
  expect(code).toContain('"file":"/app/shop.ts","line":11,"column":1,"name":"a"');
});

describe('the map', () => {
  const { code, map } = apart();
  const found = new SourceMap(map as never);
  const lines = code.split('\n');
  const originOf = (line: number, text: string) => {
    const at = lines[line - 1]!.indexOf(text);
    expect(at, text).toBeGreaterThanOrEqual(0);
    const entry = found.findEntry(line - 1, at);
    if (!('originalLine' in entry) || entry.originalLine === undefined) return undefined;
    return `${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  };

  test.each([
    [2, 'order(n)', '2:32'],
    [3, '(($syn_v)=await', '3:3'],
    [3, 'pause()', '3:9'],
    [4, 'const all', '4:3'],
    [4, 'one * n', '4:35'],
    [4, 'return ($syn_r)=(0, one', '4:35'],
    [5, 'new Error', '5:20'],
    [6, 'all)', '6:16'],
  ])('leads to what is the program’s: line %i, %s', (line, text, origin) => {
    expect(originOf(line, text)).toBe(origin);
  });

  test.each([
    [2, 'let $syn_f'],
    [2, 'typeof $syn'],
    [2, 'try{'],
    [4, 'try{'],
    [4, '$syn_f?.exit'],
    [6, '$syn_v=>'],
  ])('leads nowhere from what is ours: line %i, %s', (line, text) => {
    expect(originOf(line, text)).toBeUndefined();
  });

  test('holds the source, and counts as many lines', () => {
    expect(map.sources).toEqual([PATH]);
    expect(map.sourcesContent).toEqual([SOURCE]);
    expect(lines.length).toBe(SOURCE.split('\n').length);
  });
});

test('an error is known that the engine throws, and thrown as it was', () => {
  const exits: unknown[][] = [];
  const frame = { exit: (...given: unknown[]) => exits.push(given) };
  const text = 'exports.a = function a() { null.x };';
  const options = { path: PATH, format: 'commonjs', keepsErrors: true } as const;
  const exports: Record<string, () => void> = {};
  new Function('exports', rewriteApart(text, options, () => undefined)!.code)(exports);
  const before = Object.getOwnPropertyDescriptor(Function, CALLS_KEY);
  const calls = { module: () => () => frame };
  Object.defineProperty(Function, CALLS_KEY, { value: calls, configurable: true });
  expect(exports['a']).toThrow(TypeError);
  if (before === undefined) Reflect.deleteProperty(Function, CALLS_KEY);
  expect(exits).toEqual([[frame, expect.any(TypeError), undefined]]);
});

test('what counts coverage for Istanbul is no function of the program', () => {
  const { code } = apart(
    'function cov_1abcdefgh() { const x = {}; cov_1abcdefgh = function () { return x }; return x } function a() { cov_1abcdefgh() }',
  );
  expect(code.match(/\$syn\(\d+\)/g)).toEqual(['$syn(0)']);
  expect(code).toContain('"name":"a"');
});
