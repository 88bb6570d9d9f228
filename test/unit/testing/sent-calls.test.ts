/** Recordings where calls are sent somewhere too: they see the same calls, and what is sent stays as it is. */
import { context, trace as otel, ROOT_CONTEXT } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterAll, expect, test } from 'vitest';
import { CallContextManager } from '../../../src/register/calls/call-context-manager.ts';
import { CallTracker } from '../../../src/register/calls/call-tracker.ts';
import { installCalls } from '../../../src/register/calls/install-calls.ts';
import { type RecordOptions, record } from '../../../src/testing/index.ts';
import { recordingRegistry } from '../../../src/testing/recording-registry.ts';
import { startSpan, withSpan } from '../../../src/tracing/index.ts';
import { watchedProgram } from './watched-program.ts';

interface SentSpan {
  readonly name: string;
  readonly parentSpanContext?: { readonly spanId: string } | undefined;
  readonly status: { readonly code: number };
  spanContext(): { readonly spanId: string };
}

let ended: SentSpan[] = [];
const sink = {
  onStart: () => {},
  onEnd: (span: SentSpan) => ended.push(span),
  forceFlush: async () => {},
  shutdown: async () => {},
};
otel.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [sink] }));
const tracker = new CallTracker(
  { slowMs: 1e6, firstCalls: 2, hotCallsPerSecond: 100, root: ROOT_CONTEXT },
  { started: () => {}, ended: sink.onEnd },
  { resource: { attributes: {} }, scope: { name: 'test' } },
);
context.setGlobalContextManager(new CallContextManager(tracker));
recordingRegistry().watcher = tracker;
installCalls(tracker);
afterAll(() => {
  otel.disable();
  context.disable();
  recordingRegistry().watcher = undefined;
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const program = () =>
  watchedProgram(
    `exports.main = async function main() {
       for (let n = 0; n < 3; n++) each(n);
       asks();
       schedule();
       schedule();
       schedule();
       await wait(8);
       try { fails() } catch {}
     }
     function each(n) { leaf() }
     function leaf() {}
     function asks() { return withSpan('query', () => leaf()) }
     function schedule() { setTimeout(late, 2) }
     function late() { library() }
     function fails() { null.x }`,
    { withSpan, setTimeout, wait, library: () => startSpan('mail').end() },
  ).main!;

/** What was sent, each with the name of its parent; a parent that was not sent is `?`. */
function sent(): string[] {
  tracker.flush();
  const names = new Map(ended.map((span) => [span.spanContext().spanId, span.name]));
  expect(names.size).toBe(ended.length);
  const told = ended.map(({ name, parentSpanContext, status }) => {
    const parentId = parentSpanContext?.spanId;
    return `${parentId === undefined ? '' : (names.get(parentId) ?? '?')} > ${name} ${status.code}`;
  });
  ended = [];
  return told.map((one) => one.replace(/module-\d+/, 'module')).sort();
}

const LEFT_OUT: readonly RecordOptions[] = [
  { functions: 'none' },
  { functions: /^leaf$|late/ },
  { functions: 'named' },
];

test('what is sent of a run is what is sent without a recording', async () => {
  const plain = program();
  await withSpan('run', () => plain());
  const before = sent();
  expect(before).toContain('main > fails 2');
  expect(before).toContain('asks > query 0');
  expect(before.filter((one) => one.startsWith('?'))).toEqual([]);
  const recorded = program();
  await record(() => recorded());
  expect(sent()).toEqual(before);
});

test.each(LEFT_OUT)('also where %o is recorded', async (options) => {
  const plain = program();
  await withSpan('run', () => plain());
  const before = sent();
  const recorded = program();
  await record(() => recorded(), options);
  expect(sent()).toEqual(before);
});

const TREE = `main
  asks
    query
      (anonymous)
        leaf
  each ×3
    leaf
  schedule ×3
    late
      mail
  ✕ fails TypeError`;

test('a run holds every call, sent or not, each where it belongs', async () => {
  const main = program();
  const run = await record(() => main());
  expect(run.behaviour({ order: false })).toBe(TREE);
  const some = await record(() => main(), { functions: /^leaf$|late/ });
  expect(some.behaviour({ order: false })).toBe(
    ['late ×3', '  mail', 'leaf ×3', 'query', '  leaf'].join('\n'),
  );
  const none = await record(() => main(), { functions: 'none' });
  expect(none.behaviour()).toBe('query\nmail ×3');
  sent();
});

test('functions that are only counted are recorded, and outside of recordings still only counted', async () => {
  const { often } = watchedProgram(
    'exports.often = function often(times) { for (let n = 0; n < times; n++) one() }; function one() {}',
  );
  await record(() => often!(1));
  often!(5_000);
  sent();
  const run = await record(() => often!(5_000));
  expect(run.calls('one')).toHaveLength(5_000);
  expect(sent()).toEqual([' > run 0']);
  often!(10);
  expect([sent(), tracker.openCount]).toEqual([[], 0]);
});
