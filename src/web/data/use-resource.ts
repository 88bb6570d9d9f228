/** What a component shows of something that has to be asked for. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api-error.ts';
import { lives } from './connection.ts';

export interface Resource<T> {
  /** The newest there is; while another key is asked for, still that of the last one. */
  readonly data: T | undefined;
  /** Why the newest asking failed. */
  readonly error: Error | undefined;
  readonly isLoading: boolean;
  /** Whether `data` is of the key that is wanted now. */
  readonly isCurrent: boolean;
  reload(): void;
}

interface Held<T> {
  readonly key: string | undefined;
  readonly data: T | undefined;
  readonly error: Error | undefined;
  readonly isLoading: boolean;
}

/**
 * Asks when the key changes, when reload is called and when a collector that was away is back. An undefined key asks nothing. What is
 * asked for in vain is given up: `load` gets a signal for it.
 */
export function useResource<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const [held, setHeld] = useState<Held<T>>({
    ...{ key: undefined, data: undefined, error: undefined },
    isLoading: key !== undefined,
  });
  const [round, setRound] = useState(0);
  const newest = useRef(load);
  newest.current = load;
  const life = lives.value;
  // A round and a life of the collector ask anew
  useEffect(() => {
    if (key === undefined) return;
    const given = new AbortController();
    setHeld((was) => ({ ...was, isLoading: true }));
    newest.current(given.signal).then(
      (data) => {
        if (given.signal.aborted) return;
        setHeld({ key, data, error: undefined, isLoading: false });
      },
      (error: unknown) => {
        if (given.signal.aborted) return;
        const shown = error instanceof Error ? error : ApiError.malformed(String(error), 0);
        setHeld((was) => ({ ...was, error: shown, isLoading: false }));
      },
    );
    return () => given.abort();
  }, [key, round, life]);
  return {
    ...{ data: held.data, error: held.error, isLoading: held.isLoading },
    isCurrent: held.key === key,
    reload: () => setRound((was) => was + 1),
  };
}
