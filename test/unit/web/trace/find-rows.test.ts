/** What a query in the find box means. */
import { expect, test } from 'vitest';
import { findRows } from '../../../../src/web/views/trace/find-rows.ts';
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
