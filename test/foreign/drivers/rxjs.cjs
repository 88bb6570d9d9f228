/** rxjs: CommonJS compiled to ES5, with classes made of prototypes, cycles and helpers for generators. */
const rx = require('rxjs');
const { TestScheduler } = require('rxjs/testing');

async function main() {
  const { surface, tell } = await import('./transcript.mjs');
  surface('rx', rx, 1);
  const seen = (source) =>
    new Promise((resolve) => {
      const events = [];
      source.pipe(rx.take(40)).subscribe({
        next: (value) => events.push(['next', value instanceof rx.Observable ? 'inner' : value]),
        error: (error) => resolve([...events, ['error', error]]),
        complete: () => resolve([...events, ['complete']]),
      });
    });
  const failing = rx.throwError(() => new RangeError('no'));
  const source = () => rx.concat(rx.range(1, 6), rx.of(3, 3, 'x'));
  const double = (value) => value * 2;
  const even = (value) => value % 2 === 0;
  const pair = (value) => rx.of(value, [value]);
  const OPERATORS = {
    ...{
      map: [double],
      filter: [even],
      scan: [(a, b) => a + b, 0],
      reduce: [(a, b) => a + b],
      take: [2],
      skip: [3],
    },
    ...{
      takeWhile: [even, true],
      skipWhile: [even],
      takeLast: [2],
      skipLast: [2],
      distinct: [],
      pairwise: [],
      toArray: [],
    },
    ...{
      mergeMap: [pair, 2],
      concatMap: [pair],
      switchMap: [pair],
      exhaustMap: [pair],
      expand: [(v) => (v < 20 ? rx.of(v * 3) : rx.EMPTY)],
    },
    ...{
      groupBy: [even],
      partition: [even],
      bufferCount: [2, 1],
      windowCount: [2],
      startWith: [0],
      endWith: [9],
      defaultIfEmpty: [1],
    },
    ...{
      first: [even],
      last: [even],
      single: [even],
      find: [even],
      findIndex: [even],
      elementAt: [20],
      every: [even],
      isEmpty: [],
      count: [even],
      max: [],
      min: [],
    },
    ...{
      materialize: [],
      observeOn: [rx.asapScheduler],
      subscribeOn: [rx.queueScheduler],
      delay: [2],
      debounceTime: [1],
      throttleTime: [1],
      auditTime: [1],
      sampleTime: [1],
      timeout: [500],
    },
    ...{
      catchError: [(error) => rx.of(error.message)],
      retry: [1],
      repeat: [2],
      finalize: [() => {}],
      tap: [() => {}],
      share: [],
      shareReplay: [1],
      ignoreElements: [],
      distinctUntilChanged: [],
      mergeScan: [(a, b) => rx.of(a + b), 0],
      withLatestFrom: [rx.of('w')],
      zipWith: [rx.of('z', 'y')],
      combineLatestWith: [rx.of('c')],
      raceWith: [rx.NEVER],
      throwIfEmpty: [],
    },
  };
  for (const [name, args] of Object.entries(OPERATORS)) {
    if (typeof rx[name] !== 'function' || name === 'partition') continue;
    await tell(name, () => seen(source().pipe(rx[name](...args))));
    await tell(`${name} of nothing`, () => seen(rx.EMPTY.pipe(rx[name](...args))));
    await tell(`${name} of an error`, () =>
      seen(rx.concat(rx.of(1), failing).pipe(rx[name](...args))),
    );
  }
  await tell('a callback that throws', () => seen(source().pipe(rx.map((value) => value.a.b))));
  await tell('forkJoin', () => seen(rx.forkJoin({ a: rx.of(1), b: rx.timer(2) })));
  await tell('combineLatest', () => seen(rx.combineLatest([rx.of(1, 2), Promise.resolve('p')])));
  await tell('interval', () => seen(rx.interval(1).pipe(rx.take(3))));
  await tell('generator', () =>
    seen(
      rx.from(
        (function* () {
          yield 1;
          yield 2;
          return 3;
        })(),
      ),
    ),
  );
  await tell('async generator', () =>
    seen(
      rx.from(
        (async function* () {
          yield 1;
          throw new Error('late');
        })(),
      ),
    ),
  );
  await tell('firstValueFrom', () => rx.firstValueFrom(rx.EMPTY));
  await tell('lastValueFrom', () => rx.lastValueFrom(source()));
  await tell('defer', () => seen(rx.defer(() => failing)));
  await tell('using', () =>
    seen(
      rx.using(
        () => ({ unsubscribe() {} }),
        () => source(),
      ),
    ),
  );
  const subject = new rx.ReplaySubject(2);
  for (const value of [1, 2, 3]) subject.next(value);
  subject.error(new Error('ended'));
  await tell('replay', () => seen(subject));
  tell('closed', () => {
    const closed = new rx.Subject();
    closed.unsubscribe();
    closed.next(1);
  });
  tell('unsubscribing', () => {
    const all = new rx.Subscription(() => {
      throw new Error('teardown');
    });
    all.add(() => {
      throw new Error('second');
    });
    all.unsubscribe();
  });
  tell('marbles', () =>
    new TestScheduler((actual, expected) => tell('frames', () => [actual, expected])).run(
      ({ cold, expectObservable }) => {
        expectObservable(
          cold('-a-b-c|', { a: 1, b: 2, c: 3 }).pipe(rx.delay(3), rx.map(double)),
        ).toBe('----a-b-(c|)');
      },
    ),
  );
}
main();
