/** What of the package works under Bun and Deno: docs/tracing.md says so. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { RuntimeScene, SKIP } from './runtime-scene.ts';

const ORDER = ['charge', 'order', 'pages', 'price', 'price', 'program', 'reserve', 'stock'];
const RESULT = {
  prices: [0, 2],
  seen: [1, 2],
  failure: 'declined: empty',
  names: ['price', 1, 'reserve'],
};

let scene: RuntimeScene;
before(async () => {
  if (!SKIP) scene = await RuntimeScene.open();
});
after(() => scene?.close());

for (const [runtime, before] of [
  ['bun', ['run']],
  ['deno', ['run', '--allow-all', '--quiet']],
] as const) {
  const run = (...args: readonly string[]) => scene.run(runtime, [...before, ...args]);

  describe(runtime, { skip: SKIP }, () => {
    test('traced functions do what they did, and are told from memory', async () => {
      const { stdout, stderr } = await run('collected.mjs');
      assert.equal(stderr, '');
      const { result, content } = JSON.parse(stdout);
      assert.deepEqual(result, RESULT);
      assert.match(content, /order[\s\S]*stock[\s\S]*reserve[\s\S]*price[\s\S]*pages[\s\S]*charge/);
      assert.match(content, /declined: empty/);
    });

    test('the same from CommonJS', async () => {
      const { stdout, stderr } = await run('collected.cjs');
      assert.equal(stderr, '');
      assert.match(JSON.parse(stdout).content, /main[\s\S]*double/);
    });

    test("spans go where OpenTelemetry's own provider sends them", async () => {
      const { stdout, stderr } = await run('exported.mjs', scene.endpoint);
      assert.equal(stderr, '');
      const { result, traceId } = JSON.parse(stdout);
      assert.deepEqual(result, RESULT);
      assert.deepEqual(await scene.names(traceId), ORDER);
    });

    test('our processor sends', async () => {
      const options = { export: { endpoint: scene.endpoint, format: 'otlp-http' } };
      const { stdout, stderr } = await run('processed.mjs', JSON.stringify(options));
      assert.match(stderr, /^(?:synton: spans live in memory only: [^\n]*\n)?$/);
      const { traceId } = JSON.parse(stdout);
      assert.deepEqual(await scene.names(traceId), ORDER);
    });

    // Deno's threads cannot close the port to their parent, as the writer's does at its end.
    const noFolder = runtime === 'deno' && 'a folder needs what Deno has not';
    test('our processor keeps spans in a folder', { skip: noFolder }, async () => {
      const { stdout, stderr } = await run(
        'processed.mjs',
        JSON.stringify({ path: `${runtime}-data` }),
      );
      assert.equal(stderr, '');
      assert.match(JSON.parse(stdout).content, /program[\s\S]*order[\s\S]*charge/);
    });
  });
}
