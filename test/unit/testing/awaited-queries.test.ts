/** Thenables that do something only once somebody waits for them, as query builders are. */
import { context, trace as otel } from '@opentelemetry/api';
import { afterAll, expect, test } from 'vitest';
import { record } from '../../../src/testing/index.ts';
import { recordingRegistry } from '../../../src/testing/recording-registry.ts';
import { watchCalls } from '../../../src/testing/watched/watch-calls.ts';
import { type Program, watchedProgram } from './watched-program.ts';

watchCalls({ args: false, return: false, errors: false });
afterAll(() => {
  otel.disable();
  context.disable();
  recordingRegistry().watcher = undefined;
});

test('a query that runs when it is awaited is below the function that awaits it, as soon as without us', async () => {
  const source = `
    class Query { constructor(log) { this.log = log } then(ok, no) { this.log('then'); return execute().then(ok, no) } }
    async function execute() { await null; return 'row' }
    async function repo(log) { const row = await new Query(log); log(row); return row }
    exports.main = async function main(log) { await null; await repo(log); await Promise.all([repo(log), repo(log)]) }
    exports.ticks = async function ticks(log) {
      let over = false;
      (async () => { for (let n = 0; !over; n++) { log(n); await null } })();
      for (const value of [new Query(log), { then(ok) { ok(1) } }, { get then() { log('read') } }, { get then() { throw 'x' } }, () => {}, [], null])
        try { log(typeof await value) } catch (error) { log(error) }
      over = true;
    }`;
  const { main, ticks } = watchedProgram(source);
  const run = await record(() => main!(() => {}));
  expect(run.behaviour({ order: false })).toBe(
    'main\n  repo ×3\n    Query#constructor\n    Query#then\n      execute',
  );
  const plain: Program = {};
  new Function('exports', source)(plain);
  const heard: unknown[][] = [];
  for (const code of [plain['ticks']!, ticks!]) {
    const lines: unknown[] = [];
    await record(() => code((line: unknown) => void lines.push(line)));
    heard.push(lines);
  }
  expect(heard[0]!.length).toBeGreaterThan(15);
  expect(heard[1]).toEqual(heard[0]);
});
