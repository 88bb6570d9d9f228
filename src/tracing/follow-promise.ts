/**
 * Follows a promise that nobody else can have: that of an async function's call, or of a step of an async
 * generator. The one returned takes its place, a microtask later; it is the only one that there is to handle,
 * so a rejection stays what it is. Unlike a watched promise (promise-watch.ts) it costs little, and V8 goes
 * on along it with the `at async` lines of a stack trace, which end at a promise with two observers.
 */

/** Calls one of the two once the promise is settled; they must not throw. */
export function followPromise(
  promise: Promise<unknown>,
  fulfilled: (value: unknown) => void,
  rejected: (reason: unknown) => void,
): Promise<unknown> {
  return promise.then(
    (value) => {
      fulfilled(value);
      return value;
    },
    (reason) => {
      rejected(reason);
      throw reason;
    },
  );
}
