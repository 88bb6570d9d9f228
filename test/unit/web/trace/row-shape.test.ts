/** Runs of siblings that are alike, what lies below a row, and which rows folds leave. */
import { describe, expect, test } from 'vitest';
import { carryFolds } from '../../../../src/web/views/trace/carry-folds.ts';
import {
  firstFolds,
  placeOf,
  shapeOf,
  visibleRows,
} from '../../../../src/web/views/trace/row-shape.ts';
import { outlineOf, type RowGiven } from './outline-of.ts';

const many = (count: number, row: RowGiven): RowGiven[] => Array.from({ length: count }, () => row);
const open = (count: number) => ({
  closed: new Uint8Array(count),
  openRuns: new Uint8Array(count),
});

describe('runs', () => {
  test('are five and more siblings of one name without children', () => {
    const outline = outlineOf([
      { depth: 0, name: 'root' },
      ...many(5, { depth: 1, name: 'SELECT' }),
      ...many(4, { depth: 1, name: 'UPDATE' }),
    ]);
    const { runLength, runFirst } = shapeOf(outline);
    expect([...runLength]).toEqual([0, 5, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...runFirst]).toEqual([-1, 1, 1, 1, 1, 1, -1, -1, -1, -1]);
  });

  test('end where one failed, is of another service, or has children', () => {
    const query = { depth: 1, name: 'SELECT' };
    const outline = outlineOf([
      { depth: 0, name: 'root' },
      ...many(5, query),
      { ...query, status: 2 },
      ...many(5, query),
      ...many(5, { ...query, service: 'stock' }),
      query,
      { depth: 2, name: 'below' },
    ]);
    const { runLength } = shapeOf(outline);
    expect([...runLength].flatMap((length, row) => (length ? [[row, length]] : []))).toEqual([
      [1, 5],
      [7, 5],
      [12, 5],
    ]);
  });

  test('are not made of roots', () => {
    expect(Math.max(...shapeOf(outlineOf(many(9, { depth: 0, name: 'a' }))).runLength)).toBe(0);
  });
});

test('a row knows from when to when all below it lies', () => {
  const { from, to } = shapeOf(
    outlineOf([
      { depth: 0, name: 'a', start: 10, duration: 10 },
      { depth: 1, name: 'b', start: 5, duration: 1 },
      { depth: 2, name: 'c', start: 30, duration: 12 },
      { depth: 0, name: 'd', start: 50, duration: 1 },
    ]),
  );
  expect([...from]).toEqual([5, 5, 30, 50]);
  expect([...to]).toEqual([42, 42, 42, 51]);
});

describe('rows that are shown', () => {
  const outline = outlineOf([
    { depth: 0, name: 'root' },
    { depth: 1, name: 'a' },
    { depth: 2, name: 'a1' },
    ...many(6, { depth: 1, name: 'SELECT' }),
    { depth: 1, name: 'z' },
  ]);
  const shape = shapeOf(outline);
  const all = { first: 0, end: outline.rowCount };

  test('are all but those of runs', () => {
    expect([...visibleRows(outline, shape, open(10), all)]).toEqual([0, 1, 2, 3, 9]);
  });

  test('leave out what is below a closed one, and take in an opened run', () => {
    const state = open(10);
    state.closed[1] = 1;
    state.openRuns[3] = 1;
    expect([...visibleRows(outline, shape, state, all)]).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('are those of a sub-tree alone', () => {
    expect([...visibleRows(outline, shape, open(10), { first: 1, end: 3 })]).toEqual([1, 2]);
  });

  test('are found, or the one before', () => {
    const rows = Int32Array.of(0, 1, 3, 9);
    expect([0, 2, 3, 8, 9, -1].map((row) => placeOf(rows, row))).toEqual([0, 1, 2, 2, 3, -1]);
  });
});

test('a large trace begins with its upper levels, a small one whole', () => {
  const branch = [{ depth: 1, name: 'b' }, ...many(99, { depth: 2, name: 'c' })];
  const large = outlineOf([
    { depth: 0, name: 'a' },
    ...Array.from({ length: 30 }, () => branch).flat(),
  ]);
  const { closed } = firstFolds(large);
  expect([closed[0], closed[1], closed[101]]).toEqual([0, 1, 1]);
  const small = outlineOf([{ depth: 0, name: 'a' }, ...branch]);
  expect(Math.max(...firstFolds(small).closed)).toBe(0);
});

test('folds go with their spans when rows come before them', () => {
  const before = outlineOf([
    { depth: 0, name: 'a', id: 1 },
    { depth: 1, name: 'b', id: 2 },
    { depth: 2, name: 'c', id: 3 },
  ]);
  const after = outlineOf([
    { depth: 0, name: 'a', id: 1 },
    { depth: 1, name: 'new', id: 9 },
    { depth: 1, name: 'b', id: 2 },
    { depth: 2, name: 'c', id: 3 },
  ]);
  const state = open(3);
  state.closed[1] = 1;
  state.openRuns[2] = 1;
  const { closed, openRuns } = carryFolds(state, before, after);
  expect([...closed]).toEqual([0, 0, 1, 0]);
  expect([...openRuns]).toEqual([0, 0, 0, 1]);
});
