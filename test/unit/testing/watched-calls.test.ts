/** Recordings of functions that were rewritten, which nobody has wrapped. */
import { context, trace as otel, ROOT_CONTEXT } from '@opentelemetry/api';

import { afterAll, describe, expect, test, vi } from 'vitest';
import { CallContextManager } from '../../../src/register/calls/call-context-manager.ts';
import { SUPPRESS_KEY } from '../../../src/register/calls/recorded-call.ts';
import { expectRun, record } from '../../../src/testing/index.ts';
import { recordingRegistry } from '../../../src/testing/recording-registry.ts';
import { watchCalls } from '../../../src/testing/watched/watch-calls.ts';
import { checkpoint, startSpan, trace, withSpan } from '../../../src/tracing/index.ts';
import { watchedProgram } from './watched-program.ts';

const NOTHING = { args: false, return: false, errors: false };

const calls = watchCalls(NOTHING);
afterAll(() => {
  otel.disable();
  context.disable();
  recordingRegistry().watcher = undefined;
});

describe('a call is a span', () => {
  test('below whatever called it, async or not', async () => {
    const { order } = watchedProgram(`
      exports.order = async function order(id) { check(id); await reserve(); return charge(3) }
      function check() { return price() }
      const price = () => 7;
      async function reserve() { await turn(); price() }
      async function charge(amount) { await turn(); return amount }
    `);
    const run = await record(() => order!(1));
    expect(run.result).toBe(3);
    expect(run.behaviour()).toBe(
      ['order', '  check', '    price', '  reserve', '    price', '  charge'].join('\n'),
    );
    const [span] = run.spans;
    expect(span).toMatchObject({
      ...{ name: 'order', kind: 'AsyncTask', otelKind: 'internal', status: 'Completed' },
      attributes: { 'code.function.name': 'order', 'code.line.number': 2, 'synton.async': true },
    });
    expect(run.calls('price')[0]).toMatchObject({ kind: 'Function', events: [] });
    expect(span!.durationNano).toBeGreaterThan(run.calls('check')[0]!.durationNano!);
    expect(span!.startNano).toBeGreaterThanOrEqual(0);
    expect(run.root.durationNano).toBeGreaterThan(span!.durationNano!);
    expectRun(run).toHaveCalledInOrder(['order', 'reserve', 'charge']);
    expectRun(run).toHaveCalledTimes('price', 2);
    expectRun(run).toHaveNoUnfinished();
  });

  test('with methods, accessors, callbacks, and functions without a name', async () => {
    const { sum } = watchedProgram(`
      class Cart {
        #items = [];
        add(item) { this.#items.push(item); return this }
        get total() { return this.#items.reduce((sum, item) => sum + item, 0) }
        static of(...items) { return items.reduce((cart, item) => cart.add(item), new Cart()) }
      }
      exports.sum = () => Cart.of(1, 2).total;
    `);
    const run = await record(() => sum!());
    expect(run.result).toBe(3);
    expect(run.behaviour()).toBe(
      [
        'sum',
        '  Cart.of',
        '    (anonymous) ×2',
        '      Cart#add',
        '  Cart#get total',
        '    (anonymous) ×2',
      ].join('\n'),
    );
    const named = await record(() => sum!(), { functions: 'named' });
    expect(named.behaviour()).toBe(
      ['sum', '  Cart.of', '    Cart#add ×2', '  Cart#get total'].join('\n'),
    );
  });

  test('of generators, also where they are left', async () => {
    const { main } = watchedProgram(`
      exports.main = async function main() {
        for (const one of numbers()) { use(one); if (one === 2) break }
        for await (const one of later()) use(one);
        for await (const one of [turn(), 2]) use();
        for await (const one of later()) break;
      }
      function* numbers() { for (let n = 1; ; n++) yield step(n) }
      async function* later() { yield 1; await turn(); yield step(2) }
      function step(n) { return n }
      function use() {}
    `);
    const run = await record(() => main!());
    expectRun(run).toHaveNoUnfinished();
    expectRun(run).toHaveNoErrors();
    expect(run.behaviour({ order: false })).toBe(
      ['main', '  later', '  later', '    step', '  numbers', '    step ×2', '  use ×6'].join('\n'),
    );
  });

  test('below a span of OpenTelemetry, and such spans below it', async () => {
    const { outer } = watchedProgram(
      `exports.outer = async function outer() {
         inner();
         await withSpan('middle', async () => { inner(); await turn(); inner() });
         const span = startSpan('open'); inner(); span.end();
       }
       function inner() { return withSpan('leaf', leaf) }
       function leaf() { checkpoint('seen') }`,
      { withSpan, startSpan, checkpoint },
    );
    const run = await record(() => withSpan('top', () => outer!()), { functions: /^\w/ });
    const inner = (depth: string, times = '') =>
      [`inner${times}`, '  leaf', '    leaf'].map((line) => depth + line);
    expect(run.behaviour().split('\n')).toEqual([
      ...['top', '  outer', ...inner('    '), '    middle', ...inner('      ', ' ×2')],
      // A span that is not made active has nothing below it.
      ...[...inner('    '), '    open'],
    ]);
    expect(run.spans.find(({ events }) => events.length > 0)).toMatchObject({
      ...{ name: 'leaf', events: [{ type: 'Checkpoint', name: 'seen' }] },
      attributes: { 'code.function.name': 'leaf' },
    });
  });

  test('however often a function is called, and however deep', async () => {
    const { many, deep } = watchedProgram(`
      exports.many = function many(times) { for (let n = 0; n < times; n++) one() }
      function one() {}
      exports.deep = function deep(levels) { return levels === 0 ? 0 : 1 + deep(levels - 1) }
    `);
    for (let n = 0; n < 50_000; n++) many!(1);
    expect((await record(() => many!(40_000), { maxSpans: 50_000 })).calls('one')).toHaveLength(
      40_000,
    );
    const run = await record(() => deep!(2_000));
    expect([run.result, run.spans.length]).toEqual([2_000, 2_001]);
    let depth = 0;
    for (let at = run.root.children[0]; at !== undefined; at = at.children[0]) depth++;
    expect(depth).toBe(2_001);
    await expect(record(() => many!(20_000))).rejects.toThrow(
      'the code made 20002 spans, more than maxSpans (10000)',
    );
    // What goes on for ever ends as it would.
    await expect(record(() => deep!(Infinity))).rejects.toThrow(RangeError);
  });

  test('told once where trace() stands for it too', async () => {
    const { main } = watchedProgram(
      `const charge = trace(async function charge(times) {
         checkpoint('asked');
         if (times > 0) await charge(times - 1);
       });
       exports.main = trace({ name: 'the order' }, async function main() { await charge(1) });`,
      { trace, checkpoint },
    );
    const run = await record(() => main!());
    expect(run.behaviour()).toBe(['the order', '  charge', '    charge'].join('\n'));
    expect(run.calls('charge').map(({ events }) => events.map(({ name }) => name))).toEqual([
      ['asked'],
      ['asked'],
    ]);
    expectRun(run).toHaveCalledTimes('charge', 2);
  });
});

describe('what the event loop calls', () => {
  const { later } = watchedProgram(
    `exports.later = function later(what) { schedule(what); return what }
     function schedule(what) {
       if (what === 'timer') setTimeout(late, 2);
       else if (what === 'promise') Promise.resolve().then(late);
       else if (what === 'event') emitter.once('x', late);
       else if (what === 'interval') { let n = 0; const timer = setInterval(() => { late(); if (++n === 3) clearInterval(timer) }, 1) }
       else setTimeout(spans, 2);
     }
     function spans() { withSpan('mail', late) }
     function late() {}`,
    { withSpan, setTimeout, setInterval, clearInterval },
  );
  const hold = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  test.each([
    ['timer', 'later\n  schedule\n    late'],
    ['promise', 'later\n  schedule\n    late'],
    ['span', 'later\n  schedule\n    spans\n      mail\n        late'],
    ['interval', 'later\n  schedule\n    (anonymous) ×3\n      late'],
  ])('is below what started it: %s', async (what, told) => {
    const run = await record(async () => {
      later!(what);
      await hold(15);
    });
    expect(run.behaviour()).toBe(told);
  });

  test('is not in a recording that is over', async () => {
    const run = await record(() => later!('timer'));
    await hold(10);
    expect(run.behaviour()).toBe('later\n  schedule');
  });

  test('a span that a library starts late is below the call, whether its caller still runs or not', async () => {
    const { short, long } = watchedProgram(
      `exports.short = function short() { notify() }
       exports.long = async function long() { notify(); await hold(15) }
       function notify() { setTimeout(library, 2) }`,
      { hold, setTimeout, library: () => startSpan('mail').end() },
    );
    const run = await record(async () => {
      short!();
      await hold(15);
    });
    expect(run.behaviour()).toBe('short\n  notify\n    mail');
    expect((await record(() => long!())).behaviour()).toBe('long\n  notify\n    mail');
  });
});

describe('errors', () => {
  const { main, swallow } = watchedProgram(`
    exports.main = async function main(how) { await turn(); return how === 'own' ? own() : how === 'engine' ? engine() : rejects() }
    function own() { throw new RangeError('too far') }
    function engine() { return undefined.x }
    async function rejects() { await turn(); throw Object.assign(new Error('down'), { code: 'EDOWN' }) }
    exports.swallow = function swallow() { try { own() } catch { return 1 } }
  `);

  test.each([
    ['own', '✕ main RangeError\n  ✕ own RangeError\n✕ threw RangeError'],
    ['engine', '✕ main TypeError\n  ✕ engine TypeError\n✕ threw TypeError'],
    ['rejects', '✕ main EDOWN\n  ✕ rejects EDOWN\n✕ threw EDOWN'],
  ])('%s', async (how, told) => {
    const run = await record(() => main!(how), { throws: 'keep' });
    expect(run.behaviour()).toBe(told);
    expect(() => expectRun(run).toHaveNoErrors()).toThrow(/✕ main/);
  });

  test('that were caught', async () => {
    const run = await record(() => swallow!());
    expect(run.behaviour()).toBe('swallow\n  ✕ own RangeError');
  });

  test('that a library swallowed, are there', async () => {
    const run = await record(() => {
      try {
        watchedProgram('exports.bad = function bad() { null.x }').bad!();
      } catch {}
    });
    expect(run.calls('bad')).toMatchObject([{ status: 'Failed', errorType: 'TypeError' }]);
  });

  test('of runs at the same time are each their own', async () => {
    const hows = ['own', 'engine', 'rejects', 'engine', 'own'];
    const alone = await Promise.all(
      hows.map(async (how) => (await record(() => main!(how), { throws: 'keep' })).behaviour()),
    );
    expect(alone.map((told) => told.split(' ').at(-1))).toEqual([
      ...['RangeError', 'TypeError', 'EDOWN', 'TypeError', 'RangeError'],
    ]);
  });
});

describe('whose calls', () => {
  const { work, step } = watchedProgram(`
    exports.work = async function work(name, times) { for (let n = 0; n < times; n++) { await turn(); step() } return name }
    exports.step = step; function step() {}
  `);

  test('of runs at the same time, each its own, and of nobody what is outside', async () => {
    const outside = work!('outside', 20);
    const runs = await Promise.all([1, 5, 9].map((times) => record(() => work!('inside', times))));
    step!();
    await outside;
    expect(runs.map((run) => run.calls('step').length)).toEqual([1, 5, 9]);
    expect(runs.map((run) => run.calls('work').length)).toEqual([1, 1, 1]);
  });

  test('of a run within a run are those of the inner one', async () => {
    let inner: Awaited<ReturnType<typeof record>> | undefined;
    const outer = await record(async () => {
      step!();
      inner = await record(() => work!('inner', 2));
      step!();
    });
    expect(outer.behaviour()).toBe('step ×2');
    expect(inner!.behaviour()).toBe('work\n  step ×2');
  });

  test('where tracing is suppressed, nobody', async () => {
    const run = await record(() =>
      context.with(context.active().setValue(SUPPRESS_KEY, true), () => step!()),
    );
    expect(run.spans).toEqual([]);
  });

  test('in another trace that the code begins, the run itself', async () => {
    const run = await record(() =>
      context.with(otel.deleteSpan(context.active()), () =>
        withSpan('root of its own', () => step!()),
      ),
    );
    expect(run.behaviour()).toBe('step');
  });
});

describe('functions', () => {
  const { main } = watchedProgram(
    `exports.main = function main() { return helper() }
     function helper() { checkpoint('in'); return withSpan('query', () => inner()) }
     function inner() {}`,
    { withSpan, checkpoint },
  );

  test.each([
    [undefined, 'main\n  helper\n    query\n      (anonymous)\n        inner'],
    ['all', 'main\n  helper\n    query\n      (anonymous)\n        inner'],
    ['named', 'main\n  helper\n    query\n      inner'],
    ['none', 'query'],
    [/^main$/g, 'main\n  query'],
    [/inner/, 'query\n  inner'],
  ] as const)('%s', async (functions, told) => {
    const run = await record(() => main!(), { functions });
    expect(run.behaviour()).toBe(told);
    expect(
      [run.root, ...run.spans].flatMap(({ events }) => events.map(({ name }) => name)),
    ).toEqual(['in']);
  });

  test('anything else is refused', async () => {
    await expect(record(() => 1, { functions: 'main' as 'all' })).rejects.toThrow(TypeError);
  });
});

test('a query in a loop is found through the functions around it', async () => {
  const { all, few } = watchedProgram(
    `exports.all = async function all(ids) { for (const id of ids) await find(id) }
     async function find(id) { const found = await query(text(id)); return found.map(row) }
     function text(id) { return 'SELECT * FROM t WHERE id = ' + quoted(id) }
     function quoted(id) { return "'" + id + "'" }
     function row(given) { return { given } }
     exports.few = async function few(ids) { await query(text(ids)); ids.map(quoted) }`,
    {
      query: (text: string) =>
        withSpan('SELECT', { attributes: { 'db.query.text': text } }, async () => [1, 2]),
    },
  );
  const run = await record(() => all!([1, 2, 3, 4]));
  expect(() => expectRun(run).toHaveNoQueryInLoop()).toThrow(/asked 4 times/);
  expectRun(run).toHaveNoQueryInLoop({ max: 4 });
  expectRun(await record(() => few!([1, 2, 3, 4]))).toHaveNoQueryInLoop();
});

test('what was aborted is told by its name, not by its number', async () => {
  const { main } = watchedProgram('exports.main = async function main(s) { s.throwIfAborted() }');
  const fails = () => main!(AbortSignal.abort());
  const traced = trace('traced', fails);
  for (const code of [fails, traced])
    await record(code, { throws: 'keep' }).then(({ root, spans }) =>
      expect(new Set([root, ...spans].map(({ errorType }) => errorType))).toEqual(
        new Set(['AbortError']),
      ),
    );
  const coded = await record(() => Promise.reject(Object.assign(new Error('no'), { code: 5 })), {
    throws: 'keep',
  });
  expect(coded.root.errorType).toBe('5');
});

test('fake timers change no times', async () => {
  const { main } = watchedProgram(
    'exports.main = async function main(work) { work(); await turn(); leaf(work) }; function leaf(work) { work() }',
  );
  const work = (): void => {
    const untilMs = process.hrtime.bigint() + 5_000_000n;
    while (process.hrtime.bigint() < untilMs);
    vi.advanceTimersByTime(60_000);
  };
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout'] });
  const run = await record(() => main!(work)).finally(() => vi.useRealTimers());
  for (const { durationNano } of [run.root, ...run.spans])
    expect([durationNano! > 4e6, durationNano! < 20e9]).toEqual([true, true]);
  expect(run.calls('leaf')[0]!.startNano).toBeGreaterThan(4e6);
});

test('one watches, whoever asks', () => {
  expect(calls).toBeDefined();
  // A second copy of the package, say.
  expect(watchCalls(NOTHING)).toBeUndefined();
});

test('a context manager that keeps calls and spans apart is refused', async () => {
  const ours = recordingRegistry().watcher;
  context.disable();
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  await expect(record(() => 1)).rejects.toThrow(/keeps calls and spans apart/);
  context.disable();
  context.setGlobalContextManager(new CallContextManager(ours as never));
  expect((await record(() => 1)).result).toBe(1);
  expect(context.active()).toBe(ROOT_CONTEXT);
});
