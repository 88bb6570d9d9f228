/** The text for snapshots: what it tells, and what it leaves out as it differs from run to run. */
import { afterAll, describe, expect, test } from 'vitest';
import { type RecordedRun, record } from '../../../src/testing/index.ts';
import { startSpan, withSpan } from '../../../src/tracing/index.ts';
import { unregisterProvider } from '../tracing/registered-provider.ts';

afterAll(unregisterProvider);

const turn = () => new Promise((resolve) => setImmediate(resolve));
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const named = async (name: string): Promise<string> =>
  (await record(() => withSpan(name, () => {}))).behaviour();

function shop(): Promise<RecordedRun> {
  return record(
    async () => {
      await withSpan('order', async () => {
        for (let n = 0; n < 3; n++) await withSpan('query', turn);
        await withSpan('charge', async () => {
          throw new RangeError('too far');
        }).catch(() => {});
        await withSpan('query', turn);
      });
      startSpan('listen');
    },
    { settleMs: 0 },
  );
}

test('names, nesting, order, status, types of errors, repetitions', async () => {
  const run = await shop();
  expect(run.behaviour()).toMatchInlineSnapshot(`
    "order
      query ×3
      ✕ charge RangeError
      query
    listen (unfinished)"
  `);
  expect((await shop()).behaviour()).toBe(run.behaviour());
});

test('what the code threw is the last line', async () => {
  const run = await record(() => Promise.reject(new TypeError('no')), { throws: 'keep' });
  expect(run.behaviour()).toBe('✕ threw TypeError');
});

test('equal siblings are those that are equal below too', async () => {
  const step = (inner: string) => withSpan('step', () => withSpan(inner, turn));
  const run = await record(async () => {
    for (const inner of ['a', 'a', 'b', 'a']) await step(inner);
  });
  expect(run.behaviour()).toBe('step ×2\n  a\nstep\n  b\nstep\n  a');
});

test('concurrent siblings stand in order of name, those one after another in theirs', async () => {
  const code = (order: readonly string[], times: readonly number[]) =>
    record(async () => {
      await withSpan('z first', turn);
      await Promise.all(order.map((name, i) => withSpan(name, () => wait(times[i]!))));
      await withSpan('a last', turn);
    });
  const run = await code(['c', 'a', 'b', 'a'], [4, 1, 8, 2]);
  expect(run.behaviour()).toBe('z first\na ×2\nb\nc\na last');
  expect((await code(['a', 'b', 'a', 'c'], [2, 6, 1, 1])).behaviour()).toBe(run.behaviour());
  expect(run.behaviour({ order: false })).toBe('a ×2\na last\nb\nc\nz first');
});

test('what goes on beside is concurrent with all that it overlaps', async () => {
  const run = await record(async () => {
    const beside = withSpan('poll', () => wait(10));
    await withSpan('b', turn);
    await withSpan('a', turn);
    await beside;
  });
  expect(run.behaviour()).toBe('a\nb\npoll');
});

test('attributes that are asked for', async () => {
  const attributes = { method: 'GET', url: 'http://localhost:4123/x', tries: 3, tags: ['a', 'b'] };
  const run = await record(() => withSpan('call', { attributes }, turn));
  expect(run.behaviour({ attributes: ['url', 'tries', 'tags', 'none'] })).toBe(
    'call {url=http://localhost/x, tries=3, tags=a,b}',
  );
});

describe('names without what is another each time', () => {
  test.each([
    ['GET http://localhost:43123/items', 'GET http://localhost/items'],
    ['GET http://127.0.0.1:80/', 'GET http://127.0.0.1/'],
    ['connect [::1]:5432', 'connect [::1]'],
    ['connect db.shop.test:5432', 'connect db.shop.test'],
    ['POST https://api:8443', 'POST https://api'],
    ['item 0189f7ea-7d3c-7b3a-9d7e-3f1f0a6a1b2c', 'item ‹uuid›'],
    ['trace 4bf92f3577b34da6a3ce929d0e0e4736', 'trace ‹id›'],
    ['step:10 of 12', 'step:10 of 12'],
    ['level 12:30', 'level 12:30'],
    ['items/42', 'items/42'],
    ['defaced decade', 'defaced decade'],
    ['two\nlines', 'two lines'],
  ])('%s', async (name, stable) => {
    expect(await named(name)).toBe(stable);
  });

  test('a long one is cut after its ids', async () => {
    const long = (port: number) => `${'x'.repeat(90)} http://localhost:${port}/ ${'y'.repeat(200)}`;
    expect(await named(long(80))).toBe(await named(long(54321)));
    expect((await named(long(80))).length).toBe(200);
  });
});

test('very deep and very wide runs are told in bounded text', async () => {
  const deep = (level: number): void =>
    withSpan('level', () => (level > 1 ? deep(level - 1) : undefined));
  const run = await record(() => {
    deep(400);
    for (let n = 0; n < 5_000; n++) withSpan('wide', () => {});
  });
  const lines = run.behaviour().split('\n');
  expect(lines).toHaveLength(67);
  expect(lines[65]!.trim()).toBe('… 335 spans below');
  expect(lines[66]).toBe('wide ×5000');
});
