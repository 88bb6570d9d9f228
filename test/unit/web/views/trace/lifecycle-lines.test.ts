import { describe, expect, test } from 'vitest';
import type { LifecycleView } from '../../../../../src/web/data/wire.ts';
import {
  countGroups,
  foldRuns,
  linesOf,
} from '../../../../../src/web/views/trace/tabs/lifecycle/lifecycle-lines.ts';
import {
  sentenceOf,
  wordsOf,
} from '../../../../../src/web/views/trace/tabs/lifecycle/line-words.ts';

const text = (value: string) => ({ type: 'string', value });

const span = (spanId: string, name: string, offset: number, duration: number, more = {}) => ({
  ...{ spanId, name, service: 'shop', kind: 'Function', status: 'Completed', depth: 1 },
  ...{ parentSpanId: 'root', offsetNano: String(offset), durationNano: String(duration) },
  ...{ childCount: 0, spansBelow: 0, errorsBelow: 0, warnings: [], ...more },
});
const event = (at: number, type: string, spanId: string, name = '', attributes = {}) => ({
  ...{ atUnixNano: String(at), offsetNano: String(at), type, spanId, name, depth: 1 },
  attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
});
const DERIVED = { 'synton.derived': { type: 'bool', value: true } };

/** A view without what these parts do not say. */
const viewWith = (parts: object): LifecycleView =>
  ({
    ...{ gaps: [], running: [], orphans: [], warnings: [] },
    ...parts,
  }) as unknown as LifecycleView;

function viewOf(): LifecycleView {
  return viewWith({
    tree: [
      span('root', 'order', 0, 100e6, { parentSpanId: undefined, depth: 0, status: 'Failed' }),
      ...[1, 2, 3, 4].map((at) => span(`q${at}`, 'query', at * 10e6, 5e6)),
      span('run', 'charge', 60e6, 0, { status: 'Running' }),
    ],
    events: [
      event(0, 'Enter', 'root'),
      event(5e6, 'Checkpoint', 'root', 'cart.validated', { items: text('24') }),
      ...[1, 2, 3, 4].flatMap((at) => [
        event(at * 10e6, 'Enter', `q${at}`),
        event(at * 10e6 + 5e6, 'Exit', `q${at}`),
      ]),
      event(60e6, 'Enter', 'run'),
      event(90e6, 'Error', 'root', 'exception', {
        'exception.type': text('PspError'),
        'exception.message': text('503 Service Unavailable\nat …'),
        'code.file.path': text('/app/src/charge.ts'),
        'code.line.number': { type: 'int', value: '88' },
      }),
      event(100e6, 'Exit', 'root'),
    ],
    gaps: [{ fromOffsetNano: '50000000', durationNano: '10000000' }],
    running: [
      { spanId: 'run', name: 'charge', place: { at: '/app/src/charge.ts:40', within: 'q4' } },
    ],
  });
}

const lines = linesOf(viewOf());
const around = {
  nameOf: (spanId: string) => (spanId === 'q4' ? 'query' : spanId),
  ranFor: () => 40e6,
};
const told = (all = lines) => all.map((line) => sentenceOf(line, wordsOf(line, around)));

describe('lines', () => {
  test('tell what happened in order; a span with nothing in it is one of them', () => {
    expect(lines.map(({ kind }) => kind)).toEqual([
      ...['enter', 'checkpoint', 'whole', 'whole', 'whole', 'whole'],
      ...['gap', 'enter', 'error', 'exit', 'running'],
    ]);
    expect(countGroups(lines)).toEqual({
      ...{ calls: 7, checkpoint: 1, error: 1, custom: 0, gap: 1, running: 1 },
    });
  });

  test('can be read aloud', () => {
    expect(told()).toEqual([
      '+0 ns Enter order, shop',
      '+5.00 ms Checkpoint cart.validated, {items: 24}, in order, shop',
      ...[10, 20, 30, 40].map((at) => `+${at}.0 ms Enter, Exit query, in 5.00 ms, shop`),
      '+50.0 ms Nothing was open, for 10.0 ms',
      '+60.0 ms Enter charge, shop',
      '+90.0 ms Error PspError: 503 Service Unavailable …, charge.ts:88, in order, shop',
      '+100 ms Exit order, in 100 ms, Failed, shop',
      '+100 ms Still running charge, stands in query at src/charge.ts:40, for 40.0 ms, shop',
    ]);
  });
});

describe('runs', () => {
  test('of the same are one line with their number and times', () => {
    const folded = foldRuns(lines, new Set());
    expect(folded.map(({ kind }) => kind)).toEqual([
      ...['enter', 'checkpoint', 'run', 'gap', 'enter', 'error', 'exit', 'running'],
    ]);
    expect(folded[2]!.folded).toHaveLength(4);
    expect(told([folded[2]!])).toEqual([
      '+10.0 ms Enter, Exit 4 × query, 5.00 ms each, 20.0 ms in all, shop',
    ]);
  });

  test('are told each where they are open', () => {
    expect(foldRuns(lines, new Set(['q1']))).toHaveLength(12);
  });

  test('of two are no run', () => {
    const two = lines.filter(({ node }) => !['q3', 'q4'].includes(node?.spanId ?? ''));
    expect(foldRuns(two, new Set()).some(({ kind }) => kind === 'run')).toBe(false);
  });
});

describe('a failure', () => {
  const failed = { status: 'Failed', peer: 'psp.example' };
  const type = { ...DERIVED, 'exception.type': text('503') };
  const view = viewWith({
    tree: [
      span('root', 'charge', 0, 100e6, { parentSpanId: undefined, status: 'Failed' }),
      ...[1, 2].map((at) =>
        span(`a${at}`, 'POST', at * 10e6, 5e6, { ...failed, attempt: { number: at, of: 2 } }),
      ),
    ],
    events: [
      event(0, 'Enter', 'root'),
      ...[1, 2].flatMap((at) => [
        event(at * 10e6, 'Enter', `a${at}`),
        ...(at === 2 ? [event(21e6, 'Custom', 'a2', 'first byte')] : []),
        event(at * 10e6 + 5e6, 'Error', `a${at}`, 'error', type),
        event(at * 10e6 + 5e6, 'Exit', `a${at}`),
      ]),
      event(98e6, 'Error', 'root', 'exception', {
        'exception.type': text('PspError'),
        'exception.message': text('gave up'),
        'exception.stacktrace': text(
          'PspError: gave up\n    at send (node:net:12:1)\n    at charge (/app/src/charge.ts:88:9)',
        ),
      }),
      event(100e6, 'Exit', 'root'),
    ],
  });
  const all = linesOf(view);

  test('of which the status alone is known is told where the span ends; attempts are numbered', () => {
    expect(told(all)).toEqual([
      '+0 ns Enter charge, shop',
      '+10.0 ms Enter, Failed POST at psp.example, HTTP 503, attempt 1 of 2, in 5.00 ms, shop',
      '+20.0 ms Enter POST at psp.example, attempt 2 of 2, shop',
      '+21.0 ms Event first byte, in POST, shop',
      '+25.0 ms Failed POST at psp.example, HTTP 503, attempt 2 of 2, in 5.00 ms, shop',
      '+98.0 ms Error PspError: gave up, charge.ts:88, in charge, POST retried once, shop',
      '+100 ms Exit charge, in 100 ms, POST retried once, Failed, shop',
    ]);
  });

  test('is told of every call that one span tried again, each name once', () => {
    const attempts = (name: string, id: string, at: number, of: number) =>
      Array.from({ length: of }, (_, n) =>
        span(`${id}${n}`, name, at + n * 5e6, 5e6, { attempt: { number: n + 1, of } }),
      );
    const calls = [
      ...attempts('POST', 'p', 1e6, 2),
      ...attempts('GET', 'g', 20e6, 3),
      ...attempts('POST', 'q', 50e6, 3),
    ];
    const told = (tree: readonly object[]): string => {
      const events = [event(0, 'Enter', 'root'), event(1, 'Custom', 'root', 'x')];
      const lines = linesOf(viewWith({ tree, events: [...events, event(100e6, 'Exit', 'root')] }));
      return sentenceOf(lines.at(-1)!, wordsOf(lines.at(-1)!, around));
    };
    const root = span('root', 'charge', 0, 100e6, { parentSpanId: undefined });
    expect(told([root, ...calls])).toBe(
      '+100 ms Exit charge, in 100 ms, POST retried 3 times in 2 calls, GET retried 2 times, shop',
    );
    const names = Array.from({ length: 7 }, (_, at) => attempts(`call ${at}`, `${at}`, at * 12, 2));
    expect(told([root, ...names.flat()])).toBe(
      `+100 ms Exit charge, in 100 ms, ${[0, 1, 2, 3].map((at) => `call ${at} retried once`).join(', ')}, 3 more retried, shop`,
    );
  });

  test('is among the errors, wherever it is told', () => {
    expect(countGroups(all)).toMatchObject({ calls: 3, error: 3, custom: 1 });
  });
});

describe('a loop', () => {
  const queries = [1, 2, 3].map((at) => `q${at}`);
  const all = linesOf(
    viewWith({
      tree: [
        span('root', 'reserveStock', 0, 100e6, { parentSpanId: undefined }),
        ...queries.map((id) => span(id, 'SELECT stock', 10e6, 5e6, { peer: 'postgresql' })),
      ],
      events: [
        event(0, 'Enter', 'root'),
        ...queries.flatMap((id) => [event(10e6, 'Enter', id), event(15e6, 'Exit', id)]),
        event(100e6, 'Exit', 'root'),
      ],
    }),
  );

  test('that is all a span did is one line with it', () => {
    expect(told([...foldRuns(all, new Set())])).toEqual([
      '+0 ns Enter reserveStock, 3 × SELECT stock at postgresql, folded, Exit in 100 ms, shop',
    ]);
  });

  test('is opened, and then each of it, and closed again', () => {
    const opened = foldRuns(all, new Set(['root']));
    expect(opened.map(({ kind }) => kind)).toEqual(['enter', 'run', 'exit']);
    expect(opened[0]!.folded).toHaveLength(3);
    const each = foldRuns(all, new Set(['root', 'q1']));
    expect(each.map(({ kind }) => kind)).toEqual([
      ...['enter', 'run', 'whole', 'whole', 'whole', 'exit'],
    ]);
    expect(foldRuns(all, new Set(['q1']))).toHaveLength(1);
  });
});

test('calls that begin side by side are one line until they are opened', () => {
  const calls = [1, 2, 3].map((at) => `c${at}`);
  const all = linesOf(
    viewWith({
      tree: calls.map((id) => span(id, 'GET', 0, 9e6)),
      events: [
        ...calls.map((id) => event(0, 'Enter', id)),
        ...calls.map((id) => event(9e6, 'Exit', id)),
      ],
    }),
  );
  const folded = foldRuns(all, new Set());
  expect(told([folded[0]!])).toEqual(['+0 ns Enter 3 × GET, side by side, shop']);
  expect(folded).toHaveLength(4);
  expect(foldRuns(all, new Set(['c1']))).toHaveLength(7);
});

test('a call that has the same id at both ends is told at each end for itself', () => {
  const at = (depth: number, ...given: Parameters<typeof event>) => ({ ...event(...given), depth });
  const lines = linesOf(
    viewWith({
      tree: [
        span('same', 'GET', 0, 90, { service: 'web' }),
        span('same', 'GET /stock', 10, 70, { service: 'stock', parentSpanId: 'same', depth: 2 }),
      ],
      events: [
        at(1, 0, 'Enter', 'same'),
        at(2, 10, 'Enter', 'same'),
        at(2, 80, 'Exit', 'same'),
        at(1, 90, 'Exit', 'same'),
      ],
    }),
  );
  const told = lines.map(({ kind, node }) => [kind, node?.service, node?.durationNano]);
  expect(told).toEqual([
    ['enter', 'web', '90'],
    ['whole', 'stock', '70'],
    ['exit', 'web', '90'],
  ]);
});
