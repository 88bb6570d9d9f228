/** Accept headers as RFC 9110 reads them. */
import { describe, expect, test } from 'vitest';
import { asksForType, bestEncoding } from '../../../src/api/accepted.ts';

describe('bestEncoding', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['GZIP', 'gzip'],
    ['br;q=0.5, gzip', 'gzip'],
    ['br;q=0, gzip;q=0.1', 'gzip'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['*;q=0', undefined],
    ['identity', undefined],
    ['identity;q=0.5, gzip;q=0.4', undefined],
    ['identity, gzip', 'gzip'],
    ['br;q=nonsense, gzip;q=0.1', 'gzip'],
    ['br;q=7', undefined],
    [',,;', undefined],
  ])('%j → %s', (header, expected) => {
    expect(bestEncoding(header, ['br', 'gzip'])).toBe(expected);
  });

  test('nothing is offered', () => {
    expect(bestEncoding('br, *', [])).toBeUndefined();
  });
});

test.each([
  [undefined, false],
  ['*/*', false],
  ['application/json, */*', false],
  ['text/*', false],
  ['text/html;q=0', false],
  ['text/htmlx', false],
  ['text/html', true],
  ['TEXT/HTML;level=1;q=0.2', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', true],
])('%j asks for HTML: %s', (header, expected) => {
  expect(asksForType(header, 'text/html')).toBe(expected);
});
