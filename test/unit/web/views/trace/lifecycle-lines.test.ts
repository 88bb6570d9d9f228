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

function viewOf(): LifecycleView {
  const span = (spanId: string, name: string, offset: number, duration: number, more = {}) => ({
    ...{ spanId, name, service: 'shop', kind: 'Function', status: 'Completed', depth: 1 },
    ...{ parentSpanId: 'root', offsetNano: String(offset), durationNano: String(duration) },
    ...{ childCount: 0, spansBelow: 0, errorsBelow: 0, warnings: [], ...more },
  });
  const event = (at: number, type: string, spanId: string, name = '', attributes = {}) => ({
    ...{ atUnixNano: String(at), offsetNano: String(at), type, spanId, name, depth: 1 },
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
  });
  return {
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
    ...{ orphans: [], warnings: [] },
  } as unknown as LifecycleView;
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
      '+50.0 ms Nothing was open , for 10.0 ms',
      '+60.0 ms Enter charge, shop',
      '+90.0 ms Error PspError: 503 Service Unavailable …, charge.ts:88, in order, shop',
      '+100 ms Exit order, in 100 ms, Failed, shop',
      '+60.0 ms Still running charge, for 40.0 ms, stands in query at src/charge.ts:40, shop',
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
      '+10.0 ms Enter, Exit query, 5.00 ms each, 20.0 ms in all, shop',
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
