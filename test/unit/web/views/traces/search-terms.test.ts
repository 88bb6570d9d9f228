/** The language of the search box, to terms and to parameters and back. */
import { expect, test } from 'vitest';
import { completions } from '../../../../../src/web/views/traces/query/complete-term.ts';
import { parseTerms } from '../../../../../src/web/views/traces/query/parse-terms.ts';
import { withTerms, writtenTerm } from '../../../../../src/web/views/traces/query/search-term.ts';
import {
  paramsOfTerms,
  termsOfParams,
} from '../../../../../src/web/views/traces/query/terms-in-url.ts';

const parsed = (text: string) => {
  const { terms, wrong } = parseTerms(text);
  if (wrong !== undefined) throw new Error(`${wrong.mistake} at ${wrong.at}`);
  return terms;
};

const searchOf = (params: ReturnType<typeof paramsOfTerms>): URLSearchParams =>
  new URLSearchParams(
    Object.entries(params).flatMap(([name, given]) =>
      [given ?? []].flat().map((value) => [name, String(value)]),
    ),
  );

test('every kind of term is read, with spaces or && between them', () => {
  const text =
    'service=checkout operation="POST /orders" && duration>200ms took<5s status=failed kind=query http.response.status_code=500';
  expect(parsed(text).map(writtenTerm)).toEqual([
    'service=checkout',
    'operation="POST /orders"',
    'duration>=200ms',
    'took<=5s',
    'status=failed',
    'kind=query',
    'http.response.status_code=500',
  ]);
  expect(parsed('a=1&&b=2').map(writtenTerm)).toEqual(['a=1', 'b=2']);
  expect(parsed('  ')).toEqual([]);
});

test('a relation may have spaces on both sides', () => {
  expect(
    parsed('took > 1s service = web "http.route" =  "/a b" a=1 duration <= 2s').map(writtenTerm),
  ).toEqual(['took>=1s', 'service=web', 'http.route="/a b"', 'a=1', 'duration<=2s']);
  expect(parseTerms('took > ').wrong?.mistake).toBe('noRelation');
  expect(parseTerms('checkout took > 1s').wrong).toMatchObject({ at: 0, length: 8 });
  expect(parseTerms('a= b=1').wrong).toBe(undefined);
  expect(parsed('a= b=1').map(writtenTerm)).toEqual(['a=""', 'b=1']);
});

test('words that others use mean the same', () => {
  expect(parsed('Service:web status:error name=x kind=DatabaseQuery').map(writtenTerm)).toEqual([
    'service=web',
    'status=failed',
    'operation=x',
    'kind=query',
  ]);
});

test('a quoted key is that of an attribute, and so is one with a colon', () => {
  expect(parsed('"status"=x')[0]).toMatchObject({ key: 'status', isAttribute: true });
  expect(parsed('aws:region=eu')[0]).toMatchObject({ key: 'aws:region', value: 'eu' });
  expect(parsed('note="say \\"no\\" \\\\"')[0]).toMatchObject({ value: 'say "no" \\' });
  expect(parsed('empty=""')[0]).toMatchObject({ key: 'empty', value: '', isAttribute: true });
});

test.each([
  ['checkout', 'noRelation', 0, 8],
  ['service=web checkout', 'noRelation', 12, 8],
  ['service=', 'noValue', 0, 8],
  ['service=web status=fialed', 'status', 12, 13],
  ['kind=thing', 'kind', 0, 10],
  ['duration>fast', 'duration', 0, 13],
  ['duration=200ms', 'relation', 0, 14],
  ['took=1s', 'relation', 0, 7],
  ['service>web', 'relation', 0, 11],
  ['service!=web', 'relation', 0, 12],
  ['operation="POST /orders', 'noQuote', 0, 23],
  ['service=a || service=b', 'either', 10, 2],
  ['=x', 'noKey', 0, 2],
])('%s is wrong: %s at %d', (text, mistake, at, length) => {
  const { wrong } = parseTerms(text);
  expect(wrong).toMatchObject({ mistake, at, length });
});

test('terms are written so that they are read as they were', () => {
  for (const text of ['"a b"="c d"', 'x="a&&b"', 'operation="GET \\"q\\""', '"kind"=x', 'k=""']) {
    const [term] = parsed(text);
    expect(parsed(writtenTerm(term!))).toEqual([term]);
  }
});

test('a second of what can stand once takes the place of the first', () => {
  const terms = withTerms(parsed('service=a x=1 duration>1s'), parsed('service=b x=2 duration<5s'));
  expect(terms.map(writtenTerm)).toEqual(['service=b', 'x=2', 'duration>=1s', 'duration<=5s']);
});

test('terms go into parameters of the API and come back', () => {
  const text =
    'service=a operation="GET /" status=failed kind=task duration>=1s duration<=2s took>=3s took<=4s x="a=b"';
  const terms = parsed(text);
  const params = paramsOfTerms(terms);
  expect(params).toEqual({
    ...{ service: 'a', operation: 'GET /', status: 'Failed', kind: 'AsyncTask' },
    ...{ min_duration: '1s', max_duration: '2s', attribute: ['x=a=b'] },
    ...{ min_trace_duration: '3s', max_trace_duration: '4s' },
  });
  expect(termsOfParams(searchOf(params))).toEqual(terms);
});

test('a URL with what nobody knows is read as far as it goes', () => {
  const params = new URLSearchParams('status=odd&kind=ExternalCall&attribute=broken&attribute=a=');
  expect(termsOfParams(params).map(writtenTerm)).toEqual(['kind=call', 'a=""']);
});

const catalogue = {
  services: [
    { name: 'checkout', operations: [{ name: 'POST /orders', kind: 'ExternalCall' }] },
    { name: 'web', operations: [{ name: 'GET /cart', kind: 'ExternalCall' }] },
  ],
};
const suggested = (text: string, terms = '', caret = text.length) =>
  completions(text, caret, catalogue, parsed(terms)).map(({ text }) => text);

test('completion offers keys, then what begins as the word does', () => {
  expect(suggested('')).toEqual([
    'service=',
    'operation=',
    'status=',
    'kind=',
    'duration>',
    'took>',
  ]);
  // Never to another number, which would be another search.
  expect(suggested('took>1')).toEqual(['took>1ms', 'took>1s', 'took>1min', 'took>1us']);
  expect(suggested('took>')[0]).toBe('took>10ms');
  expect(suggested('took>1s')).toEqual([]);
  expect(suggested('check')).toEqual(['service=checkout']);
  expect(suggested('service=')).toEqual(['service=checkout', 'service=web']);
  expect(suggested('status=fa')).toEqual(['status=failed']);
  expect(suggested('operation=g')).toEqual(['operation="GET /cart"']);
  expect(suggested('http.resp')).toEqual(['http.response.status_code=']);
  expect(suggested('service=nobody')).toEqual([]);
});

test('operations are those of the service that is looked for', () => {
  expect(suggested('operation=', 'service=web')).toEqual(['operation="GET /cart"']);
  expect(suggested('operation=')).toHaveLength(2);
});

test('the term at the caret is completed, and it alone', () => {
  const [found] = completions('service=w status=failed', 9, catalogue, []);
  expect(found).toMatchObject({ at: 0, end: 9, text: 'service=web' });
});
