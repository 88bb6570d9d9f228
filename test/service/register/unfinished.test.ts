/** What is known of programs that hang, are killed, exit in the middle or fail: by a collector that is another process. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunScene } from '../../support/synton-run.ts';
import {
  type KnownSpan,
  named,
  type ProgramRun,
  runProgram,
} from '../../support/unfinished-programs.ts';

const scene = new RunScene();
beforeAll(() => scene.open());
afterAll(() => scene.close());

const isRunning = (spans: readonly KnownSpan[], name: string) =>
  named(spans, name)?.status === 'Running';
const parentName = (spans: readonly KnownSpan[], name: string) =>
  spans.find(({ spanId }) => spanId === named(spans, name)?.parentSpanId)?.name;

async function killed(run: ProgramRun, signal: NodeJS.Signals) {
  run.child.kill(signal);
  expect(await run.ended).toMatchObject({ code: null, signal });
}

test('a hang in a loop shows which functions stand open, also after SIGKILL', async () => {
  scene.write({
    'hang.mjs': `function main() { return work(1) }
function work(n) {
  console.log('hangs')
  spin()
}
function spin() { for (;;); }
setTimeout(main, 10)`,
  });
  const run = runProgram(scene, ['hang.mjs']);
  await run.wrote(/hangs/);
  const spans = await run.until('spin runs', (all) => isRunning(all, 'spin'));
  expect(parentName(spans, 'spin')).toBe('work');
  expect(parentName(spans, 'work')).toBe('main');
  expect(named(spans, 'spin')).toMatchObject({
    attributes: { 'code.function.name': 'spin', 'code.line.number': '6' },
  });
  await killed(run, 'SIGKILL');
  const after = await run.spans();
  for (const name of ['main', 'work', 'spin']) expect(isRunning(after, name)).toBe(true);
});

test('a hang before the event loop has turned once', async () => {
  scene.write({ 'at-once.cjs': `function spin() { for (;;); }\nspin()` });
  const run = runProgram(scene, ['at-once.cjs']);
  await run.until('spin runs', (spans) => isRunning(spans, 'spin'));
  await killed(run, 'SIGKILL');
});

test('an await that never settles, ended by SIGTERM', async () => {
  scene.write({
    'waits.mjs': `async function ask() { await new Promise(() => {}) }
async function main() { await ask() }
main(); setInterval(() => {}, 1000)`,
  });
  const run = runProgram(scene, ['waits.mjs']);
  await run.until('ask runs', (spans) => isRunning(spans, 'ask'));
  await killed(run, 'SIGTERM');
  expect(parentName(await run.spans(), 'ask')).toBe('main');
});

test('process.exit in the middle: what ended is there, what did not is stale at once', async () => {
  scene.write({
    'exits.cjs': `function quick() {}
function leave() { process.exit(7) }
async function main() { quick(); await new Promise((done) => setTimeout(done, 100)); console.log('leaves'); leave() }
process.on('exit', (code) => console.log('exit', code)); main()`,
  });
  const plain = await runProgram(scene, ['exits.cjs'], { isPlain: true }).ended;
  const run = runProgram(scene, ['exits.cjs']);
  expect(await run.ended).toEqual(plain);
  expect(plain).toMatchObject({ code: 7, stdout: 'leaves\nexit 7\n' });
  const spans = await run.spans();
  expect(named(spans, 'quick')).toMatchObject({ status: 'Completed' });
  expect(named(spans, 'main')).toMatchObject({ status: 'Running', stale: true });
  expect(named(spans, 'leave')).toMatchObject({ status: 'Running', stale: true });
  expect(named(spans, 'synton.calls')).toMatchObject({ status: 'Completed' });
});

test('spans of OpenTelemetry that are open at the end have their names, however short they were', async () => {
  scene.write({
    'leaks.mjs': `import { trace } from '${import.meta.resolve('@opentelemetry/api')}'
const tracer = trace.getTracer('own')
function leave() { tracer.startSpan('ended').end(); process.exit(3) }
tracer.startActiveSpan('left', () => tracer.startActiveSpan('inner', leave))`,
  });
  const run = runProgram(scene, ['leaks.mjs']);
  expect(await run.ended).toMatchObject({ code: 3, stderr: '' });
  const spans = await run.spans();
  expect(named(spans, 'left')).toMatchObject({ status: 'Running', stale: true });
  expect(named(spans, 'inner')).toMatchObject({ status: 'Running', stale: true });
  expect(parentName(spans, 'leave')).toBe('inner');
  expect(parentName(spans, 'ended')).toBe('leave');
});

test.each([
  [
    'an error that nobody catches',
    `setTimeout(function late() { throw new TypeError('no') }, 80)`,
    1,
  ],
  ['an end of its own', `setTimeout(function late() { console.log('done') }, 80)`, 0],
])('%s leaves nothing open', async (_, last, code) => {
  scene.write({
    'ends.cjs': `async function waits() { await new Promise((done) => setTimeout(done, 60)) }\nwaits()\n${last}`,
  });
  const plain = await runProgram(scene, ['ends.cjs'], { isPlain: true }).ended;
  const run = runProgram(scene, ['ends.cjs']);
  const ended = await run.ended;
  expect({ ...ended, stderr: '' }).toEqual({ ...plain, stderr: '' });
  expect(ended.code).toBe(code);
  expect(ended.stderr === '').toBe(plain.stderr === '');
  const spans = await run.spans();
  expect(spans.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['waits', 'late', 'synton.calls']),
  );
  expect(spans.filter(({ status }) => status === 'Running')).toEqual([]);
  expect(spans.flatMap(({ warnings }) => warnings)).not.toContain('duplicate_differs');
});

/** What it did, written where a kill takes nothing back: one line a step, `what time`. */
const LEDGER = `import { writeSync } from 'node:fs';
const told = (what) => writeSync(3, what + ' ' + Date.now() + '\\n');`;

interface Entry {
  readonly what: string;
  readonly atMs: number;
}

/** Killed once it has written that many lines. Returns those that are 100 ms older than the kill. */
async function ledgerOf(run: ProgramRun, lines: number): Promise<Entry[]> {
  let text = '';
  let killedMs = 0;
  run.ledger.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (killedMs > 0 || text.split('\n').length <= lines) return;
    killedMs = Date.now();
    run.child.kill('SIGKILL');
  });
  expect(await run.ended).toMatchObject({ signal: 'SIGKILL' });
  const all = text
    .trim()
    .split('\n')
    .map((line) => {
      const [what = '', atMs] = line.split(' ');
      return { what, atMs: Number(atMs) };
    });
  const promised = all.filter(({ atMs }) => atMs < killedMs - 100);
  expect(promised.length).toBeGreaterThan(10);
  return promised;
}

/** By how often the collector knows that the function was called. */
function countOf(spans: readonly KnownSpan[], name: string): number {
  const calls = named(spans, 'synton.calls')!;
  expect(calls.status).toBe('Running');
  const list = (key: string) =>
    (calls.attributes[key] as { value: string }[]).map((one) => one.value);
  const at = list('synton.calls.names').findIndex((one) => one.startsWith(`${name} `));
  return Number(list('synton.calls.counts')[at] ?? 0);
}

// Three chances: the promise is one of a machine that has a moment for the thread that reports.
describe('nothing that happened 100 ms before a kill is lost', { retry: 2 }, () => {
  test('calls, while the event loop is blocked', async () => {
    scene.write({
      'blocked.mjs': `${LEDGER}
function step(n) { const until = Date.now() + 2; while (Date.now() < until); told('step') }
function main() { for (let n = 0; ; n++) step(n) }
main()`,
    });
    const run = runProgram(scene, ['blocked.mjs']);
    const promised = await ledgerOf(run, 400);
    const spans = await run.spans();
    expect(countOf(spans, 'step')).toBeGreaterThanOrEqual(promised.length);
    // The first of a function are spans.
    const steps = spans.filter(({ name }) => name === 'step');
    expect(steps.length).toBeGreaterThanOrEqual(20);
    expect(steps.filter(({ status }) => status === 'Completed').length).toBeGreaterThanOrEqual(20);
    expect(isRunning(spans, 'main')).toBe(true);
  });

  test('calls, while it turns', async () => {
    scene.write({
      'turning.mjs': `${LEDGER}
async function step(n) { await new Promise((done) => setTimeout(done, 3)); told('step') }
async function main() { for (let n = 0; ; n++) await step(n) }
main()`,
    });
    const run = runProgram(scene, ['turning.mjs']);
    const promised = await ledgerOf(run, 150);
    const spans = await run.spans();
    expect(countOf(spans, 'step')).toBeGreaterThanOrEqual(promised.length);
    expect(isRunning(spans, 'main')).toBe(true);
  });

  test('spans of OpenTelemetry, while the event loop is blocked', async () => {
    const api = import.meta.resolve('@opentelemetry/api');
    scene.write({
      'spans.mjs': `${LEDGER}
import { trace } from ${JSON.stringify(api)};
const tracer = trace.getTracer('mine');
function main() { for (let n = 0; ; n++) {
  const span = tracer.startSpan('op'); told('start:' + span.spanContext().spanId);
  const until = Date.now() + 4; while (Date.now() < until);
  span.end(); told('end:' + span.spanContext().spanId);
} }
main()`,
    });
    const run = runProgram(scene, ['spans.mjs']);
    const promised = await ledgerOf(run, 200);
    const byId = new Map((await run.spans()).map((span) => [span.spanId, span]));
    const lost = promised.filter(({ what }) => {
      const [happened, id = ''] = what.split(':');
      const span = byId.get(id);
      return span === undefined || (happened === 'end' && span.status === 'Running');
    });
    expect(lost).toEqual([]);
  });
});
