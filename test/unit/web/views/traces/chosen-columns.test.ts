/** Which attributes the list shows. */
import { expect, test } from 'vitest';
import {
  chosenColumns,
  readColumns,
} from '../../../../../src/web/views/traces/columns/chosen-columns.ts';
import { shownColumns } from '../../../../../src/web/views/traces/columns/shown-columns.ts';

test('no more than the API takes, each once, in their order', () => {
  expect(readColumns([' b ', 'a', '', 'b', 'x'.repeat(257), 'c', 'd', 'e'])).toEqual([
    ...['b', 'a', 'c', 'd'],
  ]);
  expect(chosenColumns(new URLSearchParams('column=http.route&column=a%3Db&service=x'))).toEqual([
    'http.route',
    'a=b',
  ]);
  expect(chosenColumns(new URLSearchParams())).toEqual([]);
});

test('have a place each in the row, between what it is and how it went', () => {
  const [none, two] = [shownColumns([]), shownColumns(['a', 'b'])];
  expect(none['--trace-list-areas']).toBe('"when service operation spans errors duration bar"');
  expect(two['--trace-list-areas']).toBe(
    '"when service operation shown-0 shown-1 spans errors duration bar"',
  );
  // As many widths as there are places.
  for (const one of [none, two]) {
    const widths = one['--trace-list-columns']!.replaceAll(/\(.*?\)+/g, '').split(' ');
    expect(widths).toHaveLength(one['--trace-list-areas']!.split(' ').length);
  }
});
