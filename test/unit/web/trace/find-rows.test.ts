/** What a query in the find box means. */
import { expect, test } from 'vitest';
import { findRows, joinRows } from '../../../../src/web/views/trace/find-rows.ts';
import { outlineOf } from './outline-of.ts';

const outline = outlineOf([
  { depth: 0, name: 'POST /orders', service: 'web' },
  { depth: 1, name: 'SELECT stock', service: 'stock', kind: 2 },
  { depth: 1, name: 'charge', service: 'payment', status: 2 },
]);
const found = (query: string): number[] => [...findRows(outline, query)];

test('names, services, kinds and states, whatever their case', () => {
  expect(found('post')).toEqual([0]);
  expect(found('STOCK')).toEqual([1]);
  expect(found('query')).toEqual([1]);
  expect(found('failed')).toEqual([2]);
});

test('all words have to be there, wherever', () => {
  expect(found('payment failed')).toEqual([2]);
  expect(found('web failed')).toEqual([]);
});

test('the id of a span', () => {
  expect(found('00f067aa00000001')).toEqual([1]);
});

test('nothing finds nothing', () => {
  expect(found('  ')).toEqual([]);
});

test('words in quotes belong together, and fields are looked into by name', () => {
  expect(found('"select stock"')).toEqual([1]);
  expect(found('"stock select"')).toEqual([]);
  expect(found('service=stock')).toEqual([1]);
  expect(found('service="stoc"')).toEqual([]);
  expect(found('name=charge status="failed"')).toEqual([2]);
});

test('what only attributes say is not here', () => {
  expect(found('http.route=/cart')).toEqual([]);
  expect(found('post http.route=')).toEqual([]);
});

test('what two found is told once, in order', () => {
  const join = (...rows: number[][]) => [
    ...joinRows(Int32Array.from(rows[0]!), Int32Array.from(rows[1]!)),
  ];
  expect(join([1, 4, 9], [0, 4, 5, 12])).toEqual([0, 1, 4, 5, 9, 12]);
  expect(join([], [3])).toEqual([3]);
  expect(join([3], [])).toEqual([3]);
});
