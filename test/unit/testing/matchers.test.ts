/** The matchers in vitest’s own expect: what passes, what fails, with `not` as well, and what the messages show. */
import { AssertionError } from 'node:assert';
import { afterAll, describe, expect, test } from 'vitest';
import {
  expectRun,
  matchers,
  type RecordedRun,
  type RunMatchers,
  record,
} from '../../../src/testing/index.ts';
import { startSpan, trace, withSpan } from '../../../src/tracing/index.ts';
import { unregisterProvider } from '../tracing/registered-provider.ts';

expect.extend(matchers);
afterAll(unregisterProvider);

const turn = () => new Promise((resolve) => setImmediate(resolve));
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const order = () =>
  record(async () => {
    await withSpan('order', async () => {
      await withSpan('reserve', turn);
      await withSpan('charge', turn);
      await withSpan('charge', turn);
    });
    await withSpan('mail', turn);
  });

/** What the failing assertion says. */
function said(assert: () => void): string {
  try {
    assert();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the assertion passed');
}

type Ask = (run: RunMatchers) => void;

/** Passes, and fails with `not`; or the other way round. */
function expectVerdict(run: RecordedRun, passes: boolean, ask: Ask): void {
  const [right, wrong] = passes ? [expect(run), expect(run).not] : [expect(run).not, expect(run)];
  ask(right);
  expect(() => ask(wrong)).toThrow(/^expected the run/);
}

describe('calls', () => {
  test.each<[string, boolean, Ask]>([
    ['called', true, (run) => run.toHaveCalled('charge')],
    ['called a pattern', true, (run) => run.toHaveCalled(/^CHARGE$/i)],
    ['called another', false, (run) => run.toHaveCalled('refund')],
    ['not a part of a name', false, (run) => run.toHaveCalled('char')],
    ['not the run itself', false, (run) => run.toHaveCalled('run')],
    ['times', true, (run) => run.toHaveCalledTimes('charge', 2)],
    ['times of a pattern', true, (run) => run.toHaveCalledTimes(/r/, 4)],
    ['other times', false, (run) => run.toHaveCalledTimes('charge', 1)],
    ['no times', true, (run) => run.toHaveCalledTimes('refund', 0)],
    ['never', true, (run) => run.toNeverCall('refund')],
    ['never, but it was', false, (run) => run.toNeverCall('mail')],
    ['in order, with gaps', true, (run) => run.toHaveCalledInOrder(['order', 'charge', 'mail'])],
    ['in order, the same twice', true, (run) => run.toHaveCalledInOrder(['charge', 'charge'])],
    ['three of two', false, (run) => run.toHaveCalledInOrder(['charge', 'charge', 'charge'])],
    ['the other order', false, (run) => run.toHaveCalledInOrder(['mail', 'charge'])],
    ['within', true, (run) => run.toHaveFinishedWithin('charge', '1m')],
    ['all within', true, (run) => run.toHaveFinishedWithin(60_000)],
    ['not within', false, (run) => run.toHaveFinishedWithin('order', 0)],
    ['not all within', false, (run) => run.toHaveFinishedWithin('1ns')],
    ['no errors', true, (run) => run.toHaveNoErrors()],
    ['no unfinished', true, (run) => run.toHaveNoUnfinished()],
  ])('%s', async (_, passes, ask) => {
    expectVerdict(await order(), passes, ask);
  });

  test('time is that of the call that took longest, and of one that never ends', async () => {
    const run = await record(
      async () => {
        await withSpan('step', turn);
        await withSpan('step', () => wait(30));
        startSpan('hangs');
      },
      { settleMs: 0 },
    );
    expectVerdict(run, false, (it) => it.toHaveFinishedWithin('step', 20));
    expectVerdict(run, true, (it) => it.toHaveFinishedWithin('step', '10s'));
    expectVerdict(run, false, (it) => it.toHaveFinishedWithin('hangs', '1d'));
    expect(said(() => expect(run).toHaveFinishedWithin('hangs', 1))).toMatch(
      /within 1\.00 ms, but 1 of 1 did not finish at all\n[^→]*→ {3}… hangs {2}unfinished/,
    );
  });

  test('what was never called did not finish in time, and did not finish late', async () => {
    const run = await order();
    expect(() => expect(run).toHaveFinishedWithin('refund', 50)).toThrow('it was never called');
    expect(() => expect(run).not.toHaveFinishedWithin('refund', 50)).toThrow('it was never called');
  });

  test('names of concurrent calls count in order of start', async () => {
    const run = await record(() =>
      Promise.all([withSpan('slow', () => wait(5)), withSpan('fast', turn)]),
    );
    expect(run).toHaveCalledInOrder(['slow', 'fast']);
    expect(run).not.toHaveCalledInOrder(['fast', 'slow']);
  });
});

describe('outcome', () => {
  const fails = trace(async function fails() {
    throw new RangeError('too far');
  });

  test('a failed span is an error, also one that was caught; so is code that throws', async () => {
    const caught = await record(() => fails().catch(() => {}));
    expectVerdict(caught, false, (run) => run.toHaveNoErrors());
    const thrown = await record(() => Promise.reject(new Error('no')), { throws: 'keep' });
    expectVerdict(thrown, false, (run) => run.toHaveNoErrors());
    expect(said(() => expect(caught).toHaveNoErrors())).toBe(
      'expected the run to have no errors, but 1 span failed\n\n' +
        '    run\n  →   ✕ fails  RangeError: too far',
    );
  });

  test('what did not end', async () => {
    const run = await record(() => void startSpan('hangs'), { settleMs: 0 });
    expectVerdict(run, false, (it) => it.toHaveNoUnfinished());
    expectVerdict(run, true, (it) => it.toHaveNoErrors());
  });
});

describe('messages', () => {
  test('show where it was, or the tree where it was not', async () => {
    const run = await order();
    expect(said(() => expect(run).toHaveCalledTimes('charge', 1))).toBe(`\
expected the run to have called "charge" once, but it was called 2 times

    run
      order
        reserve
  →     charge
  →     charge
      mail`);
    expect(said(() => expect(run).toHaveCalled('refund'))).toBe(`\
expected the run to have called "refund", but it was never called

    run
      order
        reserve
        charge
        charge
      mail`);
    expect(said(() => expect(run).not.toHaveCalled('mail'))).toMatch(
      /^expected the run not to have called "mail", but it was called once\n[\s\S]*\n {2}→ {3}mail$/,
    );
    expect(said(() => expect(run).toHaveCalledInOrder(['charge', 'charge', 'reserve']))).toBe(`\
expected the run to have called "charge", then "charge", then "reserve", but "reserve" was not called after the marked "charge", only before

    run
      order
  →     reserve
        charge
  →     charge
      mail`);
  });

  test('never the whole of a large run', async () => {
    const deep = (level: number): void =>
      withSpan(`level ${level}`, () => (level > 0 ? deep(level - 1) : undefined));
    const run = await record(() => {
      for (let n = 0; n < 1_000; n++)
        withSpan('step', () => withSpan(n === 777 ? 'odd' : 'inner', () => {}));
      deep(300);
    });
    const odd = said(() => expect(run).toNeverCall('odd'));
    expect(odd).toMatch(/\n {6}step\n {2}→ {5}odd\n/);
    expect(odd).toMatch(/… \d+ more spans/);
    for (const message of [
      odd,
      said(() => expect(run).toNeverCall('step')),
      said(() => expect(run).toNeverCall('level 0')),
      said(() => expect(run).toNeverCall('level 150')),
      said(() => expect(run).toHaveCalled('refund')),
      said(() => expect(run).toHaveFinishedWithin(/./, 0)),
    ]) {
      const lines = message.split('\n');
      expect(lines.length).toBeLessThanOrEqual(40);
      expect(lines.length).toBeGreaterThan(20);
      for (const line of lines) expect(line.length).toBeLessThan(250);
    }
    const steps = said(() => expect(run).toNeverCall('step'));
    const [, more] = /… (\d+) more like these$/.exec(steps)!;
    expect(steps.split('→').length - 1 + Number(more)).toBe(1_000);
    expect(said(() => expect(run).toNeverCall('level 0'))).toMatch(/→ +level 0/);
    expect(run.text().split('\n').length).toBeLessThan(5_003);
  });

  test('hold names from outside as one line of text', async () => {
    const run = await record(() => withSpan('a\n\u001b[31mb', () => {}));
    expect(said(() => expect(run).toNeverCall(/b/))).toMatch(/→ {3}a ⟨U\+001B⟩\[31mb$/);
  });
});

describe('asked wrongly', () => {
  test('there is no verdict, with `not` neither', async () => {
    const run = await order();
    const wrong: Ask[] = [
      (it) => it.toHaveCalled(undefined as never),
      (it) => it.toHaveCalledTimes('charge', 1.5),
      (it) => it.toHaveCalledTimes('charge', undefined as never),
      (it) => it.toHaveCalledInOrder([]),
      (it) => it.toHaveCalledInOrder('charge' as never),
      (it) => it.toHaveFinishedWithin('charge', 'soon'),
      (it) => it.toHaveFinishedWithin('charge'),
      (it) => it.toHaveNoQueryInLoop({ max: 0 }),
      (it) => it.toTouchOnlyHosts('localhost' as never),
    ];
    for (const ask of wrong) {
      expect(() => ask(expect(run))).toThrow(TypeError);
      expect(() => ask(expect(run).not)).toThrow(TypeError);
    }
    expect(() => expect('run').toHaveCalled('charge')).toThrow('expected a run');
    expect(() => expect(record(turn)).not.toHaveCalled('charge')).toThrow('await it');
  });
});

describe('without a runner', () => {
  test('the same matchers throw an AssertionError', async () => {
    const run = await order();
    expectRun(run).toHaveCalled('charge');
    expectRun(run).not.toHaveCalled('refund');
    expect(() => expectRun(run).toHaveCalled('refund')).toThrow(AssertionError);
    expect(() => expectRun(run).not.toHaveCalled('charge')).toThrow(/not to have called[\s\S]*→/);
    expect(Object.keys(expectRun(run).not)).toEqual(Object.keys(matchers));
  });
});

test('a promise of a run, by resolves', async () => {
  await expect(order()).resolves.toHaveCalled('charge');
  await expect(expect(order()).resolves.toHaveCalled('refund')).rejects.toThrow('never called');
});
