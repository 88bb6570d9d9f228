/** ix: iterables and async iterables, an operator a module, generators all the way. */
import * as async from 'ix/asynciterable';
import * as asyncOperators from 'ix/asynciterable/operators';
import * as sync from 'ix/iterable';
import * as operators from 'ix/iterable/operators';
import { surface, taken, tell } from './transcript.mjs';

for (const [name, module] of Object.entries({ sync, operators, async, asyncOperators }))
  surface(name, module, 1);
const even = (value) => value % 2 === 0;
const bad = (value) => {
  if (value === 3) throw new RangeError(`no ${value}`);
  return value;
};
const LISTS = [
  [],
  [even],
  [2],
  [bad],
  [(a, b) => a + (b ?? 0), 10],
  [(value) => [value, -value]],
  [{ callback: even }],
  [[7, 8], (a, b) => [a, b]],
  [[4, 5], even, even, (a, b) => [a, b]],
  [{ seed: 1, callback: (a, b) => a * b }],
  [1, 2],
];
const SKIPPED =
  /^(?:timeout|delay|debounce|throttle|share|publish|memoize|repeat|doWhile|while|expand|flat$|time|buffer|retry|wrap|fork|batch|with|default|tap)/i;
for (const [kind, module, source] of [
  ['sync', operators, () => sync.from([5, 1, 3, 2, 4])],
  [
    'async',
    asyncOperators,
    () =>
      async.from(
        (async function* () {
          yield* [5, 1, 3, 2, 4];
        })(),
      ),
  ],
]) {
  for (const name of Object.keys(module).sort()) {
    if (SKIPPED.test(name)) continue;
    for (const [at, args] of LISTS.entries()) {
      // These wait for ever for an inner sequence that is none.
      if (kind === 'async' && at > 6 && /(?:flat|switch|concat|merge)Map/.test(name)) continue;
      if (kind === 'async' && at > 0 && name.endsWith('All')) continue;
      await tell(`${kind} ${name} ${at}`, async () => {
        const result = module[name](...args)(source());
        const isIterable = result?.[Symbol.iterator] ?? result?.[Symbol.asyncIterator];
        return isIterable ? taken(result, 12) : result;
      });
    }
  }
}
for (const [kind, module, source] of [
  ['sync', sync, () => sync.range(0, 5)],
  ['async', async, () => async.range(0, 5)],
]) {
  for (const name of [
    'average',
    'count',
    'every',
    'some',
    'first',
    'last',
    'elementAt',
    'includes',
    'isEmpty',
    'max',
    'min',
    'reduce',
    'single',
    'sum',
    'toArray',
    'toMap',
    'toSet',
    'find',
    'findIndex',
    'sequenceEqual',
  ])
    for (const [at, options] of [
      undefined,
      { predicate: even },
      { callback: (a, b = 0) => a + b, seed: 0 },
      { selector: bad },
      { keySelector: String },
      even,
      [1, 2],
    ].entries())
      await tell(`${kind} ${name} ${at}`, async () => module[name](source(), options));
}
await tell('chained', async () =>
  taken(
    async.from([1, 2, 3, 4]).pipe(
      asyncOperators.filter(even),
      asyncOperators.map(async (n) => n * 2),
      asyncOperators.flatMap((n) => async.of(n, n)),
    ),
  ),
);
await tell('left early', async () => {
  const seen = [];
  const source = async function* () {
    try {
      yield 1;
      yield 2;
    } finally {
      seen.push('left');
    }
  };
  for await (const value of async.from(source()).pipe(asyncOperators.map((n) => n))) {
    seen.push(value);
    break;
  }
  return seen;
});
await tell('zip', () => taken(async.zip(async.of(1, 2), async.of('a', 'b', 'c'))));
await tell('merge', async () => (await taken(async.merge(async.of(1, 2), async.of('a')))).length);
await tell('catching', () =>
  taken(async.catchError(async.throwError(new Error('first')), async.of('second'))),
);
await tell('generated', async () =>
  taken(
    sync.generate(
      1,
      (n) => n < 100,
      (n) => n * 3,
      (n) => n,
    ),
  ),
);
