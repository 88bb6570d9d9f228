/** What every file of ours keeps to: its length, how it opens, what it must not say. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, type SourceFile, sourceFiles } from './source-tree.ts';

const LINES_MAX = 400;

/** Written in pieces, so that this file does not find itself. */
const FORBIDDEN: readonly RegExp[] = [
  ['/', 'work/'],
  ['/', 'tmp/'],
  ['registry', '\\.npm'],
  ['\\bTO', 'DO\\b'],
  ['\\bFIX', 'ME\\b'],
  ['\\bXX', 'X\\b'],
  ['\\bHA', 'CK\\b'],
].map((pieces) => new RegExp(pieces.join('')));

const opensWithComment = ({ text }: SourceFile) =>
  /^(?:#!.*\n)?\s*\/[*/]/.test(text) ||
  // A type alone with its docstring may have its imports first.
  /^(?:import\s[^;]+;\s*)+\/[*/]/.test(text);
const hasDefaultExport = ({ text }: SourceFile) =>
  /^export\s+default\b|^export\s*\{[^}]*\bas default\b/m.test(text);
const lineCount = ({ text }: SourceFile) => text.trimEnd().split('\n').length;
const forbiddenWords = ({ text }: SourceFile) =>
  FORBIDDEN.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);

const sources = sourceFiles(['src']);
const tests = sourceFiles(['test']);
const paths = (files: readonly SourceFile[]) => files.map(({ path }) => path);

test(`no file is longer than ${LINES_MAX} lines`, () => {
  expect(paths([...sources, ...tests].filter((file) => lineCount(file) > LINES_MAX))).toEqual([]);
});

test('every module opens with a comment on what it is', () => {
  expect(paths(sources.filter((file) => !opensWithComment(file)))).toEqual([]);
});

test('nothing is exported by default', () => {
  expect(paths([...sources, ...tests].filter(hasDefaultExport))).toEqual([]);
});

test('files are not named for being useful', () => {
  const vague = /(?:^|\/)(?:utils?|helpers?|common|misc)(?:\/|\.ts$)/;
  expect(paths([...sources, ...tests]).filter((path) => vague.test(path))).toEqual([]);
});

test('the project speaks of itself alone', () => {
  const folders = ['src', 'test', 'docs', 'config', 'proto', 'examples', 'bench', '.ci'];
  const single = [
    ...['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'Dockerfile', 'docker-compose.yml'],
    ...['package.json', 'knip.json', 'biome.json', 'tsconfig.json', '.dockerignore'],
  ];
  const files = [
    ...sourceFiles(
      folders.filter((folder) => existsSync(join(ROOT, folder))),
      '',
    ),
    ...single
      .filter((path) => existsSync(join(ROOT, path)))
      .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
    // A picture's bytes are no words.
  ].filter(({ path }) => !path.includes('node_modules/') && !path.endsWith('.png'));
  expect(files.length).toBeGreaterThan(100);
  expect(
    files.flatMap((file) => forbiddenWords(file).map((word) => `${file.path} says ${word}`)),
  ).toEqual([]);
});

describe('the checks find what they look for', () => {
  const file = (text: string): SourceFile => ({ path: 'src/a.ts', text });

  test('openings', () => {
    expect(opensWithComment(file('/** A. */\nexport const a = 1;\n'))).toBe(true);
    expect(opensWithComment(file('#!/usr/bin/env node\n/** A. */\n'))).toBe(true);
    expect(opensWithComment(file("import type { B } from './b.ts';\n\n/** A. */\n"))).toBe(true);
    expect(opensWithComment(file('export const a = 1;\n/** A. */\n'))).toBe(false);
    expect(opensWithComment(file("import { b } from './b.ts';\nexport const a = b;\n"))).toBe(
      false,
    );
  });

  test('default exports', () => {
    expect(hasDefaultExport(file('export default function a() {}\n'))).toBe(true);
    expect(hasDefaultExport(file('export { a as default };\n'))).toBe(true);
    expect(hasDefaultExport(file('export const isDefault = 1;\n'))).toBe(false);
  });

  test('words and length', () => {
    expect(forbiddenWords(file(`// ${'TO'}DO later`))).toHaveLength(1);
    expect(forbiddenWords(file('// done'))).toEqual([]);
    expect(lineCount(file('a\n'.repeat(401)))).toBe(401);
  });
});
