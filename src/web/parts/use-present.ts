/** The present, in steps: what is shown of the last hour moves with it, while somebody looks. */
import { useEffect, useState } from 'preact/hooks';

const TICK_MS = 15_000;

export interface Present {
  /** Milliseconds since 1970. */
  readonly now: number;
  refresh(): void;
}

export function usePresent(moves: boolean): Present {
  const [now, setNow] = useState(() => Date.now());
  const refresh = (): void => setNow(Date.now());
  useEffect(() => {
    if (!moves) return;
    const tick = (): void => {
      if (!document.hidden) refresh();
    };
    const timer = window.setInterval(tick, TICK_MS);
    document.addEventListener('visibilitychange', tick);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [moves]);
  return { now, refresh };
}
