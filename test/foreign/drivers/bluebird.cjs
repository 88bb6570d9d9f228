/** bluebird: ES5 that reads its own stack traces, makes functions from text, and schedules by itself. */
const Promise2 = require('bluebird');

async function main() {
  const { surface, tell } = await import('./transcript.mjs');
  surface('bluebird', Promise2, 2);
  Promise2.config({ longStackTraces: true, warnings: false, cancellation: true });
  const order = [];
  const settle = (label, promise) =>
    tell(label, () => new Promise((resolve, reject) => promise.then(resolve, reject)));
  await settle('resolve', Promise2.resolve(5));
  await settle('reject', Promise2.reject(new TypeError('no')));
  await settle(
    'thrown',
    Promise2.try(() => {
      throw new RangeError('thrown');
    }),
  );
  await settle('all', Promise2.all([1, Promise2.delay(2, 'b'), Promise.resolve('c')]));
  await settle('props', Promise2.props({ a: 1, b: Promise2.delay(1, 2) }));
  await settle('any', Promise2.any([Promise2.reject(new Error('a')), Promise2.delay(1, 'b')]));
  await settle(
    'none',
    Promise2.any([Promise2.reject(new Error('a')), Promise2.reject(new Error('b'))]),
  );
  await settle('some', Promise2.some([1, 2, 3], 2));
  await settle(
    'map',
    Promise2.map([1, 2, 3, 4], (n) => Promise2.delay(4 - n, n * 2), { concurrency: 2 }),
  );
  await settle(
    'mapSeries',
    Promise2.mapSeries([1, 2], (n) => {
      order.push(n);
      return n;
    }),
  );
  await settle(
    'reduce',
    Promise2.reduce([1, 2, 3], (a, b) => a + b, 0),
  );
  await settle(
    'filter',
    Promise2.filter([1, 2, 3], (n) => n > 1),
  );
  await settle(
    'each',
    Promise2.each([1, 2], (n) => void order.push(n)),
  );
  await settle(
    'join',
    Promise2.join(1, Promise2.resolve(2), (a, b) => a + b),
  );
  await settle('timeout', Promise2.delay(500).timeout(3, 'too late'));
  await settle(
    'spread',
    Promise2.resolve([1, 2]).spread((a, b) => a - b),
  );
  await settle(
    'tap',
    Promise2.resolve(1)
      .tap((n) => void order.push(n))
      .finally(() => order.push('finally')),
  );
  await settle(
    'catch by class',
    Promise2.reject(new RangeError('x'))
      .catch(TypeError, () => 'wrong')
      .catch(RangeError, (error) => error.message),
  );
  await settle(
    'catch by shape',
    Promise2.reject(Object.assign(new Error(), { code: 5 })).catch({ code: 5 }, () => 'five'),
  );
  await settle(
    'coroutine',
    Promise2.coroutine(function* (n) {
      const a = yield Promise2.delay(1, n);
      try {
        yield Promise2.reject(new Error('inside'));
      } catch (error) {
        return [a, error.message];
      }
    })(3),
  );
  await settle(
    'coroutine, wrong',
    Promise2.coroutine(function* () {
      yield 5;
    })(),
  );
  await settle('promisified', Promise2.promisify((a, b, done) => done(null, a + b))(1, 2));
  await settle(
    'promisified, failing',
    Promise2.promisify((done) => done(new Error('called back')))(),
  );
  const api = Promise2.promisifyAll(
    {
      one(done) {
        done(null, this.value);
      },
      value: 7,
      two(a, done) {
        setTimeout(done, 1, null, a, 'more');
      },
    },
    { multiArgs: true },
  );
  await settle('one', api.oneAsync());
  await settle('two', api.twoAsync('x'));
  await settle(
    'using',
    Promise2.using(
      Promise2.resolve({ open: true }).disposer((resource) => {
        resource.open = false;
        order.push('disposed');
      }),
      ({ open }) => open,
    ),
  );
  await settle(
    'method',
    Promise2.method((n) => {
      if (n) throw new Error('method');
    })(1),
  );
  await settle(
    'reflect',
    Promise2.resolve(1)
      .reflect()
      .then((r) => [r.isFulfilled(), r.value()]),
  );
  const cancelled = new Promise2((_, __, onCancel) => onCancel(() => order.push('cancelled')));
  cancelled.cancel();
  await settle('inspected', Promise2.resolve([cancelled.isCancelled(), cancelled.isPending()]));
  await tell(
    'nodeify',
    () =>
      new Promise((done) =>
        Promise2.reject(new Error('n')).asCallback((error, value) => done([error.message, value])),
      ),
  );
  await tell(
    'unhandled',
    () =>
      new Promise((done) => {
        Promise2.onPossiblyUnhandledRejection((error) => done(error));
        Promise2.reject(new Error('nobody'));
      }),
  );
  await settle(
    'deep',
    (function deep(n) {
      return n === 0
        ? Promise2.reject(new Error('from the deep'))
        : Promise2.resolve().then(() => deep(n - 1));
    })(5),
  );
  await settle(
    'long',
    Array.from({ length: 500 }).reduce((p) => p.then((n) => n + 1), Promise2.resolve(0)),
  );
  tell('not new', () => Promise2(() => {}));
  tell('no function', () => new Promise2(5));
  tell('version', () => Promise2.version);
  await settle('order', Promise2.delay(5, order));
}
main();
