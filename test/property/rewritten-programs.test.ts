/** A program does what it did, with its functions watched or not. */
import { ROOT_CONTEXT } from '@opentelemetry/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallSpan } from '../../src/register/calls/call-span.ts';
import { CallTracker } from '../../src/register/calls/call-tracker.ts';
import { installCalls } from '../../src/register/calls/install-calls.ts';
import { CALLS_KEY } from '../../src/register/rewrite/inserted-text.ts';
import { rewriteModule } from '../../src/register/rewrite/rewrite-module.ts';
import { runs } from '../support/property-runs.ts';
import { randomProgram } from '../support/random-programs.ts';

async function logged(body: string): Promise<unknown[]> {
  const entries: unknown[] = [];
  const log = (entry: unknown) => entries.push(entry instanceof Error ? String(entry) : entry);
  await new Function('log', body)(log);
  return entries;
}

test('random programs log the same, in the same order, and leave no call running', async () => {
  const spans: CallSpan[] = [];
  let wrapped = 0;
  await fc.assert(
    fc.asyncProperty(randomProgram, async (body) => {
      const tracker = new CallTracker(
        { slowMs: 1_000, firstCalls: 1, hotCallsPerSecond: 50, root: ROOT_CONTEXT },
        { started: () => {}, ended: (span) => spans.push(span) },
        { resource: { attributes: {} }, scope: { name: 'test' } },
      );
      const problems: string[] = [];
      const path = '/app/main.js';
      const rewritten = rewriteModule(body, {
        path,
        format: 'commonjs',
        onProblem: (reason) => problems.push(reason),
      });
      expect(problems).toEqual([]);
      const { functions, code } = rewritten!;
      wrapped += functions.length;
      installCalls(tracker).add(path, functions);
      expect(code.split('\n').slice(0, -1)).toHaveLength(body.split('\n').length);
      expect(await logged(code)).toEqual(await logged(body));
      expect(tracker.running).toBeUndefined();
      expect(tracker.storage.getStore()).toBeUndefined();
      tracker.flush();
    }),
    { numRuns: runs(300) },
  );
  expect(wrapped).toBeGreaterThan(1_000);
  expect(spans.length).toBeGreaterThan(1_000);
  expect(spans.filter(({ endTime }) => endTime[0] === 0)).toEqual([]);
});

test('programs run as well where nobody watches', async () => {
  await fc.assert(
    fc.asyncProperty(randomProgram, async (body) => {
      Reflect.deleteProperty(Function, CALLS_KEY);
      const { code } = rewriteModule(body, { path: '/app/main.js', format: 'commonjs' })!;
      expect(await logged(code)).toEqual(await logged(body));
    }),
    { numRuns: runs(50) },
  );
});
