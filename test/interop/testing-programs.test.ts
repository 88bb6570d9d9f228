/** The built package in tests of node:test, as the documents show it: what passes, what fails and how it says so. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs the text as a file of tests beside a node_modules that holds the package. */
async function tested(
  name: string,
  text: string,
  beside: Readonly<Record<string, string>> = {},
  before: readonly string[] = [],
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'synton-testing-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/synton'));
  for (const [path, content] of Object.entries({ ...beside, [name]: text }))
    writeFileSync(join(folder, path), content);
  // A run of tests that is told it is within another one says less.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return new Promise((resolve) => {
    const args = [...before, '--test', name];
    execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

test('the example of the documents passes', async () => {
  const docs = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
  const [shop, example] = ['shop.mjs', 'shop.test.mjs'].map(
    (name) =>
      docs
        .split('```js\n')
        .find((text) => text.startsWith(`// ${name}\n`))!
        .split('```')[0]!,
  );
  const { code, output } = await tested('shop.test.mjs', example!, { 'shop.mjs': shop! }, [
    ...['--import', 'synton/testing/register'],
  ]);
  expect(output).toMatch(/pass 1\b/);
  expect(code).toBe(0);
});

test('a failing test shows where it differs, also from CommonJS', async () => {
  const { code, output } = await tested(
    'failing.test.cjs',
    `const { test } = require('node:test');
const { expectRun, record } = require('synton/testing');
const { withSpan } = require('synton/tracing');
test('charges once', async () => {
  const run = await record(() => withSpan('order', async () => {
    await withSpan('charge', async () => {});
    await withSpan('charge', async () => {});
  }));
  expectRun(run).toHaveCalledTimes('charge', 1);
});
`,
  );
  expect(code).toBe(1);
  expect(output).toContain('to have called "charge" once, but it was called 2 times');
  expect(output).toMatch(/run\n\s+order\n\s*→ +charge\n\s*→ +charge\n/);
  expect(output).toContain("code: 'ERR_ASSERTION'");
  // The stack begins in the test, not in the package.
  expect(output).toMatch(/\n\s+at TestContext\.<anonymous> \(.*failing\.test\.cjs:9:18\)/);
  expect(output).not.toContain('expect-run');
});
