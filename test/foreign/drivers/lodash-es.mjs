/** lodash-es: six hundred ES modules, each function called in every way. */
import * as lodash from 'lodash-es';
import { callAll, surface, tell } from './transcript.mjs';

const people = () => [
  { name: 'ann', age: 40, tags: ['a', 'b'] },
  { name: 'bob', age: 7, tags: [] },
  { name: 'cid', age: 40, deep: { er: [1, { x: null }] } },
];

surface('lodash', lodash, 1);
callAll(
  'lodash',
  lodash,
  [
    () => [],
    () => [people(), 'age'],
    () => [people(), { age: 40 }],
    () => [people(), ({ age }) => age > 10, 0],
    () => [{ a: 1, b: { c: [2, 3] } }, 'b.c[1]', 'else'],
    () => [
      { a: 1, b: { c: 2 } },
      { b: { d: 4 } },
      (a, b) => (Array.isArray(a) ? a.concat(b) : undefined),
    ],
    () => ['Some wordsHere, and-there', 12, '_'],
    () => [
      [3, 1, [2, [5]], 3],
      [1, 3],
    ],
    () => [(...args) => args.join('+'), 2, 'x'],
    () => [7.456, 2, -1],
    () => [new Map([['k', 1]]), new Set([1])],
    () => [null, undefined, NaN],
  ],
  /^(?:now|random|shuffle|sample|sampleSize|delay|defer|debounce|throttle|default|runInContext|uniqueId)$/,
);
tell('chain', () =>
  lodash.default.chain(people()).filter('age').map('name').reverse().take(2).join('-').value(),
);
tell('lazy', () =>
  lodash
    .default(Array.from({ length: 500 }, (_, n) => n))
    .map((n) => n * 2)
    .filter((n) => n % 3 === 0)
    .take(5)
    .value(),
);
tell('template', () =>
  lodash.template('<% for (const n of list) { %><li><%- n %></li><% } %>')({ list: ['<a>', 'b'] }),
);
tell('template that throws', () => lodash.template('<%= missing.name %>')({}));
tell('curry', () => lodash.curry((a, b, c) => [a, b, c])(1)(lodash.curry.placeholder, 3)(2));
tell('memoize', () => lodash.memoize((n) => n * 2)(4));
tell('flow that throws', () => lodash.flow([(n) => n + 1, () => lodash.invokeMap(null)('x')])(1));
await tell('debounce', () => new Promise((done) => lodash.debounce(done, 5)('late')));
await tell('throttle', () => new Promise((done) => lodash.throttle(done, 5)('first')));
