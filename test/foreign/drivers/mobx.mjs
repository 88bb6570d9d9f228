/** mobx: proxies, accessors and functions that are told apart by their kind. */
import * as mobx from 'mobx';
import { surface, tell } from './transcript.mjs';

surface('mobx', mobx, 1);
const {
  observable,
  computed,
  autorun,
  action,
  reaction,
  runInAction,
  makeAutoObservable,
  makeObservable,
  flow,
  when,
  toJS,
} = mobx;
class Store {
  items = [];
  factor = 2;
  #secret = 5;
  constructor() {
    makeAutoObservable(this, {}, { autoBind: true });
  }
  get total() {
    return this.items.reduce((sum, { price }) => sum + price * this.factor, 0);
  }
  set total(value) {
    this.items = [{ price: value / this.factor }];
  }
  add(price) {
    this.items.push({ price });
    return this.items.length;
  }
  *load(n) {
    const a = yield Promise.resolve(n);
    this.add(a);
    if (a > 5) throw new RangeError(`no ${a}`);
    return a;
  }
  get secret() {
    return this.#secret;
  }
}
class Base {
  value = 1;
  constructor() {
    makeObservable(this, { value: observable, double: computed, set: action });
  }
  get double() {
    return this.value * 2;
  }
  set(value) {
    this.value = value;
  }
}
class Derived extends Base {
  more = 3;
  constructor() {
    super();
    makeObservable(this, { more: observable, sum: computed, set: mobx.override });
  }
  get sum() {
    return this.double + this.more;
  }
  set(value) {
    super.set(value + 1);
  }
}
const store = new Store();
const log = [];
const stop = autorun(() => log.push(['total', store.total]));
const stopReaction = reaction(
  () => store.items.length,
  (now, before) => log.push(['length', before, now]),
  { fireImmediately: true },
);
const { add } = store;
tell('bound', () => [add(1), add(2), add.name, Store.length]);
tell('set', () => {
  store.total = 10;
  return toJS(store);
});
tell('batched', () =>
  runInAction(() => {
    store.factor = 3;
    store.add(4);
    return store.total;
  }),
);
await tell('flow', () => store.load(4));
await tell('flow, failing', () => store.load(6));
await tell('flow, cancelled', () => {
  const running = store.load(1);
  running.cancel();
  return running;
});
await tell('own flow', () =>
  flow(function* (a) {
    return (yield Promise.resolve(a)) + 1;
  })(1),
);
const derived = new Derived();
const stopSum = autorun(() => log.push(['sum', derived.sum]));
tell('derived', () => {
  derived.set(5);
  return [derived.sum, mobx.isComputedProp(derived, 'sum'), mobx.isAction(derived.set)];
});
const map = observable.map({ a: 1 });
const set = observable.set([1]);
const list = observable([3, 1, 2]);
const box = observable.box('x');
for (const thing of [map, set, list, box])
  mobx.observe(thing, ({ type, name, newValue, oldValue, added }) =>
    log.push([type, name, newValue, oldValue, added]),
  );
tell('map', () => {
  map.set('b', 2);
  map.delete('a');
  map.replace({ c: 3 });
  return [...map];
});
tell('set of values', () => {
  set.add(2);
  set.delete(1);
  return [...set];
});
tell('list', () => {
  list.push(4);
  list.splice(1, 1, 9);
  list.replace([...list].sort());
  return [list.slice(), list.findLast((n) => n > 2), list.indexOf(9), Array.isArray(list)];
});
tell('box', () => {
  box.set('y');
  return box.get();
});
tell('computed that throws', () =>
  computed(() => {
    throw new TypeError('computed');
  }).get(),
);
tell('cycle', () => {
  const a = computed(() => b.get());
  const b = computed(() => a.get());
  return a.get();
});
tell('intercepted', () => {
  mobx.intercept(box, (change) => (change.newValue === 'no' ? null : change));
  box.set('no');
  return box.get();
});
tell('annotated twice', () => makeAutoObservable(store));
await tell('when', () => {
  const seen = when(() => box.get() === 'now');
  runInAction(() => box.set('now'));
  return seen;
});
await tell('when, timeout', () => when(() => false, { timeout: 3 }));
tell('tree', () => mobx.getDependencyTree(derived, 'sum'));
tell('described', () => mobx._getAdministration(store).constructor.name);
tell('secret', () => store.secret);
stop();
stopReaction();
stopSum();
tell('log', () => log);
