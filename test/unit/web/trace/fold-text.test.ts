/** Folds as they stand in the URL. */
import { describe, expect, test } from 'vitest';
import { foldsFromText, foldsToText } from '../../../../src/web/views/trace/fold-text.ts';
import { shapeOf, visibleRows } from '../../../../src/web/views/trace/row-shape.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';
import { outlineOf, type RowGiven } from './outline-of.ts';

const TREE: readonly RowGiven[] = [
  { depth: 0, name: 'root' },
  { depth: 1, name: 'a' },
  { depth: 2, name: 'aa' },
  { depth: 3, name: 'aaa' },
  { depth: 1, name: 'b' },
  ...Array.from({ length: 6 }, () => ({ depth: 2, name: 'SELECT' })),
  { depth: 1, name: 'c' },
  { depth: 2, name: 'ca' },
];
const outline = outlineOf(TREE);
const shape = shapeOf(outline);
const range = { first: 0, end: outline.rowCount };
const written = (closed: readonly number[], openRuns: readonly number[] = []) =>
  foldsToText(outline, shape, stateOf(closed, openRuns), range);

function stateOf(closed: readonly number[], openRuns: readonly number[] = []) {
  const state = {
    closed: new Uint8Array(outline.rowCount),
    openRuns: new Uint8Array(outline.rowCount),
  };
  for (const row of closed) state.closed[row] = 1;
  for (const row of openRuns) state.openRuns[row] = 1;
  return state;
}

const id = (row: number) => `00f067aa${row.toString(16).padStart(8, '0')}`;

describe('are written', () => {
  test('as nothing where all is as at first', () => expect(written([])).toBeUndefined());
  test('by span', () => expect(written([4])).toBe(`d.${id(4)}`));
  test('by level', () => expect(written([0, 1, 2, 4, 11])).toBe('0'));
  test('by level and what differs from it', () => expect(written([1, 2, 4])).toBe(`1.${id(11)}`));
  test('with runs that are open', () => {
    expect(written([], [5])).toBe('o');
    expect(
      written(
        [1],
        Array.from({ length: outline.rowCount }, (_, row) => row),
      ),
    ).toBe(`o.${id(1)}`);
  });
});

test('are read as they were written', () => {
  const random = new SeededRandom(3);
  for (let round = 0; round < 300; round++) {
    const some = () => [...TREE.keys()].filter(() => random.below(3) === 0);
    const state = stateOf(some(), some());
    const text = foldsToText(outline, shape, state, range);
    const read = foldsFromText(text, outline);
    expect(visibleRows(outline, shape, read, range)).toEqual(
      visibleRows(outline, shape, state, range),
    );
  }
});

test('have a bound, and keep the uppermost', () => {
  const wide = outlineOf(
    Array.from({ length: 100 }, (_, i) => [
      { depth: 0, name: `${i}` },
      { depth: 1, name: 'below' },
    ]).flat(),
  );
  const state = { closed: new Uint8Array(200), openRuns: new Uint8Array(200) };
  for (let row = 0; row < 200; row += 4) state.closed[row] = 1;
  const text = foldsToText(wide, shapeOf(wide), state, { first: 0, end: 200 })!;
  expect(text.length).toBeLessThan(400);
  expect([...foldsFromText(text, wide).closed].filter(Boolean)).toHaveLength(20);
});

test.each(['nonsense', '', '.', 'd.zz', '999999999', `d.${'f'.repeat(16)}`])(
  'that nobody wrote are as at first: %j',
  (text) => expect(foldsFromText(text, outline)).toEqual(stateOf([])),
);
