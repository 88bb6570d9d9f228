/** Which calls become spans, whose children they are, and what they say: with rewritten functions that run. */
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { beforeEach, describe, expect, test } from 'vitest';
import { CallContextManager } from '../../../../src/register/calls/call-context-manager.ts';
import type { CallSpan } from '../../../../src/register/calls/call-span.ts';
import { CallTracker, type TrackerSettings } from '../../../../src/register/calls/call-tracker.ts';
import { installCalls } from '../../../../src/register/calls/install-calls.ts';
import { rewriteModule } from '../../../../src/register/rewrite/rewrite-module.ts';

let started: CallSpan[];
let ended: CallSpan[];
let tracker: CallTracker;
beforeEach(() => {
  started = [];
  ended = [];
});

type Program = Record<string, (...args: unknown[]) => unknown>;

function load(source: string, settings: Partial<TrackerSettings> = {}): Program {
  tracker = new CallTracker(
    { slowMs: 1_000, firstCalls: 0, hotCallsPerSecond: 1e6, root: ROOT_CONTEXT, ...settings },
    { started: (span) => started.push(span), ended: (span) => ended.push(span) },
    { resource: { attributes: {} }, scope: { name: 'test' } },
  );
  const path = '/app/main.js';
  const { code, functions } = rewriteModule(source, { path, format: 'commonjs' })!;
  installCalls(tracker).add(path, functions);
  const exports: Program = {};
  new Function('exports', 'delay', 'JSON', code)(exports, delay, JSON);
  return exports;
}

const names = () => ended.map(({ name }) => name);
const named = (name: string) => ended.find((span) => span.name === name)!;
const parentOf = (name: string) =>
  ended.find((span) => span.spanContext().spanId === named(name).parentSpanContext?.spanId)?.name;

describe('a call becomes a span', () => {
  test('among the first of its function', () => {
    const { a } = load('exports.a = function a() {}', { firstCalls: 2 });
    for (let call = 0; call < 5; call++) a!();
    expect(names()).toEqual(['a', 'a']);
    expect(named('a').attributes).toEqual({
      ...{ 'code.function.name': 'a', 'code.file.path': '/app/main.js' },
      ...{ 'code.line.number': 1, 'code.column.number': 13 },
    });
    expect([...tracker.counted()]).toMatchObject([{ name: 'a', calls: 5, ended: 5, failed: 0 }]);
  });

  test('when it was slow, and so were those that waited for it', async () => {
    const { main } = load(
      `exports.main = async function main() { quick(); await wait(); quick() }
       async function wait() { return delay(30) }
       function quick() {}`,
      { slowMs: 20 },
    );
    await main!();
    expect(names().sort()).toEqual(['main', 'wait']);
    expect(parentOf('wait')).toBe('main');
    const { startTime, endTime } = named('wait');
    expect((endTime[0] - startTime[0]) * 1e9 + endTime[1] - startTime[1]).toBeGreaterThan(25e6);
  });

  test('when somebody asked for its ids, with all that called it', () => {
    const { main } = load(
      `exports.main = function main(ask) { inner(ask) }; function inner(ask) { ask() }`,
    );
    const manager = new CallContextManager(tracker);
    main!(() => trace.getSpan(manager.active())!.addEvent('seen'));
    expect(started.map(({ name }) => name)).toEqual(['main', 'inner']);
    expect(names()).toEqual(['inner', 'main']);
    expect(parentOf('inner')).toBe('main');
    expect(named('inner').events).toMatchObject([{ name: 'seen' }]);
    expect(trace.getSpan(manager.active())).toBeUndefined();
  });
});

describe('an error', () => {
  const failures = () =>
    ended.map(({ name, status, events }) => [
      name,
      status.code === SpanStatusCode.ERROR && status.message,
      events[0]?.attributes['exception.type'],
    ]);

  test('is that of the throw, for all it passes through', () => {
    const { main } = load(
      `exports.main = function main() { a() }; function a() { throw new RangeError('no') }`,
    );
    expect(() => main!()).toThrow('no');
    expect(failures()).toEqual([
      ['a', 'no', 'RangeError'],
      ['main', 'no', 'RangeError'],
    ]);
  });

  test('of the engine is that of the catch', () => {
    const { main } = load(
      `exports.main = function main() { try { a() } catch { return 1 } }; function a() { null.x }`,
    );
    expect(main!()).toBe(1);
    expect(failures()).toEqual([
      ['a', expect.stringContaining('Cannot read properties'), 'TypeError'],
      ['main', false, undefined],
    ]);
  });

  test('that a library caught is known to have been', () => {
    const { a } = load('exports.a = function a() { null.x }');
    try {
      a!();
    } catch {}
    expect(ended).toEqual([]);
    tracker.flush();
    expect(failures()).toEqual([['a', expect.stringContaining('not watched'), undefined]]);
  });

  test('of an async function is that of its rejection; what was caught in it is none', async () => {
    const { main, returned } = load(
      `exports.main = async function main() { try { await a() } catch {} await b() }
       async function a() { await 0; JSON.parse('{') }
       async function b() { await delay(1); throw 'text' }
       exports.returned = async () => { return b() }`,
    );
    await expect(main!()).rejects.toBe('text');
    expect(failures()).toEqual([
      ['a', expect.stringContaining('JSON'), 'SyntaxError'],
      ['b', 'text', 'string'],
      ['main', 'text', 'string'],
    ]);
    await expect(returned!()).rejects.toBe('text');
    expect(failures().at(-1)).toEqual(['returned', 'text', 'string']);
  });

  test('is none in a generator that its consumer leaves', () => {
    const { main } = load(
      `exports.main = function main() { for (const x of g()) break }
       function* g() { try { yield 1 } finally { yield; } }`,
      { firstCalls: 9 },
    );
    main!();
    expect(failures()).toContainEqual(['main', false, undefined]);
    expect(names()).not.toContain('missing');
  });
});

test('a parent is kept over await and into callbacks of an async function', async () => {
  const { main } = load(
    `exports.main = async function main() { await a(); await new Promise((done) => setTimeout(() => { late(); done() }, 2)) }
     async function a() { await delay(1); b() }
     function b() {} ; function late() {}`,
    { firstCalls: 9 },
  );
  await Promise.all([main!(), main!()]);
  expect(parentOf('b')).toBe('a');
  expect(parentOf('a')).toBe('main');
  expect(new Set(ended.map((span) => span.spanContext().traceId)).size).toBe(2);
  const late = ended.filter(({ name }) => name === 'late');
  expect(late).toHaveLength(2);
  for (const span of late) expect(span.parentSpanContext).toBeDefined();
  expect(tracker.running).toBeUndefined();
});

test('calls that each start the next do not hold on to one another', async () => {
  const { loop } = load(
    `exports.loop = async function loop(n, done) { if (n === 0) done(); else setTimeout(loop, 0, n - 1, done) }`,
  );
  await new Promise<void>((done) => loop!(20, done));
  const { resolve, promise } = Promise.withResolvers<void>();
  loop!(3, () => {
    let depth = 0;
    for (let at = tracker.running; at !== undefined; at = at.parent) depth++;
    expect(depth).toBe(1);
    resolve();
  });
  await promise;
});

test('a context of somebody else stands above calls within it', () => {
  const { a } = load('exports.a = function a(run) { run?.() }', { firstCalls: 9 });
  const manager = new CallContextManager(tracker);
  const remote = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 };
  a!(() => manager.with(trace.setSpanContext(ROOT_CONTEXT, remote), () => a!()));
  expect(ended[0]!.parentSpanContext).toEqual(remote);
  expect(ended[0]!.spanContext()).toMatchObject({ traceId: remote.traceId, traceFlags: 0 });
  expect(ended[1]!.parentSpanContext).toBeUndefined();
});

test('a function that is called too often is only counted from then on', () => {
  const { a } = load('exports.a = function a() {}', { hotCallsPerSecond: 1_000, firstCalls: 1 });
  for (let call = 0; call < 5_000; call++) a!();
  expect(names()).toEqual(['a']);
  expect([...tracker.counted()]).toMatchObject([{ calls: 5_000, isHot: true, ended: 999 }]);
});

test('deep recursion is counted, and a stack that overflows does so as before', () => {
  const { a, deep } = load(
    `exports.a = function a() { a() }; exports.deep = function deep(n) { return n === 0 ? 0 : 1 + deep(n - 1) }`,
    { firstCalls: 1e6 },
  );
  expect(() => a!()).toThrow(RangeError);
  expect(tracker.running).toBeUndefined();
  tracker.flush();
  ended.length = 0;
  expect(deep!(600)).toBe(600);
  expect(ended.length).toBeLessThanOrEqual(257);
  expect([...tracker.counted()].find(({ name }) => name === 'deep')?.calls).toBe(601);
});

describe('a loop that awaits', () => {
  const LOOPS = `
async function* numbers() { for (let n = 1; n <= 4; n++) { await delay(1); yield n } }
function seen(n) { return n }
function other() {}
async function waits() { for (let n = 0; n < 8; n++) { await delay(1); other() } }
async function* passes(from) { for await (const n of from) yield n }
`;
  const childrenOf = (name: string) =>
    ended
      .filter(
        ({ parentSpanContext }) => parentSpanContext?.spanId === named(name).spanContext().spanId,
      )
      .map((span) => span.name);

  test.each([
    ['a block', `for await (const n of numbers()) { seen(n) }`, 4],
    ['a statement', `for await (const n of numbers()) seen(n)`, 4],
    ['no block around it', `if (true) for await (const n of numbers()) seen(n); else seen(0)`, 4],
    ['continue', `for await (const n of numbers()) { seen(n); if (n < 9) continue; other() }`, 4],
    ['break', `for await (const n of numbers()) { seen(n); if (n === 2) break }`, 2],
    ['return', `for await (const n of numbers()) { seen(n); if (n === 2) return }`, 2],
    [
      'labels',
      `outer: again: for await (const n of numbers()) { for (const m of [1, 2]) { seen(m); if (m === 1) continue outer } }`,
      4,
    ],
    [
      'loops in each other',
      `outer: for await (const n of numbers()) { for await (const m of numbers()) { seen(m); if (m === 2) continue outer } }`,
      8,
    ],
    [
      'a switch, and a loop without await',
      `for await (const n of numbers()) { switch (n) { case 1: seen(n); break; default: for (;;) { seen(n); break } } }`,
      4,
    ],
    ['awaits', `for await (const n of numbers()) { await delay(1); seen(n) }`, 4],
    ['nothing to await', `for await (const n of [1, 2, 3, 4]) seen(n)`, 4],
    ['a generator between', `for await (const n of passes(numbers())) seen(n)`, 4],
  ])('with %s: what its rounds call is its own, and nothing else', async (_, loop, count) => {
    const { main, all } = load(
      `${LOOPS} exports.main = async function main() { ${loop} ; after() }; function after() {}
       exports.all = async function all() { await Promise.all([exports.main(), waits()]) }`,
      { firstCalls: 99 },
    );
    await all!();
    const children = childrenOf('main');
    expect(children.filter((name) => name === 'seen')).toHaveLength(count);
    expect(children).not.toContain('other');
    expect(children.includes('after')).toBe(!loop.includes('return'));
    expect(childrenOf('waits')).toEqual(Array(8).fill('other'));
    expect(tracker.running).toBeUndefined();
    expect(main).toBeDefined();
  });

  test('that fails, in its rounds or between them, fails its function; one that is left does not', async () => {
    const { round, between, passed, left } = load(
      `${LOOPS} async function* breaks() { yield 1; await 0; throw new RangeError('between') }
       exports.round = async function round() { for await (const n of numbers()) throw new TypeError('round') }
       exports.between = async function between() { for await (const n of breaks()) seen(n) }
       exports.passed = async function passed() { for await (const n of middle(breaks())) seen(n) }
       async function* middle(from) { for await (const n of from) yield n }
       exports.left = async function left() { for await (const n of quiet(numbers())) break }
       async function* quiet(from) { for await (const n of from) yield n }`,
      { firstCalls: 99 },
    );
    for (const call of [round, between, passed]) await Promise.resolve(call!()).catch(() => {});
    await left!();
    tracker.flush();
    const status = (name: string) => named(name).status.code === SpanStatusCode.ERROR;
    expect(['round', 'between', 'passed', 'middle', 'left', 'quiet'].map(status)).toEqual([
      ...[true, true, true, true, false, false],
    ]);
    expect(named('round').status.message).toBe('round');
  });
});
