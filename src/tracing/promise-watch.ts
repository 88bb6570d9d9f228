/**
 * Watches a promise that was handed out, without being seen: the promise stays the same object, and its
 * rejection stays as handled or unhandled as it would be without us.
 *
 * Whoever observes a promise marks it handled. So the watch passes a rejection on to a promise of its own,
 * the shadow, whose rejection nobody handles until somebody takes the promise; then the shadow is handled
 * too. Taking is noticed by a getter of `constructor` that lies between the promise and its prototype:
 * `await`, `then`, `catch`, `finally`, Promise.all and resolving with the promise all read it. Once taken,
 * the promise has its own prototype back. Node then names the shadow, not the promise, in its event
 * `unhandledRejection`: once, with the same reason.
 *
 * Each call that gives a promise adds a reaction to it, as each `await` does; there is no other bound.
 * Not to be told from outside: whether a promise had a handler before it first came here. One that had, is
 * taken by nobody since and is rejected, is taken for unhandled.
 */
import { types } from 'node:util';

interface Watch {
  readonly prototype: object;
  readonly shadows: Promise<unknown>[];
}

const watches = new WeakMap<Promise<unknown>, Watch>();
const taken = new WeakSet<Promise<unknown>>();
/** A prototype of promises → the one that is put before it. */
const betweens = new WeakMap<object, object>();
let isWatching = false;

const nothing = (): void => {};

/** A promise of the engine's whose `then` is the engine's: any other may do something when it is asked. */
export function isNativePromise(value: unknown): value is Promise<unknown> {
  if (!types.isPromise(value)) return false;
  const isPlain =
    Reflect.getPrototypeOf(value) === Promise.prototype && !Object.hasOwn(value, 'then');
  return isPlain || thenOf(value) === Promise.prototype.then;
}

/** Calls one of the two once the promise is settled; they must not throw. */
export function watchPromise(
  promise: Promise<unknown>,
  fulfilled: (value: unknown) => void,
  rejected: (reason: unknown) => void,
): void {
  if (taken.has(promise)) {
    observe(promise, fulfilled, rejected);
    return;
  }
  const known = watches.get(promise);
  const prototype = known?.prototype ?? (Reflect.getPrototypeOf(promise) as object);
  if (known === undefined && !Reflect.setPrototypeOf(promise, between(prototype))) {
    // Frozen: that it is taken cannot be noticed.
    observe(promise, fulfilled, rejected);
    return;
  }
  const shadow = observe(promise, fulfilled, (reason) => {
    rejected(reason);
    throw reason;
  });
  if (known === undefined) watches.set(promise, { prototype, shadows: [shadow] });
  else known.shadows.push(shadow);
}

/** By the engine's own `then`, and without making an instance of the promise's class. */
function observe(
  promise: Promise<unknown>,
  fulfilled: (value: unknown) => void,
  rejected: (reason: unknown) => void,
): Promise<unknown> {
  isWatching = true;
  try {
    return Reflect.apply(Promise.prototype.then, promise, [fulfilled, rejected]);
  } finally {
    isWatching = false;
  }
}

function between(prototype: object): object {
  const known = betweens.get(prototype);
  if (known !== undefined) return known;
  const made = Object.create(prototype, {
    constructor: {
      configurable: true,
      get(this: Promise<unknown>): unknown {
        if (isWatching) return Promise;
        take(this);
        return Reflect.get(prototype, 'constructor', this);
      },
    },
  });
  betweens.set(prototype, made);
  return made;
}

function take(promise: Promise<unknown>): void {
  const watch = watches.get(promise);
  if (watch === undefined) return;
  watches.delete(promise);
  taken.add(promise);
  Reflect.setPrototypeOf(promise, watch.prototype);
  for (const shadow of watch.shadows) shadow.then(undefined, nothing);
}

/** Looked up without running a getter. */
function thenOf(value: object): unknown {
  for (let at: object | null = value; at !== null; at = Reflect.getPrototypeOf(at)) {
    if (types.isProxy(at)) return undefined;
    const found = Object.getOwnPropertyDescriptor(at, 'then');
    if (found !== undefined) return found.value;
  }
  return undefined;
}
