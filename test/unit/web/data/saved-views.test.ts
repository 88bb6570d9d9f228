import { beforeEach, expect, test } from 'vitest';
import {
  forgetView,
  readSavedViews,
  SAVED_MAX,
  savedViews,
  saveView,
} from '../../../../src/web/data/saved-views.ts';

const names = () => savedViews.value.map(({ name }) => name);

beforeEach(() => {
  for (const name of names()) forgetView(name);
});

test('the newest comes first, one of the same name is replaced, and the oldest goes', () => {
  saveView({ name: 'failing', href: '/traces?status=failed' });
  saveView({ name: ' map ', href: '/services' });
  saveView({ name: 'failing', href: '/traces?status=failed&last=1d' });
  expect(savedViews.value).toEqual([
    { name: 'failing', href: '/traces?status=failed&last=1d' },
    { name: 'map', href: '/services' },
  ]);
  for (let at = 0; at < SAVED_MAX; at++) saveView({ name: `view ${at}`, href: '/traces' });
  expect(names()).toHaveLength(SAVED_MAX);
  expect(names()).not.toContain('map');
});

test('one without a name, or of another page, is not kept', () => {
  saveView({ name: '  ', href: '/traces' });
  saveView({ name: 'away', href: '//evil.example/' });
  saveView({ name: 'script', href: 'javascript:alert(1)' });
  expect(names()).toEqual([]);
});

test.each([
  [undefined],
  ['no JSON'],
  ['{"name":"x"}'],
  ['[null, 7, {"name": "x"}, {"name": "", "href": "/"}]'],
  ['[{"name": "x", "href": "https://evil.example/"}, {"name": "x", "href": "/\\\\evil.example"}]'],
])('%s, found where views are kept, is none', (text) => {
  expect(readSavedViews(text)).toEqual([]);
});

test('what is well is found again', () => {
  const views = [{ name: 'x', href: '/traces?q=1' }];
  expect(readSavedViews(JSON.stringify(views))).toEqual(views);
});
