/**
 * What a `for await` goes through, so that a generator runs within the call whose loop it is: the engine asks for the next when the call
 * already waits. As the engine does it: `next` is read once, `return` when the loop is left.
 */
type Within = <Result>(run: () => Result) => Result;

/** Undefined for what has no iterator of its own for it. */
export function iteratedWithin(
  iterable: unknown,
  within: Within,
): AsyncIterable<unknown> | undefined {
  const begin = (iterable as Partial<AsyncIterable<unknown>> | null | undefined)?.[
    Symbol.asyncIterator
  ];
  if (typeof begin !== 'function') return undefined;
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = Reflect.apply(begin, iterable, []) as AsyncIterator<unknown>;
      const { next } = iterator;
      return {
        next: () => within(() => Reflect.apply(next, iterator, [])),
        get return() {
          const leave = iterator.return;
          if (leave === undefined || leave === null) return undefined as never;
          return () => within(() => Reflect.apply(leave, iterator, []));
        },
      };
    },
  };
}
