/** effect: programs of generators, fibers and streams, in hundreds of ES modules. */
import * as effect from 'effect';
import { surface, tell } from './transcript.mjs';

const { Effect, Stream, Schema, Ref, Queue, Option, Array: List, Chunk, Duration } = effect;

surface('effect', effect, 1);
class NotFound extends Error {
  _tag = 'NotFound';
}
const step = (n) =>
  Effect.gen(function* () {
    const a = yield* Effect.succeed(n);
    if (a > 5) return yield* Effect.fail(new NotFound(`no ${a}`));
    if (a === 4)
      yield* Effect.sync(() => {
        throw new TypeError('a defect');
      });
    yield* Effect.promise(async () => {
      await null;
    });
    return a * 2;
  });
for (let n = 0; n < 8; n++) {
  await tell(`step ${n}`, () => Effect.runPromise(step(n)));
  await tell(`exit ${n}`, async () => String((await Effect.runPromiseExit(step(n)))._tag));
}
await tell('all', () =>
  Effect.runPromise(Effect.all([step(1), step(2), step(3)], { concurrency: 2 })),
);
await tell('all, failing', () => Effect.runPromise(Effect.all([step(1), step(6), step(3)])));
await tell('forEach', () => Effect.runPromise(Effect.forEach(List.range(0, 3), step)));
await tell('finally', async () => {
  const seen = [];
  await Effect.runPromiseExit(
    step(6).pipe(
      Effect.ensuring(Effect.sync(() => seen.push('ensured'))),
      Effect.onExit((exit) => Effect.sync(() => seen.push(exit._tag))),
    ),
  );
  return seen;
});
await tell('retried', async () => {
  let tries = 0;
  const result = await Effect.runPromise(
    Effect.suspend(() => (++tries < 3 ? Effect.fail('again') : Effect.succeed(tries))).pipe(
      Effect.retry({ times: 5 }),
    ),
  );
  return [result, tries];
});
await tell('timeout', () =>
  Effect.runPromise(Effect.sleep('1 minute').pipe(Effect.timeout('5 millis'))),
);
await tell('race', () =>
  Effect.runPromise(
    Effect.race(
      Effect.sleep('1 minute').pipe(Effect.as('slow')),
      Effect.sleep('2 millis').pipe(Effect.as('fast')),
    ),
  ),
);
await tell('ref', () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const ref = yield* Ref.make(0);
      yield* Effect.forEach(List.range(1, 10), (n) => Ref.update(ref, (m) => m + n), {
        concurrency: 'unbounded',
      });
      return yield* Ref.get(ref);
    }),
  ),
);
await tell('deep', () =>
  Effect.runPromise(
    Effect.gen(function* () {
      let sum = 0;
      for (let n = 0; n < 2_000; n++) sum += yield* Effect.succeed(n);
      return sum;
    }),
  ),
);
await tell('recursion', () => {
  const loop = (n) => (n === 0 ? Effect.succeed('end') : Effect.suspend(() => loop(n - 1)));
  return Effect.runPromise(loop(10_000));
});
await tell('stream', () =>
  Effect.runPromise(
    Stream.range(1, 20).pipe(
      Stream.map((n) => n * 3),
      Stream.filter((n) => n % 2 === 0),
      Stream.take(4),
      Stream.runCollect,
    ),
  ),
);
await tell('stream, effects', () =>
  Effect.runPromise(Stream.fromIterable([1, 6, 2]).pipe(Stream.mapEffect(step), Stream.runCollect)),
);
await tell('stream, async', () =>
  Effect.runPromise(
    Stream.fromAsyncIterable(
      (async function* () {
        yield 1;
        yield 2;
      })(),
      (error) => error,
    ).pipe(Stream.runCollect),
  ),
);
await tell('queue', () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const queue = yield* Queue.bounded(2);
      yield* Queue.offer(queue, 'a');
      yield* Queue.offer(queue, 'b');
      return [yield* Queue.take(queue), yield* Queue.size(queue)];
    }),
  ),
);
tell('option', () => [
  Option.some(1).pipe(Option.map((n) => n + 1)),
  Option.none(),
  Option.fromNullishOr?.(null),
]);
tell('pipe', () => effect.pipe(5, (n) => n + 1, String));
tell('duration', () => Duration.format?.(Duration.millis(90_061_001)));
tell('chunk', () => Chunk.toReadonlyArray(Chunk.map(Chunk.make(1, 2, 3), (n) => n * 2)));
tell('array', () => [
  List.groupBy(['a', 'bb', 'c'], (text) => String(text.length)),
  List.zip([1, 2], ['x', 'y']),
]);
tell('sync', () =>
  Effect.runSync(
    Effect.gen(function* () {
      return (yield* Effect.succeed(1)) + 1;
    }),
  ),
);
tell('sync, failing', () => Effect.runSync(Effect.fail(new NotFound('sync'))));
// What it throws has the fiber in it, with numbers of the event loop.
tell('sync, async', () => {
  try {
    Effect.runSync(step(1));
  } catch ({ name, message }) {
    return [name, message];
  }
});
const Person = Schema.Struct({
  name: Schema.String,
  age: Schema.Number,
  tags: Schema.Array(Schema.String),
});
for (const value of [
  { name: 'a', age: 1, tags: [] },
  { name: 'a', age: 'x', tags: [] },
  { name: 1 },
  null,
])
  tell('schema', () => Schema.decodeUnknownSync(Person)(value));
class Account extends Schema.Class('Account')({ id: Schema.Number }) {
  get double() {
    return this.id * 2;
  }
}
tell('class', () => {
  const account = new Account({ id: 4 });
  return [account, account.double, Account.name];
});
tell('class, wrong', () => new Account({ id: 'x' }));
