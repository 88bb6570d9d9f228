/** Tests under `--import synton/register`: recordings see the calls, which are sent all the same. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WatchedPrograms } from './watched-program.ts';

const TESTING = join(import.meta.dirname, '../../../src/testing/index.ts');
const SHOP = `export async function order(times) { for (let n = 0; n < times; n++) price(n); await reserve(); return 'placed' }
function price(n) { return n }
async function reserve() { throwing() }
function throwing() { try { null.x } catch {} }
`;
const CODE = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectRun, record } from ${JSON.stringify(TESTING)};
import { order } from './shop.mjs';

test('an order', async () => {
  await order(1);
  const run = await record(() => order(30));
  expectRun(run).toHaveCalledTimes('price', 30);
  assert.equal(run.behaviour(), 'order\\n  price ×30\\n  reserve\\n    throwing');
  process.stdout.write('TRACE ' + run.traceId + '\\n');
});
`;

const programs = new WatchedPrograms();
beforeAll(async () => {
  await programs.open();
  programs.write({ 'shop.mjs': SHOP, 'orders.mjs': CODE, 'shop.test.mjs': CODE });
});
afterAll(() => programs.close());

test.each(['orders.mjs', 'shop.test.mjs'])('%s', async (entry) => {
  const { stdout, stderr, code } = await programs.watched(entry);
  expect([code, stderr], stdout).toEqual([0, '']);
  const traceId = /TRACE (\w+)/.exec(stdout)![1]!;
  const sent = programs.takeSpans();
  const spans = sent.filter((span) => span.traceId === traceId);
  const count = (name: string) => spans.filter((span) => span.name === name).length;
  // As without a recording: the first calls of each function, and what stands above a span. The test's own function is one.
  expect(['run', 'order', 'price', 'reserve', 'throwing'].map(count)).toEqual([1, 1, 19, 1, 1]);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  expect(
    spans.filter(({ name, parentSpanId }) => name !== 'run' && !ids.has(parentSpanId)),
  ).toEqual([]);
  const counted = sent.find(({ name }) => name === 'synton.calls')!.events;
  expect(
    counted.find(({ attributes }) => attributes['code.function.name'] === 'price')!.attributes,
  ).toMatchObject({
    'synton.calls': 31,
  });
});

test('a program is watched that an installed tool runs', async () => {
  mkdirSync(join(programs.folder, 'node_modules/tool'), { recursive: true });
  programs.write({
    'node_modules/tool/package.json': '{ "type": "module" }',
    'node_modules/tool/run.js':
      'const { order } = await import(process.cwd() + "/shop.mjs"); console.log(await order(2));',
  });
  mkdirSync(join(programs.folder, 'node_modules/.bin'));
  symlinkSync('../tool/run.js', join(programs.folder, 'node_modules/.bin/tool'));
  const { stdout, code } = await programs.watched('node_modules/.bin/tool');
  expect([stdout, code]).toEqual(['placed\n', 0]);
  const names = programs.takeSpans().map(({ name }) => name);
  expect(names).toContain('order');
});
