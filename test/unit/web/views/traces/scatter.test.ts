/** Traces as points of a plane: which there are, where they lie, what a rectangle asks for, where keys lead. */
import { describe, expect, test } from 'vitest';
import type { TraceSummary } from '../../../../../src/web/data/wire.ts';
import { durationScale } from '../../../../../src/web/views/traces/list/duration-scale.ts';
import { EMPTY, ROWS_MAX } from '../../../../../src/web/views/traces/list/trace-list-state.ts';
import { takeKey } from '../../../../../src/web/views/traces/scatter/scatter-keys.ts';
import {
  isWithin,
  nearest,
  planeOf,
  regionBetween,
  regionOf,
  regionParams,
} from '../../../../../src/web/views/traces/scatter/scatter-plane.ts';
import {
  pointsSince,
  tracePoints,
} from '../../../../../src/web/views/traces/scatter/trace-points.ts';

const START = 1_767_323_045_000;
const MS = 1e6;

/** Began so many milliseconds after the start; nothing else of it is looked at here. */
const trace = (traceId: string, at: number, durationMs = 1, spanCount = 1) =>
  ({
    ...{ traceId, spanCount, status: 'Completed' },
    startUnixNano: `${START + at}000000`,
    durationNano: `${durationMs * MS}`,
  }) as TraceSummary;
const list = (items: readonly TraceSummary[], next?: string) => ({ ...EMPTY, items, next });
const ids = (points: readonly { readonly trace: TraceSummary }[]) =>
  points.map((point) => point.trace.traceId).join('');

describe('points', () => {
  test('are each trace once, by when it began, as the list has it', () => {
    const waiting = [trace('d', 40)];
    const { points } = tracePoints({
      list: { ...list([trace('c', 30, 1, 7), trace('b', 10)], 'more'), waiting },
      isListedByTime: true,
      sample: { traces: [trace('c', 30), trace('a', 20)], isAll: true },
    });
    expect(ids(points)).toBe('bacd');
    expect(points[2]!.trace.spanCount).toBe(7);
    expect(points[0]!.at).toBe(START + 10);
  });

  test('reach as far back as all that ended since are there', () => {
    const sample = { traces: [trace('b', 500), trace('a', 100, 50)], isAll: false };
    const given = { list: list([trace('b', 500)], 'more'), isListedByTime: true, sample };
    const reachOf = (more: Partial<typeof given>) => tracePoints({ ...given, ...more }).reach;
    expect(reachOf({})).toBe(START + 150);
    // Whoever scrolls gets further.
    const further = list([trace('b', 500), trace('a', 100, 50), trace('c', 20, 3)], 'more');
    expect(reachOf({ list: further })).toBe(START + 23);
    // The slowest go back as far as they like, and between them there are others.
    expect(reachOf({ list: further, isListedByTime: false })).toBe(START + 150);
    expect(reachOf({ sample: { ...sample, isAll: true } })).toBe(undefined);
    expect(reachOf({ list: list([trace('b', 500)]) })).toBe(undefined);
    // A full list has no next, and is not all for that.
    const full = Array.from({ length: ROWS_MAX }, (_, i) => trace(`${i}`, ROWS_MAX - i));
    expect(reachOf({ list: list(full) })).toBeLessThan(START + ROWS_MAX / 20);
  });

  test('reach nowhere near as far where they did not arrive as they ended', () => {
    const traces = Array.from({ length: 1_000 }, (_, i) => trace(`${i}`, (i * 617) % 1_000));
    const given = { list: list([], 'more'), isListedByTime: true };
    const { reach } = tracePoints({ ...given, sample: { traces, isAll: false } });
    expect(reach).toBeGreaterThan(START + 800);
    const inOrder = traces.map((_, i) => trace(`${i}`, 1_000 - i));
    const told = tracePoints({ ...given, sample: { traces: inOrder, isAll: false } });
    expect(told.reach).toBeLessThan(START + 40);
  });

  test('of a range are those that took some of it', () => {
    const { points } = tracePoints({
      list: list([trace('a', 0), trace('b', 1, 30), { ...trace('c', 2), status: 'Running' }]),
      isListedByTime: true,
      sample: undefined,
    });
    expect(ids(pointsSince(points, START + 20))).toBe('bc');
  });
});

const scale = durationScale([1e6, 1e9], 'log', 8);
const plane = planeOf({ from: START, to: START + 1_000, width: 500, height: 116, scale });

describe('the plane', () => {
  test('goes both ways, and holds what lies beyond it at its edge', () => {
    for (const millis of [START, START + 250, START + 1_000]) {
      expect(plane.timeAt(plane.x(millis))).toBeCloseTo(millis);
    }
    for (const nanos of [1e6, 3e7, 1e9]) {
      expect(plane.nanosAt(plane.y(nanos)) / nanos).toBeCloseTo(1);
    }
    expect([plane.x(START - 99), plane.x(START + 9_999)]).toEqual([0, 500]);
    expect(plane.y(0)).toBe(plane.y(1));
    expect(plane.y(1e9)).toBeLessThan(plane.y(1e6));
    const linear = durationScale([1e6, 8e8], 'linear', 4);
    const even = planeOf({ ...plane, scale: linear });
    expect(even.nanosAt(even.y(5e8))).toBeCloseTo(5e8);
  });

  test('finds the nearest mark, if it is near', () => {
    const marks = [
      { at: 0, nanos: 0, x: 10, y: 10 },
      { at: 1, nanos: 0, x: 16, y: 10 },
    ];
    expect(nearest(marks, { x: 12, y: 12 }, 12)).toBe(marks[0]);
    expect(nearest(marks, { x: 15, y: 12 }, 12)).toBe(marks[1]);
    expect(nearest(marks, { x: 40, y: 12 }, 12)).toBe(undefined);
  });
});

describe('a rectangle', () => {
  test('is of time and durations, or of one of them where it is thin', () => {
    const both = regionBetween(plane, { x: 100, y: 80 }, { x: 300, y: 30 });
    expect(both.from).toBeCloseTo(START + 200);
    expect(both.to).toBeCloseTo(START + 600);
    expect(both.min).toBeLessThan(both.max!);
    expect(Object.keys(regionBetween(plane, { x: 9, y: 50 }, { x: 300, y: 52 }))).toEqual([
      'from',
      'to',
    ]);
    expect(Object.keys(regionBetween(plane, { x: 9, y: 20 }, { x: 10, y: 60 })).sort()).toEqual([
      'max',
      'min',
    ]);
    expect(regionBetween(plane, { x: 9, y: 20 }, { x: 10, y: 21 })).toEqual({});
  });

  test('that comes to the top or the bottom has no bound there', () => {
    expect(Object.keys(regionBetween(plane, { x: 9, y: 2 }, { x: 9, y: 60 }))).toEqual(['min']);
    expect(Object.keys(regionBetween(plane, { x: 9, y: 50 }, { x: 9, y: 115 }))).toEqual(['max']);
  });

  test('between two marks holds both, also as it is written', () => {
    const marks = [
      { at: START + 5, nanos: 1_234_567_891, x: 0, y: 0 },
      { at: START + 900, nanos: 12_345_678, x: 0, y: 0 },
    ] as const;
    const region = regionOf(marks[1], marks[0]);
    expect(marks.every((mark) => isWithin(mark, region))).toBe(true);
    expect(isWithin({ at: START + 901, nanos: 2e7 }, region)).toBe(false);
    expect(isWithin({ at: START + 99, nanos: 2e9 }, region)).toBe(false);
    expect(regionParams(region)).toEqual({
      last: undefined,
      from: `${START + 5}000000`,
      to: `${START + 901}000000`,
      min_trace_duration: '12.34ms',
      max_trace_duration: '1.235s',
    });
    expect(regionParams({ min: 5e6 })).toEqual({ min_trace_duration: '5ms' });
  });
});

test('keys go by time and by duration, with Shift they draw, and what is not taken is let through', () => {
  const said: string[] = [];
  const press = (key: string, chosen?: string, shiftKey = false) =>
    takeKey({ key, shiftKey } as KeyboardEvent, {
      ...{ byTime: ['a', 'b', 'c'], byDuration: ['b', 'c', 'a'], chosen },
      choose: (mark, isSelecting) => said.push(isSelecting ? mark.toUpperCase() : mark),
      enter: () => chosen !== undefined,
      leave: () => false,
    });
  for (const [key, chosen, shift] of [
    ['ArrowLeft', undefined],
    ['ArrowLeft', 'c'],
    ['ArrowRight', 'c'],
    ['Home', 'c'],
    ['End', undefined],
    ['ArrowUp', 'b'],
    ['ArrowDown', 'a'],
    ['ArrowLeft', 'b', true],
  ] as const) {
    expect(press(key, chosen, shift)).toBe(true);
  }
  expect(said.join('')).toBe('cbcaccc'.concat('A'));
  expect([press('j'), press('Escape'), press('Enter'), press('Enter', 'a')]).toEqual([
    ...[false, false, false],
    true,
  ]);
});
