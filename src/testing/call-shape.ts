/**
 * What two calls from one loop have in common: the query without its values, the request without its ids.
 * Undefined for spans that are neither a DatabaseQuery nor an ExternalCall.
 */
import type { RecordedSpan } from './recorded-span.ts';
import { spanText } from './span-attributes.ts';
import { sqlTokens } from './sql-tokens.ts';

/** Parts of a path that are another one for each thing: numbers, UUIDs, long hexadecimal ids. */
const ID = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=[0-9a-f]*\d)[0-9a-f]{16,})$/i;
const URL_MAX = 2_048;

export function callShape(span: RecordedSpan): string | undefined {
  if (span.kind === 'DatabaseQuery') {
    const query = spanText(span, 'db.query.text');
    return query === undefined ? span.name : queryShape(query);
  }
  if (span.kind !== 'ExternalCall') return undefined;
  const url = spanText(span, 'url.full');
  return url === undefined ? span.name : `${span.name} ${urlShape(url)}`;
}

function queryShape(query: string): string {
  const words = sqlTokens(query).map(({ type, text }) => (type === 'value' ? '?' : text));
  return (
    words
      .join(' ')
      .toLowerCase()
      // A list is the same list with another number of values, also VALUES of several rows.
      .replace(/\?(?: , \?)+/g, '?')
      .replace(/\( \? \)(?: , \( \? \))+/g, '( ? )')
  );
}

function urlShape(url: string): string {
  const [whole = ''] = url.slice(0, URL_MAX).split(/[?#]/);
  return whole
    .split('/')
    .map((part) => (ID.test(part) ? '?' : part))
    .join('/');
}
