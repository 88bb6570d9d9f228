/**
 * How long a flush is waited for: while it comes forward, and no longer than its bound. Its timers keep the process alive; `close` lets
 * go of it.
 */
export interface PatienceSettings {
  /** However much came forward. */
  readonly wholeMs: number;
  /** Without anything coming forward; asked at every look. Absent: as long as the whole. */
  readonly stallMs?: (() => number) | undefined;
  /** Between two looks. @default 50 */
  readonly lookMs?: number;
}

export class FlushPatience {
  readonly #over = new AbortController();
  readonly #whole: NodeJS.Timeout;
  readonly #looks: NodeJS.Timeout | undefined;

  /** @param progress a number that changes while something comes forward */
  constructor({ wholeMs, stallMs, lookMs = 50 }: PatienceSettings, progress: () => number) {
    const give = (): void => {
      this.#over.abort();
      this.close();
    };
    this.#whole = setTimeout(give, wholeMs);
    if (stallMs === undefined) return;
    let [last, stalls] = [progress(), 0];
    // Looks are counted, not time: a machine that let nothing run for a second let nothing come forward either.
    this.#looks = setInterval(() => {
      const now = progress();
      stalls = now === last ? stalls + 1 : 0;
      last = now;
      if (stalls * lookMs >= stallMs()) give();
    }, lookMs);
  }

  /** Aborts where nobody waits any longer. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  close(): void {
    clearTimeout(this.#whole);
    clearInterval(this.#looks);
  }
}
